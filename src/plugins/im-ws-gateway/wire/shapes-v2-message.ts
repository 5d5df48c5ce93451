import type { AttachedInfo, Message, MessageElems } from '../model.ts'
import { blankAttachedInfo, blankCard, blankElems, blankPush, filled, plainElems } from './elems.ts'

/** Notices that 2.x has no numbers for, and the nearest that it has. */
const nearest = new Map([
  [1_519, 1_502],
  [1_520, 1_502]
])
const revoked = 2_101

/** Where 2.0 and 2.3 clients differ. */
export interface ShownBy {
  /** The content type that messages taken back have. */
  readonly revokeType: number
  /** What is shown for a `sessionType` or `conversationType`: 2.0 clients know of no super groups. */
  readonly kind: (kind: number) => number
}

/** A message as 2.x clients see it: all elements are there, and those that mean nothing are empty. */
export function messageV2(message: Partial<Message>, isAtSelf: boolean, by: ShownBy): object {
  const info = message.attachedInfoElem
  const type = message.contentType ?? 0
  return {
    clientMsgID: message.clientMsgID ?? '',
    serverMsgID: message.serverMsgID ?? '',
    createTime: message.createTime ?? 0,
    sendTime: message.sendTime ?? 0,
    sessionType: by.kind(message.sessionType ?? 0),
    sendID: message.sendID ?? '',
    recvID: message.recvID ?? '',
    msgFrom: message.msgFrom ?? 0,
    contentType: type === revoked ? by.revokeType : (nearest.get(type) ?? type),
    platformID: message.senderPlatformID ?? 0,
    senderNickname: message.senderNickname ?? '',
    senderFaceUrl: message.senderFaceUrl ?? '',
    groupID: message.groupID ?? '',
    content: content(message),
    seq: message.seq ?? 0,
    isRead: message.isRead ?? false,
    status: message.status ?? 0,
    isReact: false,
    isExternalExtensions: false,
    offlinePush: { ...blankPush, ...message.offlinePush },
    attachedInfo: info ? JSON.stringify(attachedInfo(info)) : '',
    ex: message.ex ?? '',
    ...elems(message, isAtSelf, by),
    attachedInfoElem: attachedInfo(info ?? blankAttachedInfo)
  }
}

/** What 2.x clients read from `content` instead of an element. */
function content({ textElem, cardElem, typingElem, notificationElem }: MessageElems): string {
  if (textElem) return textElem.content
  if (cardElem) return JSON.stringify(filled(blankCard, cardElem))
  if (typingElem) return typingElem.msgTips
  return notificationElem ? notificationElem.detail : ''
}

/** What a message without elements has. */
const blanks = {
  ...blankElems,
  atElem: { text: '', atUserList: [], atUsersInfo: [], quoteMessage: null, isAtSelf: false },
  mergeElem: { title: '', abstractList: [], multiMessage: [], messageEntityList: [] },
  quoteElem: { text: '', quoteMessage: null, messageEntityList: [] },
  messageEntityElem: { text: '', messageEntityList: [] },
  notificationElem: { detail: '', defaultTips: '' }
}

function elems(message: MessageElems, isAtSelf: boolean, by: ShownBy): object {
  const nested = (inner: Partial<Message>): object => messageV2(inner, false, by)
  const { atTextElem: at, mergeElem: merge, quoteElem: quote } = message
  const { advancedTextElem: advanced, notificationElem: notification } = message
  const shown: Record<string, object> = { ...blanks }
  for (const name of plainElems) if (message[name]) shown[name] = filled(blankElems[name], message[name])
  if (advanced) shown['messageEntityElem'] = filled(blanks.messageEntityElem, advanced)
  if (notification) shown['notificationElem'] = filled(blanks.notificationElem, notification)
  if (at)
    shown['atElem'] = {
      text: at.text,
      atUserList: at.atUserList,
      atUsersInfo: at.atUsersInfo ?? [],
      quoteMessage: at.quoteMessage ? nested(at.quoteMessage) : null,
      isAtSelf
    }
  if (merge)
    shown['mergeElem'] = {
      title: merge.title,
      abstractList: merge.abstractList,
      multiMessage: merge.multiMessage.map(nested),
      messageEntityList: merge.messageEntityList ?? []
    }
  if (quote)
    shown['quoteElem'] = {
      text: quote.text,
      quoteMessage: nested(quote.quoteMessage),
      messageEntityList: quote.messageEntityList ?? []
    }
  return shown
}

function attachedInfo({ groupHasReadInfo, isPrivateChat, burnDuration, hasReadTime }: AttachedInfo): object {
  return {
    groupHasReadInfo: groupHasReadInfo ?? blankAttachedInfo.groupHasReadInfo,
    isPrivateChat,
    burnDuration,
    hasReadTime,
    isEncryption: false,
    inEncryptStatus: false,
    notSenderNotificationPush: false,
    messageEntityList: []
  }
}
