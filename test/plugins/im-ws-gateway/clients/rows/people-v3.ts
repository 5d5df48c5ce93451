import type { Row } from '../every-method.ts'

const users: readonly Row[] = [
  { method: 'getLoginStatus' },
  { method: 'getLoginUserID' },
  { method: 'getSelfUserInfo' },
  { method: 'setSelfInfo', args: () => [{ nickname: 'Me', ex: 'x' }] },
  { method: 'getUsersInfoWithCache', args: () => [{ userIDList: ['ann', 'bob'] }] },
  { method: 'subscribeUsersStatus', args: () => [['ann']], result: 'UserOnlineState[]' },
  { method: 'getSubscribeUsersStatus' },
  { method: 'unsubscribeUsersStatus', args: () => [['ann']] },
  { method: 'setAppBackgroundStatus', args: () => [false] },
  { method: 'networkStatusChanged' },
  { method: 'setGlobalRecvMessageOpt', args: () => [0] }
]

const friends: readonly Row[] = [
  { method: 'addFriend', args: () => [{ toUserID: 'ann', reqMsg: 'hello' }] },
  { method: 'getFriendApplicationListAsApplicant' },
  {
    method: 'getFriendApplicationListAsRecipient',
    before: ({ me, others }) =>
      Promise.all(
        [others.bob, others.cat].map(one => one.ask('AddFriend', { toUserID: me.userID, reqMsg: 'hi' }))
      )
  },
  { method: 'acceptFriendApplication', args: () => [{ toUserID: 'bob', handleMsg: 'yes' }] },
  { method: 'refuseFriendApplication', args: () => [{ toUserID: 'cat', handleMsg: 'no' }] },
  { method: 'getFriendList' },
  { method: 'getSpecifiedFriendsInfo', args: () => [['bob']] },
  { method: 'checkFriend', args: () => [['ann', 'bob']] },
  { method: 'setFriendRemark', args: () => [{ toUserID: 'bob', remark: 'Robert' }] },
  {
    method: 'searchFriends',
    args: () => [{ keywordList: ['Rob'], isSearchUserID: true, isSearchNickname: true, isSearchRemark: true }]
  },
  { method: 'addBlack', args: () => [{ toUserID: 'cat', ex: 'e' }] },
  { method: 'getBlackList' },
  { method: 'removeBlack', args: () => ['cat'] },
  { method: 'deleteFriend', args: () => ['bob'] }
]

const groups: readonly Row[] = [
  {
    method: 'createGroup',
    args: ({ me }) => [
      {
        memberUserIDs: ['ann', 'bob'],
        groupInfo: { groupType: 2, groupName: 'G' },
        adminUserIDs: [],
        ownerUserID: me.userID
      }
    ]
  },
  {
    method: 'getJoinedGroupList',
    before: async ({ groups: known, results }) => {
      known.mine = (results['createGroup'] as { readonly groupID: string }).groupID
    }
  },
  { method: 'getSpecifiedGroupsInfo', args: ({ groups: { mine } }) => [[mine]] },
  {
    method: 'searchGroups',
    args: () => [{ keywordList: ['G'], isSearchGroupID: true, isSearchGroupName: true }]
  },
  { method: 'setGroupInfo', args: ({ groups: { mine } }) => [{ groupID: mine, groupName: 'G2' }] },
  {
    method: 'inviteUserToGroup',
    args: ({ groups: { mine } }) => [{ groupID: mine, reason: 'r', userIDList: ['cat'] }]
  },
  {
    method: 'getGroupMemberList',
    args: ({ groups: { mine } }) => [{ groupID: mine, filter: 0, offset: 0, count: 10 }]
  },
  {
    method: 'getSpecifiedGroupMembersInfo',
    args: ({ groups: { mine } }) => [{ groupID: mine, userIDList: ['ann'] }]
  },
  {
    method: 'searchGroupMembers',
    args: ({ groups: { mine } }) => [
      {
        groupID: mine,
        keywordList: ['ann'],
        isSearchUserID: true,
        isSearchMemberNickname: true,
        offset: 0,
        count: 10
      }
    ]
  },
  { method: 'getGroupMemberOwnerAndAdmin', args: ({ groups: { mine } }) => [mine] },
  {
    method: 'getGroupMemberListByJoinTimeFilter',
    args: ({ groups: { mine } }) => [
      { groupID: mine, filterUserIDList: ['bob'], offset: 0, count: 10, joinTimeBegin: 0, joinTimeEnd: 0 }
    ]
  },
  {
    method: 'setGroupMemberInfo',
    args: ({ groups: { mine } }) => [{ groupID: mine, userID: 'ann', roleLevel: 60, nickname: 'A' }]
  },
  {
    method: 'changeGroupMemberMute',
    args: ({ groups: { mine } }) => [{ groupID: mine, userID: 'bob', mutedSeconds: 60 }]
  },
  { method: 'changeGroupMute', args: ({ groups: { mine } }) => [{ groupID: mine, isMute: true }] },
  {
    method: 'kickGroupMember',
    args: ({ groups: { mine } }) => [{ groupID: mine, reason: 'r', userIDList: ['cat'] }]
  },
  {
    method: 'getGroupApplicationListAsRecipient',
    before: ({ groups: { mine }, others }) =>
      Promise.all(
        [others.dan, others.eve].map(one => one.ask('JoinGroup', { groupID: mine, reqMsg: 'let me in' }))
      )
  },
  {
    method: 'acceptGroupApplication',
    args: ({ groups: { mine } }) => [{ groupID: mine, fromUserID: 'dan', handleMsg: 'yes' }]
  },
  {
    method: 'refuseGroupApplication',
    args: ({ groups: { mine } }) => [{ groupID: mine, fromUserID: 'eve', handleMsg: 'no' }]
  },
  {
    method: 'joinGroup',
    args: ({ groups: { closed } }) => [{ groupID: closed, reqMsg: 'please', joinSource: 3 }]
  },
  { method: 'getGroupApplicationListAsApplicant' },
  { method: 'quitGroup', args: ({ groups: { joined } }) => [joined] }
]

/** All that 3.5.2 can do about users, friends and groups. */
export const people: readonly Row[] = [...users, ...friends, ...groups]
