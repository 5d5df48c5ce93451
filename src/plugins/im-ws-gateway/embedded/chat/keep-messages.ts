import type { Message } from '../../model.ts'
import type { Device } from '../../user-core.ts'
import { keyOf, sourceOf, type Place } from './place.ts'
import { newSeat } from './seat-row.ts'
import type { Appearance } from './seat.ts'
import { bodyOf, messageOf } from './stored-message.ts'
import type { MessageRow, ThreadRow } from './tables.ts'
import type { KeptMessage, Turn } from './turn.ts'

/** Rows in one statement. */
const rowsPerStatement = 500

/** A message that is to be kept. */
export interface OutgoingMessage {
  readonly place: Place
  /** Complete but for its number and its time. */
  readonly message: Message
  /** What it is found by. */
  readonly text: string
  /** It is unread for others. */
  readonly counts: boolean
  /** It becomes the latest message of its conversation. */
  readonly isLatest: boolean
  /** The sender sees it as his own: it makes him one who has read everything before it. */
  readonly isOwn: boolean
  readonly device: Device | undefined
  /** Whom it mentions by name. */
  readonly mentions: readonly string[]
  readonly mentionsAll: boolean
  /** It is the announcement of the group. */
  readonly isAnnouncement: boolean
  /** How the conversation looks to those who do not have it yet, by user. */
  readonly appearances: ReadonlyMap<string, Appearance>
}

export interface Kept {
  readonly message: Message
  /** There was one with its `clientMsgID` already, of the same sender: this one. Nothing was kept. */
  readonly isRepeated: boolean
  /** Where that one stands. */
  readonly thread: string
}

/**
 * Keeps messages in their conversations, numbered in the order in which they are given: with one statement for what is
 * known of them, one for their numbers, one for their rows, whatever their number.
 */
export async function keepMessages(turn: Turn, given: readonly OutgoingMessage[]): Promise<Kept[]> {
  const known = await repeated(turn, given)
  const fresh: OutgoingMessage[] = []
  const slots: (Kept | number)[] = []
  const slotOf = new Map<string, number>()
  for (const outgoing of given) {
    const id = idOf(outgoing.message)
    const before = known.get(id)
    const index = slotOf.get(id)
    if (before) slots.push(before)
    else if (index !== undefined) slots.push(-1 - index)
    else {
      slotOf.set(id, fresh.length)
      slots.push(fresh.length)
      fresh.push(outgoing)
    }
  }
  const kept = fresh.length ? await number(turn, fresh) : []
  const threads = fresh.map(({ place }) => keyOf(place))
  return slots.map(slot => {
    if (typeof slot !== 'number') return slot
    const index = slot < 0 ? -1 - slot : slot
    const message = kept[index]?.message as Message
    return { message, isRepeated: slot < 0, thread: threads[index] ?? '' }
  })
}

const idOf = ({ clientMsgID, sendID }: Pick<Message, 'clientMsgID' | 'sendID'>): string =>
  `${clientMsgID}\n${sendID}`

async function repeated(turn: Turn, given: readonly OutgoingMessage[]): Promise<ReadonlyMap<string, Kept>> {
  const rows = await turn.db
    .selectFrom('im_chat_messages')
    .selectAll()
    .where(
      'clientMsgID',
      'in',
      given.map(({ message }) => message.clientMsgID)
    )
    .execute()
  return new Map(
    rows.map(row => [idOf(row), { message: messageOf(row), isRepeated: true, thread: row.thread }])
  )
}

