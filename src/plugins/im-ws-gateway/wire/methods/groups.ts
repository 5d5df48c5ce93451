import { joinTimes, memberRoles, roleFilter, roleNumber } from './adapters.ts'
import { methodsOf } from './method.ts'

const several = '{groupID, reason, userIDList*}'
const answer = '{groupID, fromUserID, handleMsg}'
const search = '{keywordList, isSearchGroupID, isSearchGroupName}'
const mute = '{groupID, userID, mutedSeconds}'
const joined = '{groupID, filterUserIDList*, offset, count, joinTimeBegin, joinTimeEnd}'

/** Groups, their members, and applications to join. */
export const groupMethods = methodsOf([
  [
    'CreateGroup',
    'all',
    'createGroup',
    '{groupBaseInfo>groupInfo*, memberList*}',
    '[{...}*]',
    'group',
    memberRoles
  ],
  ['JoinGroup', 'all', 'joinGroup', '{groupID, reqMsg, joinSource}', '[groupID, reqMsg, joinSource, ex]'],
  ['QuitGroup', 'all', 'quitGroup', 'groupID', '[groupID]'],
  ['DismissGroup', 'all', 'dismissGroup', 'groupID', '[groupID]'],
  ['InviteUserToGroup', 'all', 'inviteToGroup', several, '[groupID, reason, userIDList*]', 'outcomes'],
  ['KickGroupMember', 'all', 'kickFromGroup', several, '[groupID, reason, userIDList*]', 'outcomes'],
  ['GetJoinedGroupList', 'all', 'getJoinedGroups', '', '[]', 'groups'],
  ['GetGroupsInfo', 'older', 'getGroups', 'groupIDList*', null, 'groups'],
  ['GetSpecifiedGroupsInfo', 'only3', 'getGroups', null, '[groupIDList*]', 'groups'],
  // The specification's §5.1 names the filters of 3.x alone. In 2.x they are other ones: its documents have 1 ordinary,
  // 2 owner, 3 admin (openim-docs, js_v2 group.md), which are the roles that the packages declare (`GroupRole`), and its
  // engine took them for that (`role_level = filter`; 4 all but the owner, as in 3.x).
  [
    'GetGroupMemberList',
    'all',
    'getGroupMembers',
    '{groupID, filter, offset, count}',
    '[groupID, filter, offset, count]',
    'groupMembers',
    roleFilter
  ],
  [
    'GetGroupMembersInfo',
    'older',
    'getSpecifiedGroupMembers',
    '{groupID, userIDList*}',
    null,
    'groupMembers'
  ],
  [
    'GetSpecifiedGroupMembersInfo',
    'only3',
    'getSpecifiedGroupMembers',
    null,
    '[groupID, userIDList*]',
    'groupMembers'
  ],
  ['SetGroupInfo', 'all', 'setGroupInfo', '{...groupInfo*, groupID}', '[{...}*]'],
  ['SetGroupVerification', 'only23', 'setGroupInfo', '{groupID, verification>needVerification}', null],
  ['SetGroupLookMemberInfo', 'only23', 'setGroupInfo', '{groupID, rule>lookMemberInfo}', null],
  ['SetGroupApplyMemberFriend', 'only23', 'setGroupInfo', '{groupID, rule>applyMemberFriend}', null],
  ['SetGroupMemberInfo', 'only3', 'setGroupMemberInfo', null, '[{...}*]'],
  [
    'SetGroupMemberNickname',
    'only23',
    'setGroupMemberInfo',
    '{groupID, userID, GroupMemberNickname>nickname}',
    null
  ],
  [
    'SetGroupMemberRoleLevel',
    'only23',
    'setGroupMemberInfo',
    '{groupID, userID, roleLevel}',
    null,
    'nothing',
    roleNumber
  ],
  ['SearchGroups', 'later', 'searchGroups', search, `[${search}*]`, 'groups'],
  ['SearchGroupMembers', 'later', 'searchGroupMembers', '{...searchParam*}', '[{...}*]', 'groupMembers'],
  ['GetGroupMemberOwnerAndAdmin', 'only3', 'getGroupOwnerAndAdmins', null, '[groupID]', 'groupMembers'],
  [
    'GetGroupMemberListByJoinTimeFilter',
    'later',
    'getGroupMembersByJoinTime',
    joined,
    '[groupID, offset, count, joinTimeBegin, joinTimeEnd, filterUserIDList*]',
    'groupMembers',
    joinTimes
  ],
  ['ChangeGroupMute', 'all', 'changeGroupMute', '{groupID, isMute}', '[groupID, isMute]'],
  ['ChangeGroupMemberMute', 'all', 'changeGroupMemberMute', mute, '[groupID, userID, mutedSeconds]'],
  [
    'TransferGroupOwner',
    'all',
    'transferGroupOwner',
    '{groupID, newOwnerUserID}',
    '[groupID, newOwnerUserID]'
  ],
  ['GetRecvGroupApplicationList', 'older', 'getGroupApplicationsAsRecipient', '', null, 'groupRequests'],
  [
    'GetGroupApplicationListAsRecipient',
    'only3',
    'getGroupApplicationsAsRecipient',
    null,
    '[]',
    'groupRequests'
  ],
  ['GetSendGroupApplicationList', 'older', 'getGroupApplicationsAsApplicant', '', null, 'groupRequests'],
  [
    'GetGroupApplicationListAsApplicant',
    'only3',
    'getGroupApplicationsAsApplicant',
    null,
    '[]',
    'groupRequests'
  ],
  ['AcceptGroupApplication', 'all', 'acceptGroupApplication', answer, '[groupID, fromUserID, handleMsg]'],
  ['RefuseGroupApplication', 'all', 'refuseGroupApplication', answer, '[groupID, fromUserID, handleMsg]']
])
