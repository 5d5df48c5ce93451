import type {
  Black,
  Conversation,
  Friend,
  FriendRequest,
  Group,
  GroupMember,
  GroupRequest,
  Message,
  RevokedInfo,
  User
} from '../../../../src/plugins/im-ws-gateway/model.ts'

/** One of everything that clients are shown. Times differ from each other, and are no whole seconds. */

export const user: User = {
  userID: 'u2',
  nickname: 'Two',
  faceURL: 'http://face/2',
  createTime: 1_700_000_000_123,
  ex: '{"vip":1}',
  globalRecvMsgOpt: 2,
  gender: 1,
  phoneNumber: '+49',
  birth: 86_400,
  email: 'two@example.org'
}

export const friend: Friend = {
  ownerUserID: 'u1',
  userID: 'u2',
  remark: 'my friend',
  createTime: 1_700_000_001_999,
  addSource: 3,
  operatorUserID: 'u1',
  ex: 'ex',
  isPinned: true,
  nickname: 'Two',
  faceURL: 'http://face/2',
  gender: 1,
  phoneNumber: '+49',
  birth: 86_400,
  email: 'two@example.org'
}

export const black: Black = {
  ownerUserID: 'u1',
  userID: 'u9',
  nickname: 'Nine',
  faceURL: '',
  gender: 0,
  createTime: 1_700_000_002_500,
  addSource: 0,
  operatorUserID: 'u1',
  ex: ''
}

export const friendRequest: FriendRequest = {
  fromUserID: 'u2',
  fromNickname: 'Two',
  fromFaceURL: '',
  fromGender: 1,
  toUserID: 'u1',
  toNickname: 'One',
  toFaceURL: '',
  toGender: 2,
  handleResult: -1,
  reqMsg: 'hello',
  createTime: 1_700_000_003_500,
  handlerUserID: 'u1',
  handleMsg: 'no',
  handleTime: 1_700_000_004_500,
  ex: ''
}

export const group: Group = {
  groupID: 'g1',
  groupName: 'Group',
  notification: 'be kind',
  notificationUpdateTime: 1_700_000_005_500,
  notificationUserID: 'u1',
  introduction: 'about',
  faceURL: 'http://face/g',
  createTime: 1_700_000_006_500,
  status: 0,
  creatorUserID: 'u1',
  groupType: 0,
  ownerUserID: 'u1',
  memberCount: 3,
  ex: '',
  needVerification: 1,
  lookMemberInfo: 0,
  applyMemberFriend: 1
}

export const member: GroupMember = {
  groupID: 'g1',
  userID: 'u2',
  nickname: 'Two here',
  faceURL: '',
  roleLevel: 60,
  joinTime: 1_700_000_007_500,
  joinSource: 2,
  inviterUserID: 'u1',
  muteEndTime: 1_700_000_008_500,
  operatorUserID: 'u1',
  ex: ''
}

const { faceURL: groupFaceURL, ex: _ex, ...groupHead } = group

export const groupRequest: GroupRequest = {
  ...groupHead,
  groupFaceURL,
  userID: 'u3',
  nickname: 'Three',
  userFaceURL: '',
  gender: 2,
  handleResult: 1,
  reqMsg: 'let me in',
  handledMsg: 'ok',
  reqTime: 1_700_000_009_500,
  handleUserID: 'u1',
  handledTime: 1_700_000_010_500,
  joinSource: 3,
  inviterUserID: '',
  ex: ''
}

export const text: Message = {
  clientMsgID: 'c1',
  serverMsgID: 's1',
  createTime: 1_700_000_011_001,
  sendTime: 1_700_000_011_002,
  sessionType: 1,
  sendID: 'u2',
  recvID: 'u1',
  groupID: '',
  msgFrom: 100,
  contentType: 101,
  senderPlatformID: 5,
  senderNickname: 'Two',
  senderFaceUrl: 'http://face/2',
  seq: 7,
  isRead: false,
  status: 2,
  ex: 'ex',
  localEx: 'local',
  textElem: { content: 'hi "you"\n\u{1F600}' }
}

/** In the group, to u1 by name. */
export const atText: Message = {
  ...withoutText(text),
  clientMsgID: 'c2',
  sessionType: 2,
  recvID: '',
  groupID: 'g1',
  contentType: 106,
  atTextElem: {
    text: '@One look',
    atUserList: ['u1'],
    atUsersInfo: [{ atUserID: 'u1', groupNickname: 'One' }],
    quoteMessage: text
  }
}

export const quote: Message = {
  ...withoutText(text),
  clientMsgID: 'c3',
  contentType: 114,
  quoteElem: { text: 'indeed', quoteMessage: text, messageEntityList: [] },
  attachedInfoElem: { isPrivateChat: true, burnDuration: 30, hasReadTime: 5 }
}

export const conversation: Conversation = {
  conversationID: 'si_u1_u2',
  conversationType: 1,
  userID: 'u2',
  groupID: '',
  showName: 'my friend',
  faceURL: 'http://face/2',
  recvMsgOpt: 0,
  unreadCount: 3,
  groupAtType: 0,
  latestMsg: text,
  latestMsgSendTime: text.sendTime,
  draftText: '',
  draftTextTime: 0,
  isPinned: true,
  isPrivateChat: false,
  burnDuration: 30,
  isNotInGroup: false,
  updateUnreadCountTime: 1,
  ex: '',
  maxSeq: 7,
  minSeq: 0,
  hasReadSeq: 4
}

export const groupConversation: Conversation = {
  ...conversation,
  conversationID: 'sg_g1',
  conversationType: 2,
  userID: '',
  groupID: 'g1',
  latestMsg: atText
}

export const revoked: RevokedInfo = {
  revokerID: 'u1',
  revokerRole: 100,
  clientMsgID: 'c2',
  revokerNickname: 'One',
  revokeTime: 1_700_000_012_500,
  sourceMessageSendTime: 1_700_000_011_002,
  sourceMessageSendID: 'u2',
  sourceMessageSenderNickname: 'Two',
  sessionType: 2,
  seq: 8,
  ex: '',
  isAdminRevoke: true
}

function withoutText({ textElem: _text, ...rest }: Message): Message {
  return rest
}
