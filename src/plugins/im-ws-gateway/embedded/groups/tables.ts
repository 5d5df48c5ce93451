import type { Kysely, Migration } from 'kysely'
import type { Database } from '../../../database/service.ts'
import type { Group, GroupMember, GroupRequest } from '../../model.ts'

/** What is kept of an application; the rest of a {@link GroupRequest} is read when somebody looks at it. */
export type ApplicationRow = Pick<
  GroupRequest,
  | 'groupID'
  | 'userID'
  | 'inviterUserID'
  | 'joinSource'
  | 'reqMsg'
  | 'reqTime'
  | 'handleResult'
  | 'handleUserID'
  | 'handledMsg'
  | 'handledTime'
  | 'ex'
>

/** Columns are named as the members of the shapes. A member's empty nickname or face stands for that of the person. */
export interface GroupTables {
  im_groups_groups: Group
  im_groups_members: GroupMember
  /** One for each group and person: the latest. */
  im_groups_applications: ApplicationRow
}

/** A query builder of the groups, or a transaction of it. */
export type GroupDb = Kysely<GroupTables>

const columns = {
  im_groups_groups: {
    text: [
      'groupID',
      'groupName',
      'notification',
      'notificationUserID',
      'introduction',
      'faceURL',
      'creatorUserID',
      'ownerUserID',
      'ex'
    ],
    integer: [
      'status',
      'groupType',
      'memberCount',
      'needVerification',
      'lookMemberInfo',
      'applyMemberFriend'
    ],
    bigint: ['notificationUpdateTime', 'createTime']
  },
  im_groups_members: {
    text: ['groupID', 'userID', 'nickname', 'faceURL', 'inviterUserID', 'operatorUserID', 'ex'],
    integer: ['roleLevel', 'joinSource'],
    bigint: ['joinTime', 'muteEndTime']
  },
  im_groups_applications: {
    text: ['groupID', 'userID', 'inviterUserID', 'reqMsg', 'handleUserID', 'handledMsg', 'ex'],
    integer: ['joinSource', 'handleResult'],
    bigint: ['reqTime', 'handledTime']
  }
} satisfies {
  [Table in keyof GroupTables]: Record<'text' | 'integer' | 'bigint', (keyof GroupTables[Table])[]>
}

const primaryKeys: Record<keyof GroupTables, ('groupID' | 'userID')[]> = {
  im_groups_groups: ['groupID'],
  im_groups_members: ['groupID', 'userID'],
  im_groups_applications: ['groupID', 'userID']
}

async function createTable(db: Kysely<unknown>, table: keyof GroupTables): Promise<void> {
  let builder = db.schema.createTable(table)
  for (const type of ['text', 'integer', 'bigint'] as const)
    for (const column of columns[table][type])
      builder = builder.addColumn(column, type, definition => definition.notNull())
  await builder.addPrimaryKeyConstraint(`${table}_primary`, [...primaryKeys[table]] as never[]).execute()
}

const migrations: Readonly<Record<string, Migration>> = {
  '001-groups': {
    async up(db) {
      await createTable(db, 'im_groups_groups')
      await createTable(db, 'im_groups_members')
      await createTable(db, 'im_groups_applications')
      await db.schema.createIndex('im_groups_members_user').on('im_groups_members').column('userID').execute()
      await db.schema
        .createIndex('im_groups_members_order')
        .on('im_groups_members')
        .columns(['groupID', 'roleLevel desc', 'joinTime', 'userID'])
        .execute()
      await db.schema
        .createIndex('im_groups_applications_user')
        .on('im_groups_applications')
        .columns(['userID', 'reqTime'])
        .execute()
    }
  }
}

/** Opens the tables of groups. @throws {Error} naming the migration that failed */
export function openTables(database: Database): Promise<GroupDb> {
  return database.open<GroupTables>('im_groups', migrations)
}

/** Rows or parameters of one statement: databases bound the parameters of one. */
const rowsAStatement = 500

/** Cuts a list into pieces that fit into one statement. */
export function pieces<Item>(items: readonly Item[]): Item[][] {
  return Array.from({ length: Math.ceil(items.length / rowsAStatement) }, (_, index) =>
    items.slice(index * rowsAStatement, (index + 1) * rowsAStatement)
  )
}
