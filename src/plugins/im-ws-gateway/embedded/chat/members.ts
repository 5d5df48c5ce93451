import type { DeliverOptions } from '../../user-core.ts'
import type { Chat } from '../contracts.ts'
import { appearanceOf, chatOf, placeOfGroup, type ChatContext } from './context.ts'
import { keyOf } from './place.ts'
import { newSeat } from './seat-row.ts'
import type { ThreadRow } from './rows.ts'
import type { Turn } from './turn.ts'

type Change = Parameters<Chat['membersChanged']>[0]

/**
 * Makes the conversation of a group for members who came, with or without what was said before, and ends it for those
 * who left: it stays in their list as it was. Doing it twice is harmless.
 * @throws {ImError} `groupNotFound`
 */
export async function changeMembers(
  context: ChatContext,
  { groupID, joined = [], left = [] }: Change,
  options: DeliverOptions | undefined
): Promise<void> {
  const place = await placeOfGroup(context, groupID)
  const appearance = await appearanceOf(context, '', place)
  await context.turns.change(async turn => {
    const numbers = await turn.thread(keyOf(place))
    const cause = options?.cause
    await turn.knowLatest(keyOf(place))
    const rows = await turn.seatsOf([...joined, ...left], place)
    const tell = (userID: string): void => void turn.news.push({ what: 'seat', userID, place, cause })
    for (const userID of joined) {
      const row = rows.get(userID)
      if (row && !row.hasLeft) continue
      if (row) turn.setOwnLatest(row, undefined)
      turn.put({ ...(row ?? newSeat(userID, place)), ...arrival(context, turn, numbers) }, place, appearance)
      if (row || (numbers && context.settings.historyForNewMembers)) tell(userID)
    }
    for (const userID of left) {
      const row = rows.get(userID)
      if (!row || row.hasLeft) continue
      turn.put(
        { ...row, hasLeft: 1, lastSeq: numbers?.maxSeq ?? 0, lastCounted: numbers?.counted ?? 0 },
        place
      )
      tell(userID)
    }
  })
}

/**
 * Makes the conversations of a user agree with the groups that he is in: a crash may have come between the two.
 * @param userID whose conversations have just come into memory
 */
export async function mendMembership(context: ChatContext, userID: string): Promise<void> {
  const held = [...chatOf(context, userID).seats.values()].flatMap(({ place, row }) =>
    'groupID' in place && !row.hasLeft ? [place.groupID] : []
  )
  // Read after the conversations: of a group that he joins in the meantime he gets the conversation in any case.
  const joined = new Set(await context.groups().joinedGroupIDs(userID))
  const known = new Set(held)
  const missing = [...joined].filter(groupID => !known.has(groupID))
  for (const groupID of missing) await changeMembers(context, { groupID, joined: [userID] }, undefined)
  for (const groupID of held) {
    if (joined.has(groupID) || (await context.groups().memberIDs(groupID)).has(userID)) continue
    await changeMembers(context, { groupID, left: [userID] }, undefined)
  }
}

/** What was said before somebody came is not unread, and may not be his to see. */
function arrival({ settings }: ChatContext, turn: Turn, numbers: ThreadRow | undefined) {
  const maxSeq = numbers?.maxSeq ?? 0
  return {
    hasLeft: 0,
    lastSeq: 0,
    lastCounted: 0,
    hasReadSeq: maxSeq,
    readCounted: numbers?.counted ?? 0,
    unreadLess: 0,
    updateUnreadCountTime: turn.now,
    ...(settings.historyForNewMembers ? {} : { minSeq: maxSeq })
  }
}
