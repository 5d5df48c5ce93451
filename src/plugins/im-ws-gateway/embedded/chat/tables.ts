import type {
  ColumnDataType,
  CreateTableBuilder,
  ExpressionBuilder,
  Kysely,
  Migration,
  SchemaModule,
  Transaction
} from 'kysely'
import type { Database } from '../../../database/service.ts'
import type {
  ChatTables,
  GroupReadRow,
  LocalRow,
  MarkRow,
  MessageRow,
  PlatformRow,
  RevokeRow,
  SeatRow,
  ThreadRow
} from './rows.ts'

export type ChatDb = Kysely<ChatTables>
export type ChatTransaction = Transaction<ChatTables>

type Kind = 'text' | 'integer' | 'bigint'
type Columns<Row> = { readonly [Name in keyof Row & string]: Kind }

const threads: Columns<ThreadRow> = {
  key: 'text',
  maxSeq: 'bigint',
  latestSeq: 'bigint',
  counted: 'bigint',
  position: 'bigint',
  atAllSeq: 'bigint',
  announcedSeq: 'bigint',
  hasReads: 'integer'
}
const seats: Columns<SeatRow> = {
  userID: 'text',
  thread: 'text',
  type: 'integer',
  sourceID: 'text',
  hasReadSeq: 'bigint',
  readCounted: 'bigint',
  unreadLess: 'bigint',
  peerReadSeq: 'bigint',
  peerReadAt: 'bigint',
  minSeq: 'bigint',
  hasLeft: 'integer',
  lastSeq: 'bigint',
  lastCounted: 'bigint',
  hiddenSeq: 'bigint',
  keptTime: 'bigint',
  atSeq: 'bigint',
  atResetSeq: 'bigint',
  recvMsgOpt: 'integer',
  isPinned: 'integer',
  isPrivateChat: 'integer',
  burnDuration: 'integer',
  draftText: 'text',
  draftTextTime: 'bigint',
  updateUnreadCountTime: 'bigint',
  hasLocals: 'integer',
  changedAt: 'bigint'
}
/** But for its position, which is the row's own number, and for what came later. */
const messages: Columns<Omit<MessageRow, 'position' | 'readTime'>> = {
  thread: 'text',
  seq: 'bigint',
  clientMsgID: 'text',
  sendID: 'text',
  contentType: 'integer',
  sendTime: 'bigint',
  counts: 'integer',
  counted: 'bigint',
  text: 'text',
  body: 'text',
  burnDuration: 'integer',
  burnTime: 'bigint'
}
const marks: Columns<MarkRow> = {
  userID: 'text',
  thread: 'text',
  seq: 'bigint',
  isDeleted: 'integer',
  counts: 'integer',
  localEx: 'text'
}
const locals: Columns<LocalRow> = {
  userID: 'text',
  thread: 'text',
  afterSeq: 'bigint',
  ordinal: 'bigint',
  clientMsgID: 'text',
  sendID: 'text',
  contentType: 'integer',
  sendTime: 'bigint',
  text: 'text',
  body: 'text',
  localEx: 'text'
}
const revokes: Columns<RevokeRow> = { thread: 'text', position: 'bigint', info: 'text' }
const groupReads: Columns<GroupReadRow> = {
  thread: 'text',
  seq: 'bigint',
  userID: 'text',
  readTime: 'bigint'
}
const platforms: Columns<PlatformRow> = { userID: 'text', platformID: 'integer', position: 'bigint' }
const head: Columns<ChatTables['im_chat_head']> = { id: 'integer', position: 'bigint' }

/** What a row of {@link SeatRow} consists of. */
export const seatColumns = Object.keys(seats) as (keyof SeatRow)[]

type Table = CreateTableBuilder<string, string>

function withColumns(table: Table, columns: Readonly<Record<string, Kind>>): Table {
  return Object.entries(columns).reduce<Table>(
    (to, [name, kind]) => to.addColumn(name, kind, column => column.notNull()),
    table
  )
}

async function create(
  schema: SchemaModule,
  name: string,
  columns: Readonly<Record<string, Kind>>,
  primary: readonly string[]
) {
  const table: Table = schema.createTable(name)
  await withColumns(table, columns)
    .addPrimaryKeyConstraint(`${name}_primary`, primary as [string, ...string[]])
    .execute()
}

/** In SQLite a column of exactly this type is the number of the row itself, which saves an index. */
const rowNumber = (database: Database): ColumnDataType =>
  database.driver === 'sqlite' ? 'integer' : 'bigint'

function migrations(database: Database): Readonly<Record<string, Migration>> {
  return {
    '001-chat': {
      async up(db) {
        const { schema } = db
        await create(schema, 'im_chat_threads', threads, ['key'])
        await create(schema, 'im_chat_seats', seats, ['userID', 'thread'])
        const kept: Table = schema
          .createTable('im_chat_messages')
          .addColumn('position', rowNumber(database), position => position.primaryKey())
        await withColumns(kept, messages).execute()
        const unique = (name: string, columns: readonly string[]) =>
          schema
            .createIndex(`im_chat_messages_${name}`)
            .on('im_chat_messages')
            .columns([...columns])
            .unique()
        await unique('place', ['thread', 'seq']).execute()
        await unique('client', ['clientMsgID', 'sendID']).execute()
        await schema
          .createIndex('im_chat_messages_burn')
          .on('im_chat_messages')
          .column('burnTime')
          .where('burnTime', '>', 0)
          .execute()
        await create(schema, 'im_chat_marks', marks, ['userID', 'thread', 'seq'])
        await create(schema, 'im_chat_locals', locals, ['userID', 'thread', 'afterSeq', 'ordinal'])
        await create(schema, 'im_chat_revokes', revokes, ['thread', 'position'])
        await create(schema, 'im_chat_group_reads', groupReads, ['thread', 'seq', 'userID'])
        await create(schema, 'im_chat_platforms', platforms, ['userID', 'platformID'])
        await create(schema, 'im_chat_head', head, ['id'])
        await (db as ChatDb).insertInto('im_chat_head').values({ id: 1, position: 0 }).execute()
      }
    },
    '002-read-times': {
      async up(db) {
        await db.schema
          .alterTable('im_chat_messages')
          .addColumn('readTime', 'bigint', column => column.notNull().defaultTo(0))
          .execute()
        await (db as ChatDb)
          .updateTable('im_chat_messages')
          .set(eb => ({ readTime: eb('burnTime', '-', burnMsOf(eb)) }))
          .where('burnTime', '>', 0)
          .execute()
      }
    }
  }
}

/** Milliseconds from the reading of a private message until it is gone. */
export function burnMsOf(eb: ExpressionBuilder<ChatTables, 'im_chat_messages'>) {
  return eb(eb.cast<number>('burnDuration', 'bigint'), '*', 1_000)
}

/** Opens the rows of conversations and messages. @throws {Error} when the database cannot be brought up to date */
export function openTables(database: Database): Promise<ChatDb> {
  return database.open<ChatTables>('im_chat', migrations(database))
}
