import { sessionType, type Message, type Receipt, type RevokedInfo } from '../../model.ts'
import type { CoreEvent, Device } from '../../user-core.ts'
import type { ChatContext } from './context.ts'
import type { Gap } from './platforms.ts'
import type { Seat } from './seat.ts'
import { seenMessages } from './seen-messages.ts'
import type { UserChat } from './user-chat.ts'
import { visibleRows, type VisibleRow } from './visible-rows.ts'

/** Messages that a device hears of when it comes back: the newest ones. It finds the others in the history. */
const maxMessages = 200
/** Rows read of a conversation at first: mostly there are few. */
const firstRows = 20
const maxRevokes = 200
const idsPerReceipt = 100

interface Missed {
  readonly seat: Seat
  readonly row: VisibleRow
  readonly message: Message
}

/**
 * What a device has missed, in the order in which it would have heard of it.
 * @param read up to which message it has got each conversation all the same; others, by their keys: none
 */
export async function missedBy(
  context: ChatContext,
  user: UserChat,
  device: Device,
  gap: Gap,
  read?: ReadonlyMap<string, number>
): Promise<readonly CoreEvent[]> {
  const seats = [...user.seats.values()]
  const ranked = (seat: Seat): number => Number(user.receives(seat))
  const spoken = seats
    .filter(({ thread }) => thread.numbers.position > gap.after)
    .toSorted((a, b) => ranked(b) - ranked(a) || b.thread.numbers.position - a.thread.numbers.position)
    .slice(0, maxMessages)
  const changed = seats.filter(
    ({ row, thread }) => row.changedAt > gap.after || thread.numbers.position > gap.after
  )
  if (!changed.length) return []
  const found = await Promise.all(spoken.map(seat => messagesIn(context, seat, gap)))
  const hasGot = ({ seat, row }: Missed): boolean => row.seq <= (read?.get(seat.thread.key) ?? 0)
  const missed = found
    .flatMap(one => one.missed.filter(each => !hasGot(each)))
    .filter(({ seat, message }) => user.receives(seat) || isOwn(message, user.userID))
    .toSorted((a, b) => a.row.position - b.row.position)
    .slice(-maxMessages)
  const heardBefore = ({ sendID, senderPlatformID }: Message): boolean =>
    sendID === user.userID && senderPlatformID === device.platformID
  const fresh = new Set(spoken.filter((_, index) => found[index]?.isNew))
  const conversations = changed.map(seat => seat.toConversation())
  const added = changed.filter(seat => fresh.has(seat) && seat.isListed).map(seat => seat.toConversation())
  return [
    ...runsOf(
      missed.map(({ message }) => message).filter(message => !heardBefore(message)),
      user.userID
    ),
    ...(await revokesIn(context, spoken, gap)),
    ...(await receiptsFor(context, changed, gap)),
    ...(added.length ? [{ kind: 'newConversations', conversations: added } as const] : []),
    { kind: 'conversationsChanged', conversations },
    { kind: 'totalUnread', count: user.total }
  ]
}

/** `isNew`: there was no message before them. */
async function messagesIn(
  context: ChatContext,
  seat: Seat,
  { after, upTo }: Gap
): Promise<{ readonly missed: readonly Missed[]; readonly isNew: boolean }> {
  for (const limit of [firstRows, maxMessages]) {
    const rows = await visibleRows(context.db, seat).orderBy('message.seq', 'desc').limit(limit).execute()
    const found = rows.filter(({ position }) => position > after && position <= upTo)
    const isWhole = (rows.at(-1)?.position ?? 0) <= after || rows.length < limit
    if (!isWhole && limit < maxMessages) continue
    const messages = await seenMessages(context, seat, found)
    const missed = found.map((row, index) => ({ seat, row, message: messages[index] as Message }))
    const isNew = rows.length < limit && rows.length > 0 && (rows.at(-1)?.position ?? 0) > after
    return { missed, isNew }
  }
  return { missed: [], isNew: false }
}

const isOwn = ({ sendID, msgFrom }: Message, userID: string): boolean => sendID === userID && msgFrom === 100

/** One's own messages and those of others are told apart, in the order in which they were said. */
function runsOf(messages: readonly Message[], userID: string): readonly CoreEvent[] {
  const events: CoreEvent[] = []
  let run: Message[] = []
  const end = (): void => {
    const [first] = run
    if (first)
      events.push({ kind: 'newMessages', messages: run, ...(isOwn(first, userID) && { ownSend: true }) })
    run = []
  }
  for (const message of messages) {
    const [first] = run
    if (first && isOwn(first, userID) !== isOwn(message, userID)) end()
    run.push(message)
  }
  end()
  return events
}

async function revokesIn(
  { db }: ChatContext,
  seats: readonly Seat[],
  { after, upTo }: Gap
): Promise<CoreEvent[]> {
  if (!seats.length) return []
  const byThread = new Map(seats.map(seat => [seat.thread.key, seat]))
  const rows = await db
    .selectFrom('im_chat_revokes')
    .selectAll()
    .where('thread', 'in', [...byThread.keys()])
    .where('position', '>', after)
    .where('position', '<=', upTo)
    .orderBy('position', 'desc')
    .limit(maxRevokes)
    .execute()
  return rows.toReversed().flatMap(({ thread, info: json }): CoreEvent[] => {
    const info = JSON.parse(json) as RevokedInfo
    const seat = byThread.get(thread)
    const isSeen = seat && info.seq > seat.row.minSeq && info.seq <= seat.end.seq
    return isSeen ? [{ kind: 'messageRevoked', info }] : []
  })
}

/** What the other sides of single chats have read in the meantime, by one's newest messages. */
async function receiptsFor(
  context: ChatContext,
  seats: readonly Seat[],
  { after }: Gap
): Promise<CoreEvent[]> {
  const receipts: Receipt[] = []
  for (const seat of seats) {
    const { row } = seat
    if (row.type !== sessionType.single || row.peerReadAt <= after) continue
    const read = await visibleRows(context.db, seat)
      .where('message.sendID', '=', row.userID)
      .where('message.seq', '<=', row.peerReadSeq)
      .orderBy('message.seq', 'desc')
      .limit(idsPerReceipt)
      .execute()
    const [newest] = read
    if (!newest) continue
    receipts.push({
      groupID: '',
      userID: row.sourceID,
      msgIDList: read.map(({ clientMsgID }) => clientMsgID).toReversed(),
      readTime: newest.readTime || context.clock.now(),
      msgFrom: 100,
      contentType: 2200,
      sessionType: sessionType.single
    })
  }
  return receipts.length ? [{ kind: 'singleReceipts', receipts }] : []
}
