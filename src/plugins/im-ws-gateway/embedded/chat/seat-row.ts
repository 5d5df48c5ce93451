import { keyOf, sourceOf, type Place } from './place.ts'
import type { SeatRow, ThreadRow } from './rows.ts'

/** Seconds until a private message that was read is gone, unless users choose otherwise. */
export const defaultBurnDuration = 30

/** The row of somebody who comes to a conversation at its beginning. */
export function newSeat(userID: string, place: Place): SeatRow {
  return {
    userID,
    thread: keyOf(place),
    type: place.type,
    sourceID: sourceOf(place, userID),
    hasReadSeq: 0,
    readCounted: 0,
    unreadLess: 0,
    peerReadSeq: 0,
    peerReadAt: 0,
    minSeq: 0,
    hasLeft: 0,
    lastSeq: 0,
    lastCounted: 0,
    hiddenSeq: -1,
    keptTime: 0,
    atSeq: 0,
    atResetSeq: 0,
    recvMsgOpt: 0,
    isPinned: 0,
    isPrivateChat: 0,
    burnDuration: defaultBurnDuration,
    draftText: '',
    draftTextTime: 0,
    updateUnreadCountTime: 0,
    hasLocals: 0,
    changedAt: 0
  }
}

/** How far a conversation has come, for one who may see no more of it. */
export function endOf(
  row: Pick<SeatRow, 'hasLeft' | 'lastSeq' | 'lastCounted'>,
  thread: Pick<ThreadRow, 'maxSeq' | 'counted'>
): { readonly seq: number; readonly counted: number } {
  return row.hasLeft
    ? { seq: row.lastSeq, counted: row.lastCounted }
    : { seq: thread.maxSeq, counted: thread.counted }
}

/** Messages of others that he has neither read nor deleted. */
export function unreadOf(row: SeatRow, thread: Pick<ThreadRow, 'maxSeq' | 'counted'>): number {
  return Math.max(0, endOf(row, thread).counted - row.readCounted - row.unreadLess)
}

/** 0 nobody was mentioned since he last read, 1 he was, 2 everybody, 3 both, 4 there was an announcement. */
export function groupAtTypeOf(row: SeatRow, thread: ThreadRow): number {
  const { atSeq } = row
  const { atAllSeq, announcedSeq } = thread
  if (atSeq === 0 && atAllSeq === 0 && announcedSeq === 0) return 0
  const seen = Math.max(row.hasReadSeq, row.atResetSeq, row.minSeq)
  const end = endOf(row, thread).seq
  const mentioned = (isBetween(seen, atSeq, end) ? 1 : 0) + (isBetween(seen, atAllSeq, end) ? 2 : 0)
  return mentioned || (isBetween(seen, announcedSeq, end) ? 4 : 0)
}

function isBetween(after: number, seq: number, end: number): boolean {
  return seq > after && seq <= end
}
