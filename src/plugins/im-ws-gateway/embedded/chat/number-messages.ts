import type { Message } from '../../model.ts'
import { takeSeats } from './message-seats.ts'
import type { OutgoingMessage } from './outgoing-message.ts'
import { keyOf } from './place.ts'
import type { MessageRow, ThreadRow } from './rows.ts'
import { moveThreads } from './thread-rows.ts'
import type { KeptMessage, Turn } from './turn.ts'

/** Rows in one statement. */
const rowsPerStatement = 500

/** A message with its place among all. */
interface Placed {
  readonly outgoing: OutgoingMessage
  readonly position: number
}

/** Gives messages their numbers and writes them. @returns them by what was given */
export async function numberMessages(
  turn: Turn,
  fresh: readonly OutgoingMessage[]
): Promise<ReadonlyMap<OutgoingMessage, Message>> {
  const before = await turn.advance(fresh.length)
  const byThread = new Map<string, Placed[]>()
  for (const [index, outgoing] of fresh.entries()) {
    const key = keyOf(outgoing.place)
    const placed = { outgoing, position: before + index + 1 }
    const same = byThread.get(key)
    if (same) same.push(placed)
    else byThread.set(key, [placed])
  }
  const ends = await moveThreads(
    turn,
    [...byThread].map(([key, placed]) => moveOf(key, placed))
  )
  const rows: MessageRow[] = []
  const messages = new Map<OutgoingMessage, Message>()
  for (const [thread, placed] of byThread) {
    const move = moveOf(thread, placed)
    const end = ends.get(thread) ?? move
    let seq = end.maxSeq - move.maxSeq
    let counted = end.counted - move.counted
    const kept: KeptMessage[] = []
    for (const { outgoing, position } of placed) {
      seq++
      counted += Number(outgoing.counts)
      const message: Message = { ...outgoing.message, seq, sendTime: turn.now, status: 2 }
      rows.push(rowOf(outgoing, message, { thread, counted, position }))
      kept.push({ message, position, isOwn: outgoing.isOwn, device: outgoing.device })
      messages.set(outgoing, message)
      await takeSeats(turn, outgoing, { seq, counted })
    }
    const latest = kept[move.latestSeq - 1]
    if (latest) turn.latest.set(thread, latest.message)
    const [first] = placed
    if (first) turn.news.push({ what: 'messages', place: first.outgoing.place, kept })
  }
  for (let at = 0; at < rows.length; at += rowsPerStatement)
    await turn.db
      .insertInto('im_chat_messages')
      .values(rows.slice(at, at + rowsPerStatement))
      .execute()
  return messages
}

/** How messages move their conversation on. */
function moveOf(key: string, placed: readonly Placed[]): ThreadRow {
  const last = (is: (outgoing: OutgoingMessage) => boolean): number =>
    placed.findLastIndex(({ outgoing }) => is(outgoing)) + 1
  return {
    key,
    maxSeq: placed.length,
    latestSeq: last(({ isLatest }) => isLatest),
    counted: placed.filter(({ outgoing }) => outgoing.counts).length,
    position: placed.at(-1)?.position ?? 0,
    atAllSeq: last(({ mentionsAll }) => mentionsAll),
    announcedSeq: last(({ isAnnouncement }) => isAnnouncement),
    hasReads: 0
  }
}

function rowOf(
  { counts, text, body }: OutgoingMessage,
  message: Message,
  place: Pick<MessageRow, 'thread' | 'counted' | 'position'>
): MessageRow {
  const { seq, clientMsgID, sendID, contentType, sendTime, attachedInfoElem } = message
  return {
    ...place,
    seq,
    clientMsgID,
    sendID,
    contentType,
    sendTime,
    counts: Number(counts),
    text,
    body,
    burnDuration: attachedInfoElem?.isPrivateChat ? attachedInfoElem.burnDuration : 0,
    burnTime: 0,
    readTime: 0
  }
}
