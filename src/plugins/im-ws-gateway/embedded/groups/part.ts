import type { GroupResults } from '../../operations/groups.ts'
import type { DeliverOptions, Device } from '../../user-core.ts'
import type { Part } from '../contracts.ts'
import {
  acceptGroupApplication,
  getGroupApplicationsAsApplicant,
  getGroupApplicationsAsRecipient,
  refuseGroupApplication
} from './applications.ts'
import type { GroupContext } from './context.ts'
import { createGroup } from './create.ts'
import { setGroupInfo } from './info.ts'
import { inviteToGroup } from './invite.ts'
import { joinGroup } from './join.ts'
import { dismissGroup, kickFromGroup, quitGroup } from './leave.ts'
import {
  getGroupMembers,
  getGroupMembersByJoinTime,
  getGroupOwnerAndAdmins,
  getGroups,
  getJoinedGroups,
  getSpecifiedGroupMembers,
  searchGroupMembers,
  searchGroups
} from './lists.ts'
import { setGroupMemberInfo } from './member-info.ts'
import { changeGroupMemberMute, changeGroupMute } from './mute.ts'
import { transferGroupOwner } from './owner.ts'
import { storableArguments } from './storable-arguments.ts'

/** The operations of users on groups. What one causes is told after its answer. */
export function groupsPart(context: GroupContext): Part<keyof GroupResults> {
  const bind =
    <Args, Result>(
      operation: (of: GroupContext, userID: string, args: Args, options: DeliverOptions) => Promise<Result>
    ) =>
    (userID: string, args: Args, cause: Device): Promise<Result> =>
      operation(context, userID, storableArguments(args), { cause })
  return {
    createGroup: bind(createGroup),
    joinGroup: bind(joinGroup),
    quitGroup: bind(quitGroup),
    dismissGroup: bind(dismissGroup),
    inviteToGroup: bind(inviteToGroup),
    kickFromGroup: bind(kickFromGroup),
    getJoinedGroups: bind(getJoinedGroups),
    getGroups: bind(getGroups),
    getGroupMembers: bind(getGroupMembers),
    getSpecifiedGroupMembers: bind(getSpecifiedGroupMembers),
    setGroupInfo: bind(setGroupInfo),
    setGroupMemberInfo: bind(setGroupMemberInfo),
    searchGroups: bind(searchGroups),
    searchGroupMembers: bind(searchGroupMembers),
    getGroupOwnerAndAdmins: bind(getGroupOwnerAndAdmins),
    getGroupMembersByJoinTime: bind(getGroupMembersByJoinTime),
    changeGroupMute: bind(changeGroupMute),
    changeGroupMemberMute: bind(changeGroupMemberMute),
    transferGroupOwner: bind(transferGroupOwner),
    getGroupApplicationsAsRecipient: bind(getGroupApplicationsAsRecipient),
    getGroupApplicationsAsApplicant: bind(getGroupApplicationsAsApplicant),
    acceptGroupApplication: bind(acceptGroupApplication),
    refuseGroupApplication: bind(refuseGroupApplication)
  }
}
