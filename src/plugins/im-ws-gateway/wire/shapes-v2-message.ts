import type { AttachedInfo, Message, MessageElems } from '../model.ts'
import { contentTypeV2, revokedType } from './content-type-v2.ts'
import { blankAttachedInfo, blankCard, blankElems, blankPush, filled, plainElems } from './elems.ts'
import { renumbered, type Renumbering } from './notice-detail.ts'
import { roleV2 } from './role-v2.ts'
import { seconds } from './seconds.ts'

/** Where 2.0 and 2.3 clients differ. */
export interface ShownBy {
  /** The content type that messages taken back have. */
  readonly revokeType: number
  /** What is shown for a `sessionType` or `conversationType`: 2.0 clients know of no super groups. */
  readonly kind: (kind: number) => number
}

/**
 * A message as 2.x clients see it: all elements are there, and those that mean nothing are empty.
 * @param depth how many messages it stands in
 */
export function messageV2(message: Partial<Message>, isAtSelf: boolean, by: ShownBy, depth = 0): object {
  const info = message.attachedInfoElem
  const type = message.contentType ?? 0
  const notice = message.notificationElem && noticeV2(message.notificationElem, type, by)
  const shown = elems(message, isAtSelf, by, depth)
  return {
    clientMsgID: message.clientMsgID ?? '',
    serverMsgID: message.serverMsgID ?? '',
    createTime: message.createTime ?? 0,
    sendTime: message.sendTime ?? 0,
    sessionType: by.kind(message.sessionType ?? 0),
    sendID: message.sendID ?? '',
    recvID: message.recvID ?? '',
    msgFrom: message.msgFrom ?? 0,
    contentType: contentTypeV2(type, by.revokeType),
    platformID: message.senderPlatformID ?? 0,
    senderNickname: message.senderNickname ?? '',
    senderFaceUrl: message.senderFaceUrl ?? '',
    groupID: message.groupID ?? '',
    content: plainContent(message, type, notice) ?? (depth <= deepestJson ? jsonContent(message, shown) : ''),
    seq: message.seq ?? 0,
    isRead: message.isRead ?? false,
    status: message.status ?? 0,
    isReact: false,
    isExternalExtensions: false,
    offlinePush: { ...blankPush, ...message.offlinePush },
    attachedInfo: info ? JSON.stringify(attachedInfo(info)) : '',
    ex: message.ex ?? '',
    ...shown,
    ...(notice ? { notificationElem: notice } : {}),
    attachedInfoElem: attachedInfo(info ?? blankAttachedInfo)
  }
}

type NoticeElem = NonNullable<MessageElems['notificationElem']>

/** A notice with the numbers of 2.x. */
function noticeV2(given: NoticeElem, contentType: number, { kind }: ShownBy): NoticeElem {
  const elem = filled(blanks.notificationElem, given)
  const numbering: Renumbering = { role: roleV2, time: seconds, kind }
  return { ...elem, detail: renumbered(elem.detail, contentType, numbering) }
}

/**
 * What 2.x clients read from `content` instead of an element; undefined: they read an element. In notices it has the forms that their engines gave it:
 * `jsonDetail` and `defaultTips`, which pages of that time open, or, of what was taken back, the detail itself.
 */
function plainContent(
  { textElem, cardElem, typingElem }: MessageElems,
  contentType: number,
  notice: NoticeElem | undefined
): string | undefined {
  if (textElem) return textElem.content
  if (cardElem) return JSON.stringify(filled(blankCard, cardElem))
  if (typingElem) return typingElem.msgTips
  if (!notice) return undefined
  if (contentType === revokedType) return notice.detail
  return JSON.stringify({ defaultTips: notice.defaultTips, jsonDetail: notice.detail })
}

/**
 * The JSON of an element holds that of the messages in it once more, and that of those in these: each level more would
 * multiply the size. A quoted or merged message has its own, those that stand deeper have their elements alone.
 */
const deepestJson = 1

/** The elements that 2.x engines wrote into `content` as JSON, too, under the names that they have there. */
const inContent = [
  ...plainElems.map(name => [name, name] as const),
  ['atTextElem', 'atElem'],
  ['mergeElem', 'mergeElem'],
  ['quoteElem', 'quoteElem'],
  ['advancedTextElem', 'messageEntityElem']
] as const

/** The element in `content`, as its sender wrote it: whom it mentions is found by whoever reads it. */
function jsonContent(message: MessageElems, shown: Readonly<Record<string, object>>): string {
  const [, name] = inContent.find(([inModel]) => message[inModel]) ?? []
  if (!name) return ''
  const elem = shown[name]
  return JSON.stringify(name === 'atElem' ? { ...elem, isAtSelf: false } : elem)
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

function elems(
  message: MessageElems,
  isAtSelf: boolean,
  by: ShownBy,
  depth: number
): Readonly<Record<string, object>> {
  const nested = (inner: Partial<Message>): object => messageV2(inner, false, by, depth + 1)
  const { atTextElem: at, mergeElem: merge, quoteElem: quote } = message
  const { advancedTextElem: advanced } = message
  const shown: Record<string, object> = { ...blanks }
  for (const name of plainElems) if (message[name]) shown[name] = filled(blankElems[name], message[name])
  if (advanced) shown['messageEntityElem'] = filled(blanks.messageEntityElem, advanced)
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
      multiMessage: merge.multiMessage.map(each => nested(each)),
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
