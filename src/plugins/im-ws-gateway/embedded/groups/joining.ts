import { role, type GroupMember } from '../../model.ts'
import type { Notice } from '../contracts.ts'
import type { DeliverOptions } from '../../user-core.ts'
import type { Joined } from './member-changes.ts'
import type { GroupContext } from './context.ts'
import { shownMembers } from './shown.ts'
import { tellEach } from './tell-each.ts'

/** How somebody came into a group. */
export const joinSource = { invited: 2, search: 3, code: 4 } as const

/** An ordinary member as he is kept at first. */
export function newMember(
  given: Pick<GroupMember, 'groupID' | 'userID' | 'joinTime' | 'joinSource'> & Partial<GroupMember>
): GroupMember {
  return {
    nickname: '',
    faceURL: '',
    roleLevel: role.member,
    inviterUserID: '',
    muteEndTime: 0,
    operatorUserID: '',
    ex: '',
    ...given
  }
}

/**
 * Tells that members have come: them, that they are in the group; all members, who has come and how many there are
 * now; and then the chat, with a line in it.
 */
export async function tellJoined(
  { store, delivery, people, chat }: GroupContext,
  { group, added }: Joined,
  lineOf: (members: readonly GroupMember[]) => Notice | Promise<Notice>,
  options: DeliverOptions
): Promise<void> {
  if (added.length === 0) return
  const { groupID } = group
  const members = await shownMembers(people(), added)
  const joined = members.map(({ userID }) => userID)
  const { ids } = await store.roster(groupID)
  delivery.toUsers(joined, { kind: 'joinedGroupAdded', group }, options)
  const news = members.map(member => ({ kind: 'groupMemberAdded', member }) as const)
  await tellEach(delivery, ids, [...news, { kind: 'groupInfoChanged', group }], options)
  await chat().membersChanged({ groupID, joined }, options)
  await chat().notice(await lineOf(members), options)
}
