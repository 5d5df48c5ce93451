import { ImError } from '../../codes.ts'
import { role, type Group, type GroupMember } from '../../model.ts'
import { dismissed, muted } from './group-changes.ts'
import type { GroupContext } from './context.ts'

/** @throws {ImError} `groupNotFound` or `groupDismissed` */
export async function groupInUse({ store }: Pick<GroupContext, 'store'>, groupID: string): Promise<Group> {
  const group = await store.group(groupID)
  if (!group) throw new ImError('groupNotFound')
  if (group.status === dismissed) throw new ImError('groupDismissed')
  return group
}

/** A member as he is kept. @throws {ImError} `groupNotFound`, `groupDismissed` or `notInGroup` */
export async function memberOf(
  context: Pick<GroupContext, 'store'>,
  groupID: string,
  userID: string
): Promise<{ readonly group: Group; readonly member: GroupMember }> {
  const group = await groupInUse(context, groupID)
  const member = await context.store.member(groupID, userID)
  if (!member) throw new ImError('notInGroup')
  return { group, member }
}

/** Whether somebody is the owner or an admin. */
export function isAdmin({ roleLevel }: Pick<GroupMember, 'roleLevel'>): boolean {
  return roleLevel >= role.admin
}

/**
 * The owner always may speak. An admin may while all are muted, unless he himself is.
 * @throws {ImError} `mutedInGroup` or `groupMuted`
 */
export function assertMaySpeak(group: Group, member: GroupMember, now: number): void {
  if (member.roleLevel === role.owner) return
  if (member.muteEndTime > now) throw new ImError('mutedInGroup')
  if (group.status === muted && !isAdmin(member)) throw new ImError('groupMuted')
}
