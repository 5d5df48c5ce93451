import type { Deliver } from '../../user-core.ts'
import type { ChatContext } from './context.ts'
import { latestSeenBy } from './latest.ts'
import { receiveNothing } from './receive-option.ts'
import { readSeats, type ReadSeat } from './read-seats.ts'
import type { SeatRow } from './rows.ts'
import { Seat, type Appearance } from './seat.ts'
import { Thread } from './thread.ts'
import { UserChat } from './user-chat.ts'

/** Brings the conversations of a user into memory, and keeps them there until they are removed. */
export function loadUser(context: ChatContext, userID: string, tell: Deliver): Promise<UserChat> {
  const { db, memory, people, turns } = context
  return turns.between(async () => {
    const found = await readSeats(db, userID)
    const appearanceOf = await appearancesOf(context, userID, found)
    const receivesNothing = (await people().user(userID))?.globalRecvMsgOpt === receiveNothing
    const user = new UserChat(userID, tell, memory.position, receivesNothing)
    for (const { row, numbers, latest, isLatestDeleted } of found) {
      const thread = memory.threads.get(row.thread) ?? new Thread(row.thread, numbers, latest)
      const seat = new Seat(user, thread, row, appearanceOf(row))
      if (row.hasLeft || row.hasLocals || isLatestDeleted)
        seat.setOwnLatest(await latestSeenBy(db, seat, thread.numbers.latestSeq))
      user.add(seat)
      user.recount(seat)
      seat.wasListed = seat.isListed
    }
    user.toldTotal = user.total
    for (const { thread } of user.seats.values()) memory.threads.set(thread.key, thread)
    memory.users.set(userID, user)
    return user
  })
}

/** Names and faces of what a user has conversations with, read all at once. */
async function appearancesOf(
  { people, groups }: ChatContext,
  userID: string,
  found: readonly ReadSeat[]
): Promise<(row: SeatRow) => Appearance> {
  const isOfGroup = ({ type }: SeatRow): boolean => type === 2 || type === 3
  const sources = (ofGroup: boolean): readonly string[] => [
    ...new Set(found.filter(({ row }) => isOfGroup(row) === ofGroup).map(({ row }) => row.sourceID))
  ]
  const [shown, named] = await Promise.all([
    people().shown(userID, sources(false)),
    groups().groups(sources(true))
  ])
  return row => {
    const { sourceID } = row
    if (isOfGroup(row)) {
      const group = named.get(sourceID)
      return { showName: group?.groupName ?? sourceID, faceURL: group?.faceURL ?? '' }
    }
    const person = shown.get(sourceID)
    return { showName: person?.shownName || sourceID, faceURL: person?.faceURL ?? '' }
  }
}
