import { sessionType, type AttachedInfo, type Message } from '../model.ts'
import { blankAttachedInfo, blankCard, blankElems, blankPush, filled, plainElems } from './elems.ts'
import { renumbered, type Renumbering } from './notice-detail.ts'

/** A message as 3.x clients see it: of all elements only that of its content type, and no `content`. */
export function messageV3(message: Partial<Message>, isAtSelf: boolean): object {
  const info = message.attachedInfoElem
  return {
    clientMsgID: message.clientMsgID ?? '',
    serverMsgID: message.serverMsgID ?? '',
    createTime: message.createTime ?? 0,
    sendTime: message.sendTime ?? 0,
    sessionType: kindV3(message.sessionType ?? 0),
    sendID: message.sendID ?? '',
    recvID: message.recvID ?? '',
    msgFrom: message.msgFrom ?? 0,
    contentType: message.contentType ?? 0,
    senderPlatformID: message.senderPlatformID ?? 0,
    senderNickname: message.senderNickname ?? '',
    senderFaceUrl: message.senderFaceUrl ?? '',
    groupID: message.groupID ?? '',
    content: '',
    seq: message.seq ?? 0,
    isRead: message.isRead ?? false,
    status: message.status ?? 0,
    isReact: false,
    isExternalExtensions: false,
    offlinePush: { ...blankPush, ...message.offlinePush },
    attachedInfo: info && saysMore(info) ? JSON.stringify(attachedInfo(info)) : '',
    ex: message.ex ?? '',
    localEx: message.localEx ?? '',
    ...elems(message, isAtSelf),
    attachedInfoElem: attachedInfo(info ?? blankAttachedInfo)
  }
}

/** All groups are working groups to 3.x clients, and their conversations are of one type. */
export const groupTypeV3 = 2

/** Details have the numbers of 3.x but for what 2.x makes groups of. */
const numbering: Renumbering = { kind: kindV3, groupType: () => groupTypeV3 }

/** `sessionType` and `conversationType`: 3 for all groups. */
export function kindV3(kind: number): number {
  return kind === sessionType.group ? sessionType.superGroup : kind
}

function elems(message: Partial<Message>, isAtSelf: boolean): object {
  const { textElem, cardElem, atTextElem: at, mergeElem: merge, quoteElem: quote } = message
  const { advancedTextElem: advanced, typingElem, notificationElem: notification } = message
  const shown: Record<string, object> = {}
  for (const name of plainElems) if (message[name]) shown[name] = filled(blankElems[name], message[name])
  if (textElem) shown['textElem'] = { content: textElem.content }
  if (cardElem) shown['cardElem'] = filled(blankCard, cardElem)
  if (typingElem) shown['typingElem'] = { msgTips: typingElem.msgTips }
  if (notification) {
    const detail = renumbered(notification.detail, message.contentType ?? 0, numbering)
    shown['notificationElem'] = { detail }
  }
  if (advanced) shown['advancedTextElem'] = filled({ text: '', messageEntityList: [] }, advanced)
  if (quote)
    shown['quoteElem'] = {
      text: quote.text,
      quoteMessage: messageV3(quote.quoteMessage, false),
      messageEntityList: quote.messageEntityList ?? []
    }
  if (merge)
    shown['mergeElem'] = {
      title: merge.title,
      abstractList: merge.abstractList,
      multiMessage: merge.multiMessage.map(each => messageV3(each, false)),
      messageEntityList: merge.messageEntityList ?? []
    }
  if (at)
    shown['atTextElem'] = {
      text: at.text,
      atUserList: at.atUserList,
      atUsersInfo: at.atUsersInfo ?? [],
      ...(at.quoteMessage ? { quoteMessage: messageV3(at.quoteMessage, false) } : {}),
      isAtSelf
    }
  return shown
}

/** Whether there is more to say than how many could read it: of that alone the engine wrote nothing here. */
function saysMore({ groupHasReadInfo, isPrivateChat, burnDuration, hasReadTime }: AttachedInfo): boolean {
  return isPrivateChat || burnDuration > 0 || hasReadTime > 0 || (groupHasReadInfo?.hasReadCount ?? 0) > 0
}

function attachedInfo({ groupHasReadInfo, isPrivateChat, burnDuration, hasReadTime }: AttachedInfo): object {
  const read = groupHasReadInfo ?? blankAttachedInfo.groupHasReadInfo
  return {
    // Who has sent it is a member too, and no reader.
    groupHasReadInfo: { ...read, unreadCount: Math.max(0, read.groupMemberCount - 1 - read.hasReadCount) },
    isPrivateChat,
    burnDuration,
    hasReadTime,
    isEncryption: false,
    inEncryptStatus: false,
    notSenderNotificationPush: false,
    messageEntityList: [],
    uploadProgress: { total: 0, save: 0, current: 0, uploadID: '' }
  }
}
