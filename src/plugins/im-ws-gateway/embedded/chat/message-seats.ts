import type { OutgoingMessage } from './outgoing-message.ts'
import { keyOf, sourceOf } from './place.ts'
import { newSeat } from './seat-row.ts'
import type { Turn } from './turn.ts'

/**
 * Sees to the rows of those whom a message concerns: its sender, a recipient who is new to it, those it mentions. Who
 * writes has read what was said before, as with OpenIM 3.x: his `hasReadSeq` moves to his own message, which so is
 * never unread. The other side hears of reading only when he marks it.
 */
export async function takeSeats(
  turn: Turn,
  { place, message, hasRead, mentions, appearances }: OutgoingMessage,
  { seq, counted }: { readonly seq: number; readonly counted: number }
): Promise<void> {
  const { sendID } = message
  if (hasRead) {
    const row = (await turn.seat(sendID, place)) ?? newSeat(sendID, place)
    const read = { hasReadSeq: seq, readCounted: counted, unreadLess: 0, updateUnreadCountTime: turn.now }
    turn.put({ ...row, ...read }, place, appearances.get(sendID))
  }
  if ('groupID' in place) {
    const mentioned = mentions.length ? await turn.seatsOf(mentions, place) : []
    for (const [userID, row] of mentioned)
      if (!row.hasLeft && userID !== sendID) turn.put({ ...row, atSeq: seq }, place)
    return
  }
  const thread = keyOf(place)
  if (turn.isComplete(thread)) return
  const others = place.type === 1 ? [sourceOf(place, place.recvID), place.recvID] : [place.recvID]
  for (const userID of others) {
    if (hasRead && userID === sendID) continue
    if (!turn.isOpen(userID)) turn.add(newSeat(userID, place))
    else if (!(await turn.seat(userID, place)))
      turn.put(newSeat(userID, place), place, appearances.get(userID))
  }
  turn.completed.add(thread)
}
