import {
  type Black,
  type Conversation,
  type Friend,
  type FriendRequest,
  type Group,
  type GroupMember,
  type GroupRequest,
  type RevokedInfo,
  type User,
  type UserCard
} from '../model.ts'
import { picked } from './picked.ts'
import type { Shapes } from './shapes.ts'
import { groupTypeV3, kindV3, messageV3 } from './shapes-v3-message.ts'

const attachedInfo = ''

/** What 3.x clients see. */
export const shapesV3: Shapes = {
  user,
  userCard,
  friend,
  black,
  friendRequest,
  group,
  groupMember,
  groupRequest,
  revoked,
  message: messageV3,
  conversation,
  kind: kindV3,
  conversationID: id => id
}

function user(from: User): object {
  const all = picked(from, 'userID', 'nickname', 'faceURL', 'createTime', 'ex', 'globalRecvMsgOpt')
  return { ...all, attachedInfo }
}

function userCard({ publicInfo, friendInfo, blackInfo, groupMemberInfo }: UserCard): object {
  return {
    publicInfo: publicInfo && picked(publicInfo, 'userID', 'nickname', 'faceURL', 'ex', 'createTime'),
    friendInfo: friendInfo && friend(friendInfo),
    blackInfo: blackInfo && black(blackInfo),
    groupMemberInfo: groupMemberInfo ? groupMember(groupMemberInfo) : null
  }
}

function friend(from: Friend): object {
  const head = picked(from, 'ownerUserID', 'userID', 'remark', 'createTime', 'addSource', 'operatorUserID')
  return { ...head, ...picked(from, 'nickname', 'faceURL', 'ex', 'isPinned'), attachedInfo }
}

function black(from: Black): object {
  const head = picked(from, 'ownerUserID', 'userID', 'nickname', 'faceURL', 'createTime')
  return { ...head, ...picked(from, 'addSource', 'operatorUserID', 'ex'), attachedInfo }
}

function friendRequest(from: FriendRequest): object {
  const sender = picked(from, 'fromUserID', 'fromNickname', 'fromFaceURL', 'reqMsg', 'createTime')
  const receiver = picked(from, 'toUserID', 'toNickname', 'toFaceURL', 'handleResult', 'handleMsg')
  return { ...sender, ...receiver, ...picked(from, 'handlerUserID', 'handleTime', 'ex'), attachedInfo }
}

function group(from: Group): object {
  return { ...groupHead(from), ...picked(from, 'faceURL', 'ex'), attachedInfo }
}

function groupHead(from: Omit<Group, 'faceURL' | 'ex'>): object {
  const texts = picked(from, 'groupID', 'groupName', 'notification', 'introduction')
  const facts = picked(from, 'createTime', 'status', 'creatorUserID', 'ownerUserID', 'memberCount')
  const rules = picked(from, 'needVerification', 'lookMemberInfo', 'applyMemberFriend')
  const notified = picked(from, 'notificationUpdateTime', 'notificationUserID')
  return { ...texts, ...facts, groupType: groupTypeV3, ...rules, ...notified }
}

function groupMember(from: GroupMember): object {
  const head = picked(from, 'groupID', 'userID', 'nickname', 'faceURL', 'roleLevel', 'muteEndTime')
  const joined = picked(from, 'joinTime', 'joinSource', 'inviterUserID', 'operatorUserID', 'ex')
  return { ...head, ...joined, attachedInfo }
}

function groupRequest(from: GroupRequest): object {
  const applicant = picked(from, 'groupFaceURL', 'userID', 'nickname', 'userFaceURL', 'reqMsg', 'reqTime')
  const answer = picked(from, 'handleResult', 'handledMsg', 'handleUserID', 'handledTime')
  const source = picked(from, 'joinSource', 'inviterUserID', 'ex')
  return { ...groupHead(from), ...applicant, ...answer, ...source, attachedInfo }
}

function revoked(from: RevokedInfo): object {
  const revoker = picked(from, 'revokerID', 'revokerRole', 'revokerNickname', 'revokeTime', 'isAdminRevoke')
  const source = picked(from, 'sourceMessageSendTime', 'sourceMessageSendID', 'sourceMessageSenderNickname')
  const message = picked(from, 'clientMsgID', 'seq', 'ex')
  return { ...revoker, ...source, ...message, sessionType: kindV3(from.sessionType) }
}

function conversation(from: Conversation): object {
  return {
    conversationID: from.conversationID,
    conversationType: kindV3(from.conversationType),
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
    ex: from.ex,
    maxSeq: from.maxSeq,
    minSeq: from.minSeq,
    hasReadSeq: from.hasReadSeq,
    msgDestructTime: 604_800,
    isMsgDestruct: false
  }
}
