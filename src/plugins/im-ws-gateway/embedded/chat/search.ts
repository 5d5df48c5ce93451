import { sql, type RawBuilder, type SqlBool } from 'kysely'
import { ImError } from '../../codes.ts'
import type { FoundMessages, Message } from '../../model.ts'
import type { Arguments } from '../../operations/index.ts'
import { isStorable } from '../people/storable.ts'
import { chatOf, type ChatContext } from './context.ts'
import type { Seat } from './seat.ts'
import { seenMessages } from './seen-messages.ts'
import { localMessage } from './stored-message.ts'
import type { LocalRow } from './rows.ts'
import { localRows, visibleRows, type VisibleRow } from './visible-rows.ts'

/** Messages looked through: the newest ones of a conversation, and in all. */
const maxPerConversation = 20_000
const maxInAll = 60_000
const defaultCount = 20
/** Messages in one answer. */
const maxFound = 1_000

type Item = FoundMessages['items'][number]
type SearchArguments = Arguments['searchMessages']

/** Conditions on the columns of a table. */
type Matches = (table: string) => readonly RawBuilder<SqlBool>[]

/**
 * Finds messages by their words, senders, types and times, the newest first. In one conversation `pageIndex` and
 * `count` page through them; of several conversations each comes with the same page of its own. Only the newest
 * 20,000 messages of a conversation, and 60,000 in all, are looked through.
 */
export async function searchMessages(
  context: ChatContext,
  userID: string,
  args: SearchArguments
): Promise<FoundMessages> {
  const matches = matching(args, context.clock.now())
  const items: Item[] = []
  let budget = maxInAll
  let room = maxFound
  for (const seat of searched(context, userID, args.conversationID ?? '')) {
    const first = Math.max(seat.row.minSeq, seat.end.seq - Math.min(maxPerConversation, budget))
    budget -= seat.end.seq - first
    const item = await searchIn(context, seat, { first, matches, args, room })
    if (!item) continue
    items.push(item)
    room -= item.messageList.length
    if (budget <= 0) break
  }
  return { totalCount: items.reduce((sum, { messageCount }) => sum + messageCount, 0), items }
}

/** The newest conversations first. */
function searched(context: ChatContext, userID: string, conversationID: string): readonly Seat[] {
  const { seats } = chatOf(context, userID)
  if (!conversationID) return [...seats.values()].toSorted((a, b) => timeOf(b) - timeOf(a))
  const seat = seats.get(conversationID)
  return seat ? [seat] : []
}

const timeOf = (seat: Seat): number => seat.latest?.sendTime ?? 0

interface Search {
  /** What is not after this message is not looked through. */
  readonly first: number
  readonly matches: Matches
  readonly args: SearchArguments
  /** How many messages may be in the answer. */
  readonly room: number
}

async function searchIn(
  context: ChatContext,
  seat: Seat,
  { first, matches, args, room }: Search
): Promise<Item | undefined> {
  const { db } = context
  const kept = matches('message').reduce(
    (query, match) => query.where(match),
    visibleRows(db, seat).where('message.seq', '>', first)
  )
  const locals = matches('im_chat_locals').reduce((query, match) => query.where(match), localRows(db, seat))
  const { count: total } = await kept
    .clearSelect()
    .select(({ fn }) => fn.countAll<number>().as('count'))
    .executeTakeFirstOrThrow()
  const localFound = seat.row.hasLocals ? await locals.limit(maxFound).execute() : []
  const messageCount = total + localFound.length
  if (!messageCount) return undefined
  const count = Math.min(args.count || defaultCount, room)
  const offset = Math.max(0, (args.pageIndex ?? 1) - 1) * (args.count || defaultCount)
  const rows = await kept
    .orderBy('message.seq', 'desc')
    .limit(localFound.length ? Math.min(offset + count, maxPerConversation) : count)
    .offset(localFound.length ? 0 : offset)
    .execute()
  const merged = await merge(context, seat, rows, localFound)
  const messageList = localFound.length ? merged.slice(offset, offset + count) : merged
  return { ...describe(seat), messageCount, messageList }
}

/** The newest first. */
async function merge(
  context: ChatContext,
  seat: Seat,
  rows: readonly VisibleRow[],
  locals: readonly LocalRow[]
): Promise<readonly Message[]> {
  const seen = await seenMessages(context, seat, rows)
  if (!locals.length) return seen
  return [...seen, ...locals.map(localMessage)].toSorted((a, b) => b.sendTime - a.sendTime)
}

function describe(seat: Seat): Omit<Item, 'messageCount' | 'messageList'> {
  const { conversationID, conversationType, userID, groupID, showName, faceURL } = seat.toConversation()
  return { conversationID, conversationType, userID, groupID, showName, faceURL }
}

/** What a message must fulfil. */
function matching(args: SearchArguments, now: number): Matches {
  const { keywordList = [], senderUserIDList = [], messageTypeList = [] } = args
  const words = keywordList.filter(word => word !== '').map(word => word.toLowerCase())
  if (![...words, ...senderUserIDList].every(isStorable))
    throw new ImError('badArguments', 'a keyword has no NUL and no half surrogate pair')
  const end = args.searchTimePosition ? args.searchTimePosition * 1_000 : now
  const begin = args.searchTimePeriod ? end - args.searchTimePeriod * 1_000 : 0
  const between = args.keywordListMatchType === 1 ? sql` and ` : sql` or `
  return table => {
    const column = (name: string) => sql.ref(`${table}.${name}`)
    const contains = (word: string) => {
      const pattern = `%${word.replaceAll(/[\\%_]/g, String.raw`\$&`)}%`
      return sql`${column('text')} like ${pattern} escape '\\'`
    }
    const isOneOf = (name: string, values: readonly unknown[]) =>
      sql<SqlBool>`${column(name)} in (${sql.join(values)})`
    return [
      sql<SqlBool>`${column('sendTime')} between ${begin} and ${end}`,
      ...(words.length ? [sql<SqlBool>`(${sql.join(words.map(contains), between)})`] : []),
      ...(senderUserIDList.length ? [isOneOf('sendID', senderUserIDList)] : []),
      ...(messageTypeList.length ? [isOneOf('contentType', messageTypeList)] : [])
    ]
  }
}

/**
 * Messages by their ids, in the order in which they were said.
 * @throws {ImError} `tooLarge` for more than 1,000 ids in all
 */
export async function findMessages(
  context: ChatContext,
  userID: string,
  { list }: Arguments['findMessages']
): Promise<FoundMessages> {
  const wanted = list.reduce((sum, { clientMsgIDList }) => sum + clientMsgIDList.length, 0)
  if (wanted > maxFound) throw new ImError('tooLarge', `at most ${maxFound} messages are found at a time`)
  const { seats } = chatOf(context, userID)
  const items: Item[] = []
  for (const { conversationID, clientMsgIDList } of list) {
    const seat = seats.get(conversationID)
    const ids = clientMsgIDList.filter(isStorable)
    if (!seat || !ids.length) continue
    const rows = await visibleRows(context.db, seat)
      .where('message.clientMsgID', 'in', ids)
      .orderBy('message.seq', 'desc')
      .execute()
    const locals = seat.row.hasLocals
      ? await localRows(context.db, seat).where('clientMsgID', 'in', ids).execute()
      : []
    const messageList = (await merge(context, seat, rows, locals)).toReversed()
    if (messageList.length) items.push({ ...describe(seat), messageCount: messageList.length, messageList })
  }
  return { totalCount: items.reduce((sum, { messageCount }) => sum + messageCount, 0), items }
}
