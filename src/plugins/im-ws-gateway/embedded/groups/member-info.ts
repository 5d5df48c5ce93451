import { ImError } from '../../codes.ts'
import { role, type GroupMember } from '../../model.ts'
import type { Arguments } from '../../operations/index.ts'
import type { DeliverOptions } from '../../user-core.ts'
import { updateMember } from './member-changes.ts'
import type { GroupContext } from './context.ts'
import { notices } from './notices.ts'
import { memberOf } from './rights.ts'
import { shownMember } from './shown.ts'

/**
 * A member changes his own name, face and note in a group, or those of somebody below him; the owner changes roles.
 * An empty name or face stands for the person's own.
 * @throws {ImError} `noPermission`, `notInGroup` for either, `badArguments` for the role of an owner, which is
 * transferred, and what {@link memberOf} throws
 */
export function setGroupMemberInfo(
  context: GroupContext,
  userID: string,
  { groupID, userID: changedUserID, ...given }: Arguments['setGroupMemberInfo'],
  options: DeliverOptions
): Promise<void> {
  const { store, people, chat, delivery, clock, turns } = context
  return turns.take(groupID, async () => {
    const { group, member } = await memberOf(context, groupID, userID)
    const before = await store.member(groupID, changedUserID)
    if (!before) throw new ImError('notInGroup')
    const changed = changes(before, given)
    assertMayChange(member, before, changed)
    if (Object.keys(changed).length === 0) return
    const after = await shownMember(people(), await updateMember(store, before, changed))
    const { ids } = await store.roster(groupID)
    delivery.toUsers(ids, { kind: 'groupMemberInfoChanged', member: after }, options)
    const opUser = userID === changedUserID ? after : await shownMember(people(), member)
    const deed = { group, opUser, operationTime: clock.now() }
    const { roleLevel, ...others } = changed
    if (roleLevel === role.admin) await chat().notice(notices.madeAdmin(deed, after), options)
    if (roleLevel === role.member) await chat().notice(notices.madeOrdinary(deed, after), options)
    if (Object.keys(others).length > 0) await chat().notice(notices.memberInfoSet(deed, after), options)
  })
}

type Settable = Omit<Arguments['setGroupMemberInfo'], 'groupID' | 'userID'>

function changes(before: GroupMember, given: Settable): Settable {
  const names = Object.keys(given) as (keyof Settable)[]
  const changed = names.filter(name => given[name] !== undefined && given[name] !== before[name])
  return Object.fromEntries(changed.map(name => [name, given[name]]))
}

function assertMayChange(by: GroupMember, whom: GroupMember, { roleLevel }: Settable): void {
  const own = by.userID === whom.userID
  if (!own && by.roleLevel <= whom.roleLevel) throw new ImError('noPermission')
  if (roleLevel === undefined) return
  if (by.roleLevel !== role.owner || own) throw new ImError('noPermission')
  if (roleLevel === role.owner) throw new ImError('badArguments', 'a group gets another owner by a transfer')
}
