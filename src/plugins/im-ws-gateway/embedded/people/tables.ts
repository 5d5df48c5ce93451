import type { CreateTableBuilder, Kysely, Migration, SchemaModule } from 'kysely'
import type { Database } from '../../../database/service.ts'
import type { FriendRequest, User } from '../../model.ts'

/** One direction of a friendship: that `ownerUserID` has `userID` among his friends. */
export interface FriendRow {
  readonly ownerUserID: string
  readonly userID: string
  readonly remark: string
  readonly createTime: number
  readonly addSource: number
  readonly operatorUserID: string
}

/** That `ownerUserID` wants to hear nothing of `userID`. */
export interface BlackRow {
  readonly ownerUserID: string
  readonly userID: string
  readonly createTime: number
  readonly ex: string
}

/** The last application of one user to another. */
export type RequestRow = Pick<
  FriendRequest,
  | 'fromUserID'
  | 'toUserID'
  | 'handleResult'
  | 'reqMsg'
  | 'createTime'
  | 'handlerUserID'
  | 'handleMsg'
  | 'handleTime'
  | 'ex'
>

/** That `ownerUserID` wants to know whether `userID` is online. */
export interface WatchRow {
  readonly ownerUserID: string
  readonly userID: string
  /** Rows of one owner are in the order in which he began to watch them. */
  readonly ordinal: number
}

/** Whether a user that somebody watches was online when this was written. */
export interface SeenRow {
  readonly userID: string
  /** Since when he is not; 0: he is. */
  readonly offlineAt: number
}

export interface PeopleTables {
  im_people_users: User
  im_people_friends: FriendRow
  im_people_blacks: BlackRow
  im_people_requests: RequestRow
  im_people_watches: WatchRow
  im_people_seen: SeenRow
}

export type PeopleDb = Kysely<PeopleTables>

type ColumnKind = 'text' | 'integer' | 'bigint'
type Columns<Row> = { readonly [Name in keyof Row & string]: ColumnKind }

function withColumns(schema: SchemaModule, table: string, columns: Readonly<Record<string, ColumnKind>>) {
  const empty: CreateTableBuilder<string, string> = schema.createTable(table)
  return Object.entries(columns).reduce(
    (to, [name, kind]) => to.addColumn(name, kind, column => column.notNull()),
    empty
  )
}

const users: Columns<User> = {
  userID: 'text',
  nickname: 'text',
  faceURL: 'text',
  createTime: 'bigint',
  ex: 'text',
  globalRecvMsgOpt: 'integer',
  gender: 'integer',
  phoneNumber: 'text',
  birth: 'bigint',
  email: 'text'
}
const friends: Columns<FriendRow> = {
  ownerUserID: 'text',
  userID: 'text',
  remark: 'text',
  createTime: 'bigint',
  addSource: 'integer',
  operatorUserID: 'text'
}
const blacks: Columns<BlackRow> = { ownerUserID: 'text', userID: 'text', createTime: 'bigint', ex: 'text' }
const requests: Columns<RequestRow> = {
  fromUserID: 'text',
  toUserID: 'text',
  handleResult: 'integer',
  reqMsg: 'text',
  createTime: 'bigint',
  handlerUserID: 'text',
  handleMsg: 'text',
  handleTime: 'bigint',
  ex: 'text'
}
const watches: Columns<WatchRow> = { ownerUserID: 'text', userID: 'text', ordinal: 'integer' }
const seen: Columns<SeenRow> = { userID: 'text', offlineAt: 'bigint' }

const migrations: Readonly<Record<string, Migration>> = {
  '001-people': {
    async up({ schema }) {
      await withColumns(schema, 'im_people_users', users)
        .addPrimaryKeyConstraint('im_people_users_primary', ['userID'])
        .execute()
      await withColumns(schema, 'im_people_friends', friends)
        .addPrimaryKeyConstraint('im_people_friends_primary', ['ownerUserID', 'userID'])
        .execute()
      await schema
        .createIndex('im_people_friends_of')
        .on('im_people_friends')
        .columns(['userID', 'ownerUserID'])
        .execute()
      await withColumns(schema, 'im_people_blacks', blacks)
        .addPrimaryKeyConstraint('im_people_blacks_primary', ['ownerUserID', 'userID'])
        .execute()
      await withColumns(schema, 'im_people_requests', requests)
        .addPrimaryKeyConstraint('im_people_requests_primary', ['fromUserID', 'toUserID'])
        .execute()
      const index = (name: string, first: string) =>
        schema.createIndex(name).on('im_people_requests').columns([first, 'createTime']).execute()
      await index('im_people_requests_from', 'fromUserID')
      await index('im_people_requests_to', 'toUserID')
    }
  },
  '002-watches': {
    async up({ schema }) {
      await withColumns(schema, 'im_people_watches', watches)
        .addPrimaryKeyConstraint('im_people_watches_primary', ['ownerUserID', 'userID'])
        .execute()
    }
  },
  '003-seen': {
    async up({ schema }) {
      await withColumns(schema, 'im_people_seen', seen)
        .addPrimaryKeyConstraint('im_people_seen_primary', ['userID'])
        .execute()
    }
  }
}

/** Opens the rows of people: users, friends, blacklists, applications, who watches whom, and who was online. */
export function openTables(database: Database): Promise<PeopleDb> {
  return database.open<PeopleTables>('im_people', migrations)
}
