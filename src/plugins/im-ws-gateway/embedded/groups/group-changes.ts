import type { Transaction } from 'kysely'
import { ImError } from '../../codes.ts'
import { role, type Group, type GroupMember } from '../../model.ts'
import type { GroupStore } from './store.ts'
import { pieces, type GroupTables } from './tables.ts'

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

/**
 * Changes a group in use.
 * @throws {ImError} `groupDismissed`; `noPermission` when `owner` is given and owns it no more
 */
export async function updateGroup(
  store: GroupStore,
  groupID: string,
  values: Partial<Omit<Group, 'groupID' | 'memberCount' | 'ownerUserID'>>,
  owner?: string
): Promise<Group> {
  const group = await store.db.transaction().execute(async trx => {
    let query = trx
      .updateTable('im_groups_groups')
      .set(values)
      .where('groupID', '=', groupID)
      .where('status', '<>', dismissed)
    if (owner !== undefined) query = query.where('ownerUserID', '=', owner)
    const { numUpdatedRows } = await query.executeTakeFirstOrThrow()
    const after = await groupIn(trx, groupID)
    if (numUpdatedRows === 1n) return after
    throw new ImError(after.status === dismissed ? 'groupDismissed' : 'noPermission')
  })
  store.keepGroup(group)
  return group
}

/** A group, its former owner and its new one, as they are kept. */
export interface Transferred {
  readonly group: Group
  readonly from: GroupMember
  readonly to: GroupMember
}

/**
 * Makes a member the owner, who gives him his role for it and his silence an end.
 * @throws {ImError} `groupDismissed`; `noPermission` when `from` owns it no more; `notInGroup` when `to` has left
 */
export async function transferGroup(
  store: GroupStore,
  from: GroupMember,
  to: GroupMember
): Promise<Transferred> {
  const { groupID } = from
  const transferred = await store.db.transaction().execute(async trx => {
    const { numUpdatedRows } = await trx
      .updateTable('im_groups_groups')
      .set({ ownerUserID: to.userID })
      .where('groupID', '=', groupID)
      .where('ownerUserID', '=', from.userID)
      .where('status', '<>', dismissed)
      .executeTakeFirstOrThrow()
    const group = await groupIn(trx, groupID)
    if (numUpdatedRows !== 1n)
      throw new ImError(group.status === dismissed ? 'groupDismissed' : 'noPermission')
    const set = (userID: string, values: Partial<Pick<GroupMember, 'roleLevel' | 'muteEndTime'>>) =>
      trx
        .updateTable('im_groups_members')
        .set(values)
        .where('groupID', '=', groupID)
        .where('userID', '=', userID)
        .returningAll()
        .executeTakeFirst()
    const now = await set(to.userID, { roleLevel: role.owner, muteEndTime: 0 })
    const then = await set(from.userID, { roleLevel: to.roleLevel })
    if (!now || !then) throw new ImError('notInGroup')
    return { group, from: then, to: now }
  })
  store.keepGroup(transferred.group)
  for (const { userID } of [from, to]) store.memberChanged(groupID, userID)
  return transferred
}

/** A group in a transaction. @throws {ImError} `groupNotFound` */
export async function groupIn(trx: Transaction<GroupTables>, groupID: string): Promise<Group> {
  const query = trx.selectFrom('im_groups_groups').selectAll().where('groupID', '=', groupID)
  const group = await query.executeTakeFirst()
  if (!group) throw new ImError('groupNotFound')
  return group
}
