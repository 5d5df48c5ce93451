import { role, type GroupMember } from '../../model.ts'
import type { GroupStore } from './store.ts'
import { pieces } from './tables.ts'

/** Roles by the number of a filter (specification §5.1). */
const rolesOf: Readonly<Record<number, readonly number[]>> = {
  1: [role.owner],
  2: [role.admin],
  3: [role.member],
  4: [role.admin, role.member],
  5: [role.owner, role.admin]
}

/** Which members to list. Missing, or 0 but for `offset`: all. */
export interface MembersPage {
  /** 1 owner, 2 admins, 3 ordinary, 4 admins and ordinary, 5 owner and admins. */
  readonly filter?: number
  readonly offset?: number
  readonly count?: number
}

/** Members as they are kept: the owner, the admins, the others, each by when they joined. */
export function listMembers(
  { db }: GroupStore,
  groupID: string,
  { filter = 0, offset = 0, count = 0 }: MembersPage
): Promise<GroupMember[]> {
  let query = db
    .selectFrom('im_groups_members')
    .selectAll()
    .where('groupID', '=', groupID)
    .orderBy('roleLevel', 'desc')
    .orderBy('joinTime')
    .orderBy('userID')
  const roles = rolesOf[filter]
  if (roles) query = query.where('roleLevel', 'in', roles)
  return query
    .limit(count || Number.MAX_SAFE_INTEGER)
    .offset(offset)
    .execute()
}

/** When members joined, in milliseconds, both inclusive; 0: no bound. */
export interface JoinTimes extends Omit<MembersPage, 'filter'> {
  readonly joinTimeBegin?: number
  readonly joinTimeEnd?: number
  /** Those who are left out. */
  readonly filterUserIDList?: readonly string[]
}

/** Members as they are kept, who joined in a span of time, the latest first. */
export function listMembersByJoinTime(
  { db }: GroupStore,
  groupID: string,
  { joinTimeBegin = 0, joinTimeEnd = 0, filterUserIDList = [], offset = 0, count = 0 }: JoinTimes
): Promise<GroupMember[]> {
  let query = db
    .selectFrom('im_groups_members')
    .selectAll()
    .where('groupID', '=', groupID)
    .where('joinTime', '>=', joinTimeBegin)
    .orderBy('joinTime', 'desc')
    .orderBy('userID')
  if (joinTimeEnd > 0) query = query.where('joinTime', '<=', joinTimeEnd)
  for (const ids of pieces(filterUserIDList)) query = query.where('userID', 'not in', ids)
  return query
    .limit(count || Number.MAX_SAFE_INTEGER)
    .offset(offset)
    .execute()
}

/** Those of some users who are members, as they are kept, in the order of the ids. */
export async function findMembers(
  { db }: GroupStore,
  groupID: string,
  userIDs: readonly string[]
): Promise<GroupMember[]> {
  const found = new Map<string, GroupMember>()
  for (const ids of pieces([...new Set(userIDs)])) {
    const query = db.selectFrom('im_groups_members').selectAll().where('groupID', '=', groupID)
    const rows = await query.where('userID', 'in', ids).execute()
    for (const row of rows) found.set(row.userID, row)
  }
  return [...new Set(userIDs)].flatMap(userID => found.get(userID) ?? [])
}

/** Ids of the owner and the admins. */
export async function adminIDs(store: GroupStore, groupID: string): Promise<string[]> {
  const admins = await listMembers(store, groupID, { filter: 5 })
  return admins.map(({ userID }) => userID)
}
