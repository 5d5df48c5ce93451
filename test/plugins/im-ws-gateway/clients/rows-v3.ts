import { declaredResults } from './declared-types.ts'
import type { Row, World } from './every-method.ts'

const picture = { uuid: 'p', type: 'png', size: 1, width: 2, height: 3, url: 'http://p' }
const sound = { uuid: 's', soundPath: '', sourceUrl: 'http://s', dataSize: 1, duration: 2 }
const video = {
  videoPath: '',
  duration: 1,
  videoType: 'mp4',
  snapshotPath: '',
  videoUUID: 'v',
  videoUrl: 'http://v',
  videoSize: 1,
  snapshotUUID: 'sn',
  snapshotSize: 1,
  snapshotUrl: 'http://sn',
  snapshotWidth: 1,
  snapshotHeight: 1
}
const file = { filePath: '', fileName: 'f', uuid: 'f', sourceUrl: 'http://f', fileSize: 1 }
/** What the client itself says when the storage for uploads is not there. */
const noStorage = 10005
const upload = (): File => new File(['content'], 'a.png')

const single = ({ me }: World): string => `si_${['ann', me.userID].toSorted().join('_')}`
const group = ({ groups }: World): string => `sg_${groups.mine}`
const text = ({ results }: World): unknown => results['createTextMessage']
const sent = ({ results }: World): { readonly clientMsgID: string } => results['sendMessage'] as never
const place = (world: World): object => ({
  conversationID: single(world),
  clientMsgID: sent(world).clientMsgID
})
const history = (world: World): object => {
  return { conversationID: single(world), startClientMsgID: '', count: 20, lastMinSeq: 0 }
}

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

const creations: readonly Row[] = [
  { method: 'createTextMessage', args: () => ['hello "q" 你好'] },
  { method: 'createTextAtMessage', args: () => [{ text: 'hi', atUserIDList: ['ann'] }] },
  {
    method: 'createImageMessageByURL',
    args: () => [{ sourcePath: '', sourcePicture: picture, bigPicture: picture, snapshotPicture: picture }]
  },
  { method: 'createSoundMessageByURL', args: () => [sound] },
  { method: 'createVideoMessageByURL', args: () => [video] },
  { method: 'createFileMessageByURL', args: () => [file] },
  {
    method: 'createMergerMessage',
    args: world => [{ messageList: [text(world)], title: 't', summaryList: ['a'] }]
  },
  { method: 'createForwardMessage', args: world => [text(world)] },
  { method: 'createLocationMessage', args: () => [{ description: 'd', longitude: 1.5, latitude: 2.5 }] },
  {
    method: 'createQuoteMessage',
    args: world => [{ text: 'q', message: JSON.stringify(text(world)) }]
  },
  { method: 'createCardMessage', args: () => [{ userID: 'ann', nickname: 'n', faceURL: '', ex: '' }] },
  { method: 'createCustomMessage', args: () => [{ data: 'd', extension: 'e', description: 'x' }] },
  { method: 'createFaceMessage', args: () => [{ index: 1, data: 'd' }] },
  { method: 'uploadFile', args: () => [{ file: upload() }], errCode: noStorage },
  {
    method: 'createImageMessageByFile',
    args: () => [
      {
        sourcePath: '',
        sourcePicture: picture,
        bigPicture: picture,
        snapshotPicture: picture,
        file: upload()
      }
    ],
    errCode: noStorage
  },
  { method: 'createSoundMessageByFile', args: () => [{ ...sound, file: upload() }], errCode: noStorage },
  { method: 'createFileMessageByFile', args: () => [{ ...file, file: upload() }], errCode: noStorage },
  // The client does not look whether these uploads went well.
  {
    method: 'createVideoMessageByFile',
    args: () => [{ ...video, videoFile: upload(), snapshotFile: upload() }],
    result: 'MessageItem'
  }
]

