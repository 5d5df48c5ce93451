import type { Transaction } from 'kysely'
import { ImError } from '../../codes.ts'
import type { Group, GroupMember } from '../../model.ts'
import type { GroupStore } from './store.ts'
import { pieces, type GroupTables } from './tables.ts'

type Trx = Transaction<GroupTables>

/** Status of a group that was dismissed. */
export const dismissed = 2
/** Status of a group in which only its owner and admins may speak. */
export const muted = 3

/**
 * Keeps a new group with its first members.
 * @throws {ImError} `duplicate` when there is or was a group of this id
 */
export async function insertGroup(
  store: GroupStore,
  group: Group,
  members: readonly GroupMember[]
): Promise<void> {
  await store.db.transaction().execute(async trx => {
    const { numInsertedOrUpdatedRows: added } = await trx
      .insertInto('im_groups_groups')
      .values(group)
      .onConflict(conflict => conflict.doNothing())
      .executeTakeFirstOrThrow()
    if (added !== 1n) throw new ImError('duplicate', 'there is a group with this groupID')
    for (const rows of pieces(members)) await trx.insertInto('im_groups_members').values(rows).execute()
  })
  store.keepGroup(group)
  store.keepRoster(
    group.groupID,
    members.map(({ userID }) => userID)
  )
}

/** Members who came or left, and the group after that. */
export interface Joined {
  readonly group: Group
  readonly added: readonly GroupMember[]
}

/**
 * Adds those who are no members yet.
 * @param also what else is to be done or not, with it
 * @throws {ImError} `groupDismissed`, or `badArguments` when they would be too many
 */
export async function insertMembers(
  store: GroupStore,
  groupID: string,
  members: readonly GroupMember[],
  maxGroupMembers: number,
  also?: (trx: Trx) => Promise<void>
): Promise<Joined> {
  const joined = await store.db.transaction().execute(async trx => {
    await also?.(trx)
    const added = new Set<string>()
    for (const rows of pieces(members)) {
      const inserted = await trx
        .insertInto('im_groups_members')
        .values(rows)
        .onConflict(conflict => conflict.doNothing())
        .returning('userID')
        .execute()
      for (const { userID } of inserted) added.add(userID)
    }
    const { numUpdatedRows } = await trx
      .updateTable('im_groups_groups')
      .set(({ eb }) => ({ memberCount: eb('memberCount', '+', added.size) }))
      .where('groupID', '=', groupID)
      .where('status', '<>', dismissed)
      .where('memberCount', '<=', maxGroupMembers - added.size)
      .executeTakeFirstOrThrow()
    const group = await groupIn(trx, groupID)
    if (numUpdatedRows !== 1n && group.status === dismissed) throw new ImError('groupDismissed')
    if (numUpdatedRows !== 1n) throw tooMany(maxGroupMembers)
    return { group, added: members.filter(({ userID }) => added.has(userID)) }
  })
  store.keepGroup(joined.group)
  store.came(
    groupID,
    joined.added.map(({ userID }) => userID)
  )
  return joined
}

/** A group may have no more. */
export function tooMany(maxGroupMembers: number): ImError {
  return new ImError('badArguments', `a group has at most ${maxGroupMembers} members`)
}

/** A group in a transaction. @throws {ImError} `groupNotFound` */
async function groupIn(trx: Trx, groupID: string): Promise<Group> {
  const query = trx.selectFrom('im_groups_groups').selectAll().where('groupID', '=', groupID)
  const group = await query.executeTakeFirst()
  if (!group) throw new ImError('groupNotFound')
  return group
}
