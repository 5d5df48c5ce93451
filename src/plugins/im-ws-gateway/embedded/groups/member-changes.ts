import type { Transaction } from 'kysely'
import { ImError } from '../../codes.ts'
import type { Group, GroupMember } from '../../model.ts'
import { dismissed, groupIn } from './group-changes.ts'
import type { GroupStore } from './store.ts'
import { pieces, type GroupTables } from './tables.ts'

/** Members who came, as they are kept, and the group after that. */
export interface Joined {
  readonly group: Group
  readonly added: readonly GroupMember[]
}

/** Members who left, as they were kept, and the group after that. */
export interface Departed {
  readonly group: Group
  readonly removed: readonly GroupMember[]
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
  also?: (trx: Transaction<GroupTables>) => Promise<void>
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

/**
 * Removes members whose role is below `roleLevel`. To be called by `GroupStore.leaving`, which keeps the ids right.
 * @throws {ImError} `groupNotFound`
 */
export async function deleteMembers(
  store: GroupStore,
  groupID: string,
  userIDs: readonly string[],
  roleLevel: number
): Promise<Departed> {
  const departed = await store.db.transaction().execute(async trx => {
    const removed: GroupMember[] = []
    for (const ids of pieces(userIDs)) {
      const rows = await trx
        .deleteFrom('im_groups_members')
        .where('groupID', '=', groupID)
        .where('userID', 'in', ids)
        .where('roleLevel', '<', roleLevel)
        .returningAll()
        .execute()
      removed.push(...rows)
    }
    await trx
      .updateTable('im_groups_groups')
      .set(({ eb }) => ({ memberCount: eb('memberCount', '-', removed.length) }))
      .where('groupID', '=', groupID)
      .execute()
    return { group: await groupIn(trx, groupID), removed }
  })
  store.keepGroup(departed.group)
  return departed
}

/**
 * Changes a member as long as his role is what it was.
 * @throws {ImError} `notInGroup`
 */
export async function updateMember(
  store: GroupStore,
  before: GroupMember,
  values: Partial<Omit<GroupMember, 'groupID' | 'userID'>>
): Promise<GroupMember> {
  const { groupID, userID, roleLevel } = before
  const row = await store.db
    .updateTable('im_groups_members')
    .set(values)
    .where('groupID', '=', groupID)
    .where('userID', '=', userID)
    .where('roleLevel', '=', roleLevel)
    .returningAll()
    .executeTakeFirst()
  store.memberChanged(groupID, userID)
  if (!row) throw new ImError('notInGroup')
  return row
}