const messages: readonly Row[] = [
  {
    method: 'sendMessage',
    args: world => [{ recvID: 'ann', groupID: '', message: text(world) }]
  },
  {
    method: 'sendMessageNotOss',
    args: ({ results, groups: { mine } }) => [
      { recvID: '', groupID: mine, message: results['createCustomMessage'] }
    ]
  },
  { method: 'typingStatusUpdate', args: () => [{ recvID: 'ann', msgTip: 'yes' }] },
  { method: 'getAdvancedHistoryMessageList', args: world => [history(world)] },
  { method: 'getAdvancedHistoryMessageListReverse', args: world => [history(world)] },
  {
    method: 'searchLocalMessages',
    args: world => [{ conversationID: single(world), keywordList: ['hello'], pageIndex: 1, count: 10 }]
  },
  {
    method: 'findMessageList',
    args: world => [[{ conversationID: single(world), clientMsgIDList: [sent(world).clientMsgID] }]],
    result: 'SearchMessageResult'
  },
  {
    method: 'insertSingleMessageToLocalStorage',
    args: ({ me, results }) => [{ message: results['createFaceMessage'], recvID: 'ann', sendID: me.userID }],
    result: 'MessageItem'
  },
  {
    method: 'insertGroupMessageToLocalStorage',
    args: ({ me, results, groups: { mine } }) => [
      { message: results['createQuoteMessage'], groupID: mine, sendID: me.userID }
    ],
    result: 'MessageItem'
  },
  { method: 'setMessageLocalEx', args: world => [{ ...place(world), localEx: 'x' }] },
  { method: 'revokeMessage', args: world => [place(world)] },
  { method: 'deleteMessage', args: world => [place(world)] },
  {
    method: 'deleteMessageFromLocalStorage',
    args: world => [
      {
        conversationID: single(world),
        clientMsgID: (world.results['insertSingleMessageToLocalStorage'] as { clientMsgID: string })
          .clientMsgID
      }
    ]
  }
]

const conversations: readonly Row[] = [
  { method: 'getAllConversationList' },
  { method: 'getConversationListSplit', args: () => [{ offset: 0, count: 20 }] },
  { method: 'getOneConversation', args: () => [{ sourceID: 'ann', sessionType: 1 }] },
  { method: 'getMultipleConversation', args: world => [[single(world), group(world)]] },
  {
    method: 'getConversationIDBySessionType',
    args: () => [{ sourceID: 'ann', sessionType: 1 }],
    result: 'string'
  },
  { method: 'getTotalUnreadMsgCount' },
  { method: 'markConversationMessageAsRead', args: world => [single(world)] },
  { method: 'setConversationDraft', args: world => [{ conversationID: single(world), draftText: 'd' }] },
  { method: 'pinConversation', args: world => [{ conversationID: single(world), isPinned: true }] },
  {
    method: 'setConversationRecvMessageOpt',
    args: world => [{ conversationID: single(world), opt: 2 }]
  },
  {
    method: 'setConversationPrivateChat',
    args: world => [{ conversationID: single(world), isPrivate: true }]
  },
  {
    method: 'setConversationBurnDuration',
    args: world => [{ conversationID: single(world), burnDuration: 30 }]
  },
  { method: 'resetConversationGroupAtType', args: world => [group(world)] },
  { method: 'hideConversation', args: world => [single(world)] },
  { method: 'hideAllConversation' },
  { method: 'clearConversationAndDeleteAllMsg', args: world => [single(world)] },
  { method: 'deleteConversationAndDeleteAllMsg', args: world => [single(world)] }
]

const ends: readonly Row[] = [
  { method: 'deleteAllMsgFromLocal' },
  { method: 'deleteAllMsgFromLocalAndSvr' },
  {
    method: 'transferGroupOwner',
    args: ({ groups: { mine } }) => [{ groupID: mine, newOwnerUserID: 'ann' }]
  },
  {
    method: 'dismissGroup',
    before: ({ me, groups: { mine }, others }) =>
      others.ann.ask('TransferGroupOwner', { groupID: mine, newOwnerUserID: me.userID }),
    args: ({ groups: { mine } }) => [mine]
  },
  // Answered by the client itself.
  { method: 'login', errCode: 10102 },
  { method: 'logout' }
]

const declared = declaredResults()

/** Every method of 3.5.2, with the result that it declares unless another one is given. */
export const rowsV3: readonly Row[] = [
  ...users,
  ...friends,
  ...groups,
  ...creations,
  ...messages,
  ...conversations,
  ...ends
].map(row => {
  const result = row.result ?? declared.get(row.method) ?? 'unknown'
  return { ...row, result: result === 'unknown' ? '=' : result }
})
