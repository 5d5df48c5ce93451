import type { GroupMember } from '../../model.ts'
import type { People } from '../contracts.ts'

/** Fills in the person's own name and face where a member has none of his own in the group. */
export async function shownMembers(
  people: People,
  rows: readonly GroupMember[]
): Promise<readonly GroupMember[]> {
  const lacking = rows.filter(isLacking).map(({ userID }) => userID)
  if (lacking.length === 0) return rows
  const users = await people.users(lacking)
  return rows.map(row => filled(row, users.get(row.userID)))
}

/** The same for one. */
export async function shownMember(people: People, row: GroupMember): Promise<GroupMember> {
  return isLacking(row) ? filled(row, await people.user(row.userID)) : row
}

function isLacking({ nickname, faceURL }: GroupMember): boolean {
  return nickname === '' || faceURL === ''
}

function filled(
  row: GroupMember,
  user: { readonly nickname: string; readonly faceURL: string } | undefined
): GroupMember {
  if (!user || !isLacking(row)) return row
  return { ...row, nickname: row.nickname || user.nickname, faceURL: row.faceURL || user.faceURL }
}
