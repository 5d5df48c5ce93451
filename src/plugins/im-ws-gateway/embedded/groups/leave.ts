import { ImError } from '../../codes.ts'
import { role } from '../../model.ts'
import type { UserOutcome } from '../../operations/groups.ts'
import type { Arguments } from '../../operations/index.ts'
import type { DeliverOptions } from '../../user-core.ts'
import { dismissed, updateGroup } from './group-changes.ts'
import { deleteMembers, type Departed } from './member-changes.ts'
import type { GroupContext } from './context.ts'
import { findMembers } from './members.ts'
import { notices } from './notices.ts'
import { isAdmin, memberOf } from './rights.ts'
import { shownMember, shownMembers } from './shown.ts'
import { tellEach } from './tell-each.ts'

/**
 * The owner removes anybody else, an admin ordinary members. They still see the line that says so.
 * @returns for each user once, whether he was removed: −1 is no member
 * @throws {ImError} `noPermission` when one of them may not be removed, `notInGroup` when none is a member,
 * `badArguments` for nobody or oneself, and what {@link memberOf} throws
 */
export async function kickFromGroup(
  context: GroupContext,
  userID: string,
  { groupID, userIDList }: Arguments['kickFromGroup'],
  options: DeliverOptions
): Promise<readonly UserOutcome[]> {
  const { store, people, chat, clock, turns } = context
  const kicked = [...new Set(userIDList)]
  if (kicked.length === 0) throw new ImError('badArguments', 'nobody is removed')
  if (kicked.includes(userID)) throw new ImError('badArguments', 'whoever wants to leave quits')
  return turns.take(groupID, async () => {
    const { member: kicker } = await memberOf(context, groupID, userID)
    const members = await findMembers(store, groupID, kicked)
    if (!isAdmin(kicker)) throw new ImError('noPermission')
    if (members.some(({ roleLevel }) => roleLevel >= kicker.roleLevel)) throw new ImError('noPermission')
    if (members.length === 0) throw new ImError('notInGroup')
    const departed = await store.leaving(
      groupID,
      () => deleteMembers(store, groupID, kicked, kicker.roleLevel),
      async ({ group, removed }) => {
        if (removed.length === 0) throw new ImError('notInGroup')
        const opUser = await shownMember(people(), kicker)
        const line = notices.kicked(
          { group, opUser, operationTime: clock.now() },
          await shownMembers(people(), removed)
        )
        await chat().notice(line, options)
      }
    )
    await tellLeft(context, departed, options)
    const gone = new Set(departed.removed.map(({ userID: id }) => id))
    return kicked.map(id => ({ userID: id, result: gone.has(id) ? 0 : -1 }))
  })
}

/**
 * A member leaves.
 * @throws {ImError} `noPermission` for the owner, who transfers or dismisses it; what {@link memberOf} throws
 */
export function quitGroup(
  context: GroupContext,
  userID: string,
  { groupID }: Arguments['quitGroup'],
  options: DeliverOptions
): Promise<void> {
  const { store, people, chat, clock, turns } = context
  return turns.take(groupID, async () => {
    const { member } = await memberOf(context, groupID, userID)
    if (member.roleLevel === role.owner)
      throw new ImError('noPermission', 'the owner transfers or dismisses the group')
    const leave = (): Promise<Departed> => deleteMembers(store, groupID, [userID], role.owner)
    const departed = await store.leaving(groupID, leave, async () => undefined)
    if (departed.removed.length === 0) throw new ImError('notInGroup')
    await tellLeft(context, departed, options)
    const opUser = await shownMember(people(), member)
    const line = notices.quit({ group: departed.group, opUser, operationTime: clock.now() })
    await chat().notice(line, options)
  })
}

/**
 * The owner ends a group. Its members stay on its list, and nobody can do anything with it any more.
 * @throws {ImError} `noPermission` for others; what {@link memberOf} throws
 */
export function dismissGroup(
  context: GroupContext,
  userID: string,
  { groupID }: Arguments['dismissGroup'],
  options: DeliverOptions
): Promise<void> {
  const { store, people, chat, delivery, clock, turns } = context
  return turns.take(groupID, async () => {
    const { member } = await memberOf(context, groupID, userID)
    if (member.roleLevel !== role.owner) throw new ImError('noPermission')
    const group = await updateGroup(store, groupID, { status: dismissed }, userID)
    const opUser = await shownMember(people(), member)
    await chat().notice(notices.dismissed({ group, opUser, operationTime: clock.now() }), options)
    const { ids } = await store.roster(groupID)
    await chat().membersChanged({ groupID, left: [...ids] }, options)
    delivery.toUsers(ids, { kind: 'groupDismissed', group }, options)
    delivery.toUsers(ids, { kind: 'joinedGroupDeleted', group }, options)
  })
}

/** Tells that members have left: the chat; them, that they are out; all others, who has left and how many stay. */
async function tellLeft(
  { store, delivery, people, chat }: GroupContext,
  { group, removed }: Departed,
  options: DeliverOptions
): Promise<void> {
  const { groupID } = group
  const members = await shownMembers(people(), removed)
  const left = members.map(({ userID }) => userID)
  await chat().membersChanged({ groupID, left }, options)
  const { ids } = await store.roster(groupID)
  delivery.toUsers(left, { kind: 'joinedGroupDeleted', group }, options)
  const news = members.map(member => ({ kind: 'groupMemberDeleted', member }) as const)
  await tellEach(delivery, ids, [...news, { kind: 'groupInfoChanged', group }], options)
}
