import type { Device } from '../../user-core.ts'
import type { ChatContext } from './context.ts'
import type { FoundMessage } from './find-message.ts'
import { latestSeenBy } from './latest.ts'
import { changeSeats } from './seat-changes.ts'
import { endOf } from './seat-row.ts'
import type { Seat } from './seat.ts'
import type { SeatRow, ThreadRow } from './rows.ts'
import type { Turn } from './turn.ts'

/** Everything is read, and there is no draft. */
function settled(row: SeatRow, numbers: ThreadRow, now: number): SeatRow {
  const { seq, counted } = endOf(row, numbers)
  const read = { hasReadSeq: seq, readCounted: counted, unreadLess: 0, updateUnreadCountTime: now }
  return { ...row, ...read, draftText: '', draftTextTime: 0 }
}

/** Takes conversations out of a user's list until there is a new message. Their messages stay. */
export function hide(context: ChatContext, seats: readonly Seat[], device: Device): Promise<void> {
  return changeSeats(context, seats, device, (row, numbers, { now }) => ({
    ...settled(row, numbers, now),
    hiddenSeq: endOf(row, numbers).seq,
    keptTime: 0
  }))
}

/**
 * Removes all messages of conversations for a user.
 * @param isKept the conversations stay in his list, with the time of their last message
 */
export function clear(
  context: ChatContext,
  seats: readonly Seat[],
  device: Device,
  isKept: boolean
): Promise<void> {
  const bySeat = new Map(seats.map(seat => [seat.thread.key, seat]))
  return changeSeats(context, seats, device, async (row, numbers, turn) => {
    await forget(turn, row)
    turn.setOwnLatest(row, undefined)
    const latestTime = bySeat.get(row.thread)?.latest?.sendTime ?? row.keptTime
    return {
      ...settled(row, numbers, turn.now),
      minSeq: endOf(row, numbers).seq,
      hasLocals: 0,
      keptTime: isKept ? latestTime : 0
    }
  })
}

/** What a user has noted of messages, and those that he alone sees. */
async function forget({ db }: Turn, { userID, thread, hasLocals }: SeatRow): Promise<void> {
  await db.deleteFrom('im_chat_marks').where('userID', '=', userID).where('thread', '=', thread).execute()
  if (hasLocals)
    await db.deleteFrom('im_chat_locals').where('userID', '=', userID).where('thread', '=', thread).execute()
}

/** Removes a message for a user, on all of his devices. Doing it twice is harmless. */
export async function deleteMessage(
  context: ChatContext,
  { seat, message, local }: FoundMessage,
  device: Device
): Promise<void> {
  const latestTime = seat.latest?.sendTime ?? 0
  await changeSeats(context, [seat], device, async (row, numbers, turn) => {
    const isUnread = message ? await markDeleted(turn, row, message) : false
    if (local) await deleteLocal(turn, row, local)
    const own = await latestSeenBy(turn.db, { row, end: endOf(row, numbers) }, numbers.latestSeq)
    turn.setOwnLatest(row, own)
    return {
      ...row,
      unreadLess: row.unreadLess + Number(isUnread),
      keptTime: own.message ? row.keptTime : Math.max(row.keptTime, latestTime)
    }
  })
}

/** @returns whether it was unread until now */
async function markDeleted(
  { db }: Turn,
  { userID, thread, hasReadSeq }: SeatRow,
  { seq, counts, sendID }: NonNullable<FoundMessage['message']>
): Promise<boolean> {
  const isUnread = counts === 1 && seq > hasReadSeq && sendID !== userID
  const before = await db
    .selectFrom('im_chat_marks')
    .select('isDeleted')
    .where('userID', '=', userID)
    .where('thread', '=', thread)
    .where('seq', '=', seq)
    .executeTakeFirst()
  if (before?.isDeleted) return false
  const mark = { isDeleted: 1, counts: Number(isUnread) }
  await db
    .insertInto('im_chat_marks')
    .values({ userID, thread, seq, localEx: '', ...mark })
    .onConflict(on => on.columns(['userID', 'thread', 'seq']).doUpdateSet(mark))
    .execute()
  return isUnread
}

async function deleteLocal(
  { db }: Turn,
  { userID, thread }: SeatRow,
  { afterSeq, ordinal }: NonNullable<FoundMessage['local']>
): Promise<void> {
  await db
    .deleteFrom('im_chat_locals')
    .where('userID', '=', userID)
    .where('thread', '=', thread)
    .where('afterSeq', '=', afterSeq)
    .where('ordinal', '=', ordinal)
    .execute()
}