/** Gives them their numbers and writes their rows. */
async function number(turn: Turn, fresh: readonly OutgoingMessage[]): Promise<KeptMessage[]> {
  const groups = new Map<string, OutgoingMessage[]>()
  for (const outgoing of fresh) {
    const key = keyOf(outgoing.place)
    const group = groups.get(key)
    if (group) group.push(outgoing)
    else groups.set(key, [outgoing])
  }
  const ends = await advanceThreads(turn, groups, await turn.advance(fresh.length), fresh)
  const rows: MessageRow[] = []
  const byMessage = new Map<OutgoingMessage, KeptMessage>()
  let position = turn.position - fresh.length
  const positions = new Map(fresh.map(outgoing => [outgoing, ++position]))
  for (const [thread, group] of groups) {
    const end = ends.get(thread)
    if (!end) throw new Error(`the conversation ${thread} has no numbers`)
    let seq = end.maxSeq - group.length
    let counted = end.counted - group.filter(({ counts }) => counts).length
    const kept: KeptMessage[] = []
    for (const outgoing of group) {
      seq++
      if (outgoing.counts) counted++
      const message: Message = { ...outgoing.message, seq, sendTime: turn.now, status: 2 }
      const at = positions.get(outgoing) ?? 0
      rows.push(
        rowOf(message, {
          thread,
          counts: Number(outgoing.counts),
          counted,
          position: at,
          text: outgoing.text
        })
      )
      const { isOwn, device } = outgoing
      kept.push({ message, position: at, isOwn, device })
      byMessage.set(outgoing, kept.at(-1) as KeptMessage)
      await takeSeats(turn, outgoing, { seq, counted })
    }
    const latest = kept[group.findLastIndex(({ isLatest }) => isLatest)]
    if (latest) turn.latest.set(thread, latest.message)
    const [first] = group
    if (first) turn.news.push({ what: 'messages', place: first.place, kept })
  }
  for (let at = 0; at < rows.length; at += rowsPerStatement)
    await turn.db
      .insertInto('im_chat_messages')
      .values(rows.slice(at, at + rowsPerStatement))
      .execute()
  return fresh.map(outgoing => byMessage.get(outgoing) as KeptMessage)
}

function rowOf(
  message: Message,
  place: Pick<MessageRow, 'thread' | 'counts' | 'counted' | 'position' | 'text'>
): MessageRow {
  const { seq, clientMsgID, sendID, contentType, sendTime, attachedInfoElem } = message
  const burnDuration = attachedInfoElem?.isPrivateChat ? attachedInfoElem.burnDuration : 0
  const body = bodyOf(message)
  return { ...place, seq, clientMsgID, sendID, contentType, sendTime, body, burnDuration, burnTime: 0 }
}

/** @returns the numbers of each conversation after its messages */
async function advanceThreads(
  turn: Turn,
  groups: ReadonlyMap<string, readonly OutgoingMessage[]>,
  before: number,
  fresh: readonly OutgoingMessage[]
) {
  const values = [...groups].map(([key, group]) => {
    const last = group.at(-1) as OutgoingMessage
    return {
      key,
      maxSeq: group.length,
      latestSeq: group.findLastIndex(({ isLatest }) => isLatest) + 1,
      counted: group.filter(({ counts }) => counts).length,
      position: before + fresh.indexOf(last) + 1,
      atAllSeq: group.findLastIndex(({ mentionsAll }) => mentionsAll) + 1,
      announcedSeq: group.findLastIndex(({ isAnnouncement }) => isAnnouncement) + 1,
      hasReads: 0
    }
  })
  const ends = new Map<string, ThreadRow>()
  for (let at = 0; at < values.length; at += rowsPerStatement) {
    const rows = await turn.db
      .insertInto('im_chat_threads')
      .values(values.slice(at, at + rowsPerStatement))
      .onConflict(on =>
        on.column('key').doUpdateSet(eb => {
          const now = eb.ref('im_chat_threads.maxSeq')
          const moved = (name: 'latestSeq' | 'atAllSeq' | 'announcedSeq') =>
            eb
              .case()
              .when(eb.ref(`excluded.${name}`), '>', 0)
              .then(eb(now, '+', eb.ref(`excluded.${name}`)))
              .else(eb.ref(`im_chat_threads.${name}`))
              .end()
          return {
            maxSeq: eb(now, '+', eb.ref('excluded.maxSeq')),
            latestSeq: moved('latestSeq'),
            counted: eb('im_chat_threads.counted', '+', eb.ref('excluded.counted')),
            position: eb.ref('excluded.position'),
            atAllSeq: moved('atAllSeq'),
            announcedSeq: moved('announcedSeq')
          }
        })
      )
      .returningAll()
      .execute()
    for (const row of rows) {
      turn.threads.set(row.key, row)
      ends.set(row.key, row)
    }
  }
  return ends
}

/** Sees to the rows of those whom a message concerns: its sender, a recipient who is new to it, those it mentions. */
async function takeSeats(
  turn: Turn,
  { place, message, isOwn, counts, mentions, appearances }: OutgoingMessage,
  { seq, counted }: { readonly seq: number; readonly counted: number }
): Promise<void> {
  const { sendID } = message
  const reads = place.type !== 4 && (isOwn || counts)
  if (reads) {
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
    if (reads && userID === sendID) continue
    if (!turn.isOpen(userID)) turn.add(newSeat(userID, place))
    else if (!(await turn.seat(userID, place)))
      turn.put(newSeat(userID, place), place, appearances.get(userID))
  }
  turn.completed.add(thread)
}
