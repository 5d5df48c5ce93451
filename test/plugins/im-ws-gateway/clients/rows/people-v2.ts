import type { Row, World } from '../every-method.ts'

/** A row of both 2.x clients, or of 2.3.0 alone. */
export type Row2 = Row & { readonly only?: '2.3.0' }

/** For rows of 2.3.0 alone. */
export const only = '2.3.0'
const outcomes = '{ userID: string; result: number }[]'

/** Arguments that are about the group of `me`. */
export const withMine =
  (fields: object) =>
  ({ groups: { mine } }: World): readonly unknown[] => [{ groupID: mine, ...fields }]

const users: readonly Row2[] = [
  { method: 'getLoginStatus', result: '=101' },
  { method: 'getLoginUser', result: '=me' },
  { method: 'getSelfUserInfo', result: 'FullUserItem' },
  { method: 'setSelfInfo', args: ({ me }) => [{ userID: me.userID, nickname: 'Me', gender: 1 }] },
  { method: 'getUsersInfo', args: () => [['ann', 'bob']], result: 'TotalUserStruct[]' },
  { method: 'setGlobalRecvMessageOpt', args: () => [{ opt: 0 }], only }
]

const friends: readonly Row2[] = [
  { method: 'addFriend', args: () => [{ toUserID: 'ann', reqMsg: 'hello' }] },
  { method: 'getSendFriendApplicationList', result: 'FriendApplicationItem[]' },
  {
    method: 'getRecvFriendApplicationList',
    before: ({ me, others }) =>
      Promise.all(
        [others.bob, others.cat].map(one => one.ask('AddFriend', { toUserID: me.userID, reqMsg: 'hi' }))
      ),
    result: 'FriendApplicationItem[]'
  },
  { method: 'acceptFriendApplication', args: () => [{ toUserID: 'bob', handleMsg: 'yes' }] },
  { method: 'refuseFriendApplication', args: () => [{ toUserID: 'cat', handleMsg: 'no' }] },
  { method: 'getFriendList', result: 'TotalUserStruct[]' },
  { method: 'getDesignatedFriendsInfo', args: () => [['bob']], result: 'TotalUserStruct[]' },
  { method: 'checkFriend', args: () => [['ann', 'bob']], result: 'FriendRelationItem[]' },
  { method: 'setFriendRemark', args: () => [{ toUserID: 'bob', remark: 'Robert' }] },
  {
    method: 'searchFriends',
    args: () => [
      { keywordList: ['Rob'], isSearchUserID: true, isSearchNickname: true, isSearchRemark: true }
    ],
    result: 'FriendItem[]',
    only
  },
  { method: 'addBlack', args: () => ['cat'] },
  // What the documents of the clients say, and what their servers sent.
  { method: 'getBlackList', result: '(BlackItem & TotalUserStruct)[]' },
  { method: 'removeBlack', args: () => ['cat'] },
  { method: 'deleteFriend', args: () => ['bob'] }
]

const groups: readonly Row2[] = [
  {
    method: 'createGroup',
    args: () => [
      {
        groupBaseInfo: { groupType: 2, groupName: 'G' },
        memberList: [
          { userID: 'ann', roleLevel: 1 },
          { userID: 'bob', roleLevel: 1 }
        ]
      }
    ],
    result: 'GroupItem'
  },
  {
    method: 'getJoinedGroupList',
    before: async ({ groups: known, results }) => {
      known.mine = (results['createGroup'] as { readonly groupID: string }).groupID
    },
    result: 'GroupItem[]'
  },
  { method: 'getGroupsInfo', args: ({ groups: { mine } }) => [[mine]], result: 'GroupItem[]' },
  {
    method: 'searchGroups',
    args: () => [{ keywordList: ['G'], isSearchGroupID: true, isSearchGroupName: true }],
    result: 'GroupItem[]',
    only
  },
  { method: 'setGroupInfo', args: withMine({ groupInfo: { groupName: 'G2' } }) },
  { method: 'setGroupVerification', args: withMine({ verification: 0 }), only },
  { method: 'setGroupApplyMemberFriend', args: withMine({ rule: 1 }), only },
  { method: 'setGroupLookMemberInfo', args: withMine({ rule: 0 }), only },
  { method: 'inviteUserToGroup', args: withMine({ reason: 'r', userIDList: ['cat'] }), result: outcomes },
  {
    method: 'getGroupMemberList',
    args: withMine({ filter: 0, offset: 0, count: 10 }),
    result: 'GroupMemberItem[]'
  },
  { method: 'getGroupMembersInfo', args: withMine({ userIDList: ['ann'] }), result: 'GroupMemberItem[]' },
  {
    method: 'searchGroupMembers',
    args: withMine({
      keywordList: ['ann'],
      isSearchUserID: true,
      isSearchMemberNickname: true,
      offset: 0,
      count: 10
    }),
    result: 'GroupMemberItem[]',
    only
  },
  {
    method: 'getGroupMemberListByJoinTimeFilter',
    args: withMine({ filterUserIDList: ['bob'], offset: 0, count: 10, joinTimeBegin: 0, joinTimeEnd: 0 }),
    result: 'GroupMemberItem[]',
    only
  },
  { method: 'setGroupMemberNickname', args: withMine({ userID: 'ann', GroupMemberNickname: 'A' }), only },
  { method: 'setGroupMemberRoleLevel', args: withMine({ userID: 'ann', roleLevel: 3 }), only },
  { method: 'changeGroupMemberMute', args: withMine({ userID: 'bob', mutedSeconds: 60 }) },
  { method: 'changeGroupMute', args: withMine({ isMute: true }) },
  { method: 'kickGroupMember', args: withMine({ reason: 'r', userIDList: ['cat'] }), result: outcomes },
  {
    method: 'getRecvGroupApplicationList',
    before: ({ groups: { mine }, others }) =>
      Promise.all(
        [others.dan, others.eve].map(one => one.ask('JoinGroup', { groupID: mine, reqMsg: 'let me in' }))
      ),
    result: 'GroupApplicationItem[]'
  },
  { method: 'acceptGroupApplication', args: withMine({ fromUserID: 'dan', handleMsg: 'yes' }) },
  { method: 'refuseGroupApplication', args: withMine({ fromUserID: 'eve', handleMsg: 'no' }) },
  // 2.0.3 has no joinSource.
  { method: 'joinGroup', args: ({ groups: { closed } }) => [{ groupID: closed, reqMsg: 'please' }] },
  { method: 'getSendGroupApplicationList', result: 'GroupApplicationItem[]' },
  { method: 'quitGroup', args: ({ groups: { joined } }) => [joined] }
]

/** All that 2.x clients can do about users, friends and groups. */
export const people: readonly Row2[] = [...users, ...friends, ...groups]
