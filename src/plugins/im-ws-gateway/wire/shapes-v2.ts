import type {
  Black,
  Conversation,
  Friend,
  FriendRequest,
  Group,
  GroupMember,
  GroupRequest,
  RevokedInfo,
  User,
  UserCard
} from '../model.ts'
import { relativeID } from './conversation-id.ts'
import { picked } from './picked.ts'
import { roleV2 } from './role-v2.ts'
import { seconds } from './seconds.ts'
import type { Shapes } from './shapes.ts'
import { messageV2, type ShownBy } from './shapes-v2-message.ts'

const attachedInfo = ''

/** What 2.x clients see, and where the two of them differ. */
export function shapesV2(by: ShownBy): Shapes {
  const { kind } = by
  return {
    user,
    userCard,
    friend,
    black,
    friendRequest,
    group,
    groupMember,
    groupRequest,
    revoked: from => ({ ...revoked(from), sessionType: kind(from.sessionType) }),
    message: (message, isAtSelf) => messageV2(message, isAtSelf, by),
    conversation: (from, viewerID) => conversation(from, kind(from.conversationType), viewerID),
    kind,
    conversationID: (id, sessionType, viewerID) => relativeID(id, kind(sessionType), viewerID)
  }
}

function user(from: User): object {
  const head = picked(from, 'userID', 'nickname', 'faceURL', 'ex', 'globalRecvMsgOpt')
  const person = picked(from, 'gender', 'phoneNumber', 'birth', 'email')
  const birthTime = isoTime(from.birth)
  return { ...head, ...person, birthTime, createTime: seconds(from.createTime), attachedInfo }
}

function isoTime(epochSeconds: number): string {
  const date = new Date(epochSeconds * 1_000)
  return (Number.isNaN(date.getTime()) ? new Date(0) : date).toISOString()
}

function userCard({ publicInfo, friendInfo, blackInfo }: UserCard): object {
  return {
    publicInfo: publicInfo && picked(publicInfo, 'userID', 'nickname', 'faceURL', 'gender', 'ex'),
    friendInfo: friendInfo && friend(friendInfo),
    blackInfo: blackInfo && black(blackInfo)
  }
}

function friend(from: Friend): object {
  const head = picked(from, 'ownerUserID', 'userID', 'remark', 'addSource', 'operatorUserID', 'ex')
  const person = picked(from, 'nickname', 'faceURL', 'gender', 'phoneNumber', 'birth', 'email')
  return { ...head, ...person, createTime: seconds(from.createTime), attachedInfo }
}

function black(from: Black): object {
  const head = picked(from, 'ownerUserID', 'userID', 'nickname', 'faceURL', 'gender')
  const facts = picked(from, 'addSource', 'operatorUserID', 'ex')
  return { ...head, ...facts, createTime: seconds(from.createTime), attachedInfo }
}

function friendRequest(from: FriendRequest): object {
  const sender = picked(from, 'fromUserID', 'fromNickname', 'fromFaceURL', 'fromGender', 'reqMsg')
  const receiver = picked(from, 'toUserID', 'toNickname', 'toFaceURL', 'toGender', 'handleResult')
  const answer = picked(from, 'handlerUserID', 'handleMsg', 'ex')
  const times = { createTime: seconds(from.createTime), handleTime: seconds(from.handleTime) }
  return { ...sender, ...receiver, ...answer, ...times, attachedInfo }
}

function group(from: Group): object {
  return { ...groupHead(from), ...picked(from, 'faceURL', 'ex'), attachedInfo }
}

function groupHead(from: Omit<Group, 'faceURL' | 'ex'>): object {
  const texts = picked(from, 'groupID', 'groupName', 'notification', 'introduction')
  const facts = picked(from, 'status', 'creatorUserID', 'groupType', 'ownerUserID', 'memberCount')
  const rules = picked(from, 'needVerification', 'lookMemberInfo', 'applyMemberFriend')
  const createTime = seconds(from.createTime)
  const notificationUpdateTime = seconds(from.notificationUpdateTime)
  const notified = { notificationUpdateTime, notificationUserID: from.notificationUserID }
  return { ...texts, createTime, ...facts, ...rules, ...notified }
}

function groupMember(from: GroupMember): object {
  const head = picked(from, 'groupID', 'userID', 'nickname', 'faceURL')
  const facts = picked(from, 'joinSource', 'inviterUserID', 'operatorUserID', 'ex')
  const times = { joinTime: seconds(from.joinTime), muteEndTime: seconds(from.muteEndTime) }
  return { ...head, roleLevel: roleV2(from.roleLevel), ...times, ...facts, attachedInfo }
}

function groupRequest(from: GroupRequest): object {
  const applicant = picked(from, 'groupFaceURL', 'userID', 'nickname', 'userFaceURL', 'gender', 'reqMsg')
  const answer = picked(from, 'handleResult', 'handledMsg', 'handleUserID')
  const times = { reqTime: seconds(from.reqTime), handledTime: seconds(from.handledTime) }
  const source = picked(from, 'joinSource', 'inviterUserID', 'ex')
  return { ...groupHead(from), ...applicant, ...answer, ...times, ...source, attachedInfo }
}

function revoked(from: RevokedInfo): object {
  const revoker = picked(from, 'revokerID', 'revokerNickname', 'revokeTime')
  const source = picked(from, 'sourceMessageSendTime', 'sourceMessageSendID', 'sourceMessageSenderNickname')
  const message = picked(from, 'clientMsgID', 'seq', 'ex')
  return { ...revoker, revokerRole: roleV2(from.revokerRole), ...source, ...message }
}

function conversation(from: Conversation, conversationType: number, viewerID: string): object {
  return {
    conversationID: relativeID(from.conversationID, conversationType, viewerID),
    conversationType,
    userID: from.userID,
    groupID: from.groupID,
    showName: from.showName,
    faceURL: from.faceURL,
    recvMsgOpt: from.recvMsgOpt,
    unreadCount: from.unreadCount,
    groupAtType: from.groupAtType,
    latestMsgSendTime: from.latestMsgSendTime,
    draftText: from.draftText,
    draftTextTime: from.draftTextTime,
    isPinned: from.isPinned,
    isPrivateChat: from.isPrivateChat,
    burnDuration: from.burnDuration,
    isNotInGroup: from.isNotInGroup,
    updateUnreadCountTime: from.updateUnreadCountTime,
    attachedInfo,
    ex: from.ex
  }
}
