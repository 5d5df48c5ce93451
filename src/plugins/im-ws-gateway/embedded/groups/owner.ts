import { ImError } from '../../codes.ts'
import { role } from '../../model.ts'
import type { Arguments } from '../../operations/index.ts'
import type { DeliverOptions } from '../../user-core.ts'
import { transferGroup } from './group-changes.ts'
import type { GroupContext } from './context.ts'
import { notices } from './notices.ts'
import { memberOf } from './rights.ts'
import { shownMembers } from './shown.ts'

/**
 * The owner makes a member the owner, and takes that member's role.
 * @throws {ImError} `noPermission` for others, `notInGroup` for either, `badArguments` for the owner himself, and what
 * {@link memberOf} throws
 */
export function transferGroupOwner(
  context: GroupContext,
  userID: string,
  { groupID, newOwnerUserID }: Arguments['transferGroupOwner'],
  options: DeliverOptions
): Promise<void> {
  const { store, people, chat, delivery, clock, turns } = context
  return turns.take(groupID, async () => {
    const { member } = await memberOf(context, groupID, userID)
    if (member.roleLevel !== role.owner) throw new ImError('noPermission')
    if (newOwnerUserID === userID) throw new ImError('badArguments', 'the owner owns the group already')
    const heir = await store.member(groupID, newOwnerUserID)
    if (!heir) throw new ImError('notInGroup')
    const { group, ...rows } = await transferGroup(store, member, heir)
    const [from = rows.from, to = rows.to] = await shownMembers(people(), [rows.from, rows.to])
    const { ids } = await store.roster(groupID)
    for (const changed of [to, from])
      delivery.toUsers(ids, { kind: 'groupMemberInfoChanged', member: changed }, options)
    delivery.toUsers(ids, { kind: 'groupInfoChanged', group }, options)
    const deed = { group, opUser: from, operationTime: clock.now() }
    await chat().notice(notices.ownerTransferred(deed, to), options)
  })
}
