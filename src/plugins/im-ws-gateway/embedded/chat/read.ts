import { sessionType, type Receipt } from '../../model.ts'
import type { Device } from '../../user-core.ts'
import type { ChatContext } from './context.ts'
import { endOf } from './seat-row.ts'
import type { Seat } from './seat.ts'
import type { SeatRow } from './rows.ts'
import { silentThread } from './thread.ts'
import { burnMsOf } from './tables.ts'
import type { Reading, Turn } from './turn.ts'

/** Messages that one receipt names: the newest ones. Those before them are read too. */
const idsPerReceipt = 1_000
/** What receipts say that they are (specification §5.1). */
const hasRead = 2200

/**
 * Marks a conversation as read, or up to the last of the given messages. In a single chat the other side is told which
 * of its messages that concerns; reading is told once, however often it is marked.
 */
export async function markRead(
  context: ChatContext,
  seat: Seat,
  device: Device,
  clientMsgIDs?: readonly string[]
): Promise<void> {
  const { place, thread, user } = seat
  const marked = await context.turns.change(async turn => {
    const row = await turn.seat(user.userID, place)
    if (!row) return undefined
    const end = endOf(row, (await turn.thread(thread.key)) ?? silentThread(thread.key))
    const target = clientMsgIDs ? await lastOf(turn, row, clientMsgIDs, end.seq) : end
    if (!target) return undefined
    if (target.seq > row.hasReadSeq || row.unreadLess > 0) {
      const unreadLess = target.seq === end.seq ? 0 : await deletedAfter(turn, row, target.seq)
      const hasReadSeq = Math.max(target.seq, row.hasReadSeq)
      const readCounted = Math.max(target.counted, row.readCounted)
      turn.put({ ...row, hasReadSeq, readCounted, unreadLess, updateUnreadCountTime: turn.now }, place)
      turn.news.push({ what: 'seat', userID: user.userID, place, cause: device })
    }
    const isSingle = place.type === sessionType.single && row.sourceID !== user.userID
    return { upTo: target.seq, burns: isSingle && (await tellPeer(turn, seat, target.seq)) }
  })
  if (!marked) return
  // Whoever marks all of it may do so while some of that is on its way; who names a message has got it.
  if (clientMsgIDs) user.noteRead(device, thread.key, marked.upTo)
  if (marked.burns) context.burning.arm()
}

/** The last of some messages; `undefined` when there are none of them. */
function lastOf(turn: Turn, row: SeatRow, clientMsgIDs: readonly string[], endSeq: number) {
  return turn.db
    .selectFrom('im_chat_messages')
    .select(['seq', 'counted'])
    .where('thread', '=', row.thread)
    .where('clientMsgID', 'in', clientMsgIDs)
    .where('seq', '<=', endSeq)
    .orderBy('seq', 'desc')
    .limit(1)
    .executeTakeFirst()
}

async function deletedAfter(turn: Turn, { userID, thread }: SeatRow, seq: number): Promise<number> {
  const { count } = await turn.db
    .selectFrom('im_chat_marks')
    .select(({ fn }) => fn.countAll<number>().as('count'))
    .where('userID', '=', userID)
    .where('thread', '=', thread)
    .where('seq', '>', seq)
    .where('isDeleted', '=', 1)
    .where('counts', '=', 1)
    .executeTakeFirstOrThrow()
  return count
}

/** @returns whether there is something that will burn */
async function tellPeer(turn: Turn, { user, place, row: { sourceID: peer }, thread }: Seat, upTo: number) {
  const peerRow = await turn.seat(peer, place)
  if (!peerRow || peerRow.peerReadSeq >= upTo) return false
  const newest = await turn.db
    .selectFrom('im_chat_messages')
    .select(['clientMsgID', 'burnDuration'])
    .where('thread', '=', thread.key)
    .where('seq', '>', peerRow.peerReadSeq)
    .where('seq', '<=', upTo)
    .where('sendID', '=', peer)
    .orderBy('seq', 'desc')
    .limit(idsPerReceipt)
    .execute()
  turn.put({ ...peerRow, peerReadSeq: upTo, peerReadAt: turn.changePosition }, place)
  if (!newest.length) return false
  const read = { after: peerRow.peerReadSeq, upTo, sendID: peer, at: turn.now }
  turn.reads.set(thread.key, [...(turn.reads.get(thread.key) ?? []), read])
  const burns = newest.length === idsPerReceipt || newest.some(({ burnDuration }) => burnDuration > 0)
  await noteReading(turn, thread.key, read, burns)
  const receipt: Receipt = {
    groupID: '',
    userID: user.userID,
    msgIDList: newest.map(({ clientMsgID }) => clientMsgID).toReversed(),
    readTime: turn.now,
    msgFrom: 100,
    contentType: hasRead,
    sessionType: sessionType.single
  }
  turn.news.push({ what: 'event', to: peer, event: { kind: 'singleReceipts', receipts: [receipt] } })
  turn.news.push({ what: 'seat', userID: peer, place })
  return burns
}

/** Keeps when messages were read, and with it when private ones are gone. */
async function noteReading(
  { db }: Turn,
  thread: string,
  { after, upTo, sendID, at }: Reading,
  burns: boolean
): Promise<void> {
  const messages = db
    .updateTable('im_chat_messages')
    .where('thread', '=', thread)
    .where('seq', '>', after)
    .where('seq', '<=', upTo)
    .where('sendID', '=', sendID)
  await messages.set({ readTime: at }).execute()
  if (!burns) return
  await messages
    .set(eb => ({ burnTime: eb(eb.cast<number>(eb.val(at), 'bigint'), '+', burnMsOf(eb)) }))
    .where('burnDuration', '>', 0)
    .where('burnTime', '=', 0)
    .execute()
}
