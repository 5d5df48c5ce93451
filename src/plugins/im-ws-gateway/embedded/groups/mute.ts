import { ImError } from '../../codes.ts'
import { role, type GroupMember } from '../../model.ts'
import type { Arguments } from '../../operations/index.ts'
import type { DeliverOptions } from '../../user-core.ts'
import { muted, updateGroup } from './group-changes.ts'
import { updateMember } from './member-changes.ts'
import type { GroupContext } from './context.ts'
import { notices } from './notices.ts'
import { isAdmin, memberOf } from './rights.ts'
import { shownMember } from './shown.ts'

/**
 * The owner or an admin silences all ordinary members, or lets them speak again.
 * @throws {ImError} `noPermission`, and what {@link memberOf} throws
 */
export function changeGroupMute(
  context: GroupContext,
  userID: string,
  { groupID, isMute }: Arguments['changeGroupMute'],
  options: DeliverOptions
): Promise<void> {
  const { store, people, chat, delivery, clock, turns } = context
  return turns.take(groupID, async () => {
    const { group: before, member } = await memberOf(context, groupID, userID)
    if (!isAdmin(member)) throw new ImError('noPermission')
    if ((before.status === muted) === isMute) return
    const group = await updateGroup(store, groupID, { status: isMute ? muted : 0 })
    const { ids } = await store.roster(groupID)
    delivery.toUsers(ids, { kind: 'groupInfoChanged', group }, options)
    const opUser = await shownMember(people(), member)
    const deed = { group, opUser, operationTime: clock.now() }
    await chat().notice(isMute ? notices.groupMuted(deed) : notices.groupUnmuted(deed), options)
  })
}

/**
 * The owner silences anybody else, an admin ordinary members, for some seconds; 0 ends it.
 * @throws {ImError} `noPermission`, `notInGroup` for either, and what {@link memberOf} throws
 */
export function changeGroupMemberMute(
  context: GroupContext,
  userID: string,
  { groupID, userID: mutedUserID, mutedSeconds }: Arguments['changeGroupMemberMute'],
  options: DeliverOptions
): Promise<void> {
  const { store, people, chat, delivery, clock, turns } = context
  return turns.take(groupID, async () => {
    const { group, member } = await memberOf(context, groupID, userID)
    const before = await store.member(groupID, mutedUserID)
    if (!before) throw new ImError('notInGroup')
    if (!mayMute(member, before)) throw new ImError('noPermission')
    const now = clock.now()
    if (mutedSeconds === 0 && before.muteEndTime <= now) return
    const muteEndTime = mutedSeconds === 0 ? 0 : now + mutedSeconds * 1_000
    const after = await shownMember(people(), await updateMember(store, before, { muteEndTime }))
    const { ids } = await store.roster(groupID)
    delivery.toUsers(ids, { kind: 'groupMemberInfoChanged', member: after }, options)
    const deed = { group, opUser: await shownMember(people(), member), operationTime: now }
    const line =
      mutedSeconds === 0 ? notices.memberUnmuted(deed, after) : notices.memberMuted(deed, after, mutedSeconds)
    await chat().notice(line, options)
  })
}

/** Nobody silences the owner, an admin another or himself. */
function mayMute(by: GroupMember, whom: GroupMember): boolean {
  return isAdmin(by) && whom.roleLevel !== role.owner && by.roleLevel > whom.roleLevel
}
