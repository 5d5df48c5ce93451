import { ImError } from '../../codes.ts'
import type { Message, MessageElems } from '../../model.ts'
import { amount, fields, list, text, texts, whole, type Fields } from './fields.ts'

/** Reads a message that stands in another one. */
export type ReadNested = (value: unknown) => Message

type ElemName = keyof MessageElems
type Readers = {
  readonly [Name in ElemName]-?: (from: Fields, nested: ReadNested) => NonNullable<MessageElems[Name]>
}

const entities = (from: Fields): readonly object[] =>
  list(from, 'messageEntityList', value => fields(value, 'messageEntityList'))
const asGiven = (from: Fields): object => from

/** Elements as clients give them. Those that describe a file or a card are kept as they are. */
const readers: Readers = {
  textElem: from => ({ content: text(from, 'content') }),
  pictureElem: asGiven,
  soundElem: asGiven,
  videoElem: asGiven,
  fileElem: asGiven,
  cardElem: asGiven,
  atTextElem: (from, nested) => ({
    text: text(from, 'text'),
    atUserList: texts(from, 'atUserList'),
    atUsersInfo: list(from, 'atUsersInfo', value => {
      const info = fields(value, 'atUsersInfo')
      return { atUserID: text(info, 'atUserID'), groupNickname: text(info, 'groupNickname') }
    }),
    ...(from['quoteMessage'] ? { quoteMessage: nested(from['quoteMessage']) } : {}),
    isAtSelf: false
  }),
  mergeElem: (from, nested) => ({
    title: text(from, 'title'),
    abstractList: texts(from, 'abstractList'),
    multiMessage: list(from, 'multiMessage', nested),
    messageEntityList: entities(from)
  }),
  locationElem: from => ({
    description: text(from, 'description'),
    longitude: amount(from, 'longitude'),
    latitude: amount(from, 'latitude')
  }),
  customElem: from => ({
    data: text(from, 'data'),
    description: text(from, 'description'),
    extension: text(from, 'extension')
  }),
  quoteElem: (from, nested) => ({
    text: text(from, 'text'),
    quoteMessage: nested(from['quoteMessage']),
    messageEntityList: entities(from)
  }),
  faceElem: from => ({ index: whole(from, 'index'), data: text(from, 'data') }),
  typingElem: from => ({ msgTips: text(from, 'msgTips') }),
  advancedTextElem: from => ({ text: text(from, 'text'), messageEntityList: entities(from) }),
  notificationElem: from => ({ detail: text(from, 'detail'), defaultTips: text(from, 'defaultTips') })
}

/** Content types that users may send, and the element that each needs (specification §5.1). */
const sent: Readonly<Record<number, ElemName>> = {
  101: 'textElem',
  102: 'pictureElem',
  103: 'soundElem',
  104: 'videoElem',
  105: 'fileElem',
  106: 'atTextElem',
  107: 'mergeElem',
  108: 'cardElem',
  109: 'locationElem',
  110: 'customElem',
  113: 'typingElem',
  114: 'quoteElem',
  115: 'faceElem',
  117: 'advancedTextElem',
  119: 'customElem',
  120: 'customElem'
}

/** The element of a content type; notifications of all kinds have the same. */
export function elemNameOf(contentType: number): ElemName | undefined {
  return sent[contentType] ?? (contentType >= 1_000 ? 'notificationElem' : undefined)
}

/** @throws {ImError} `contentType` for one that users may not send */
export function assertMaySend(contentType: number): void {
  if (!(contentType in sent)) throw new ImError('contentType')
}

/**
 * The element that belongs to the content type; others are left out.
 * @throws {ImError} `badArguments` when it has a member of the wrong kind, or is `required` and missing
 */
export function readElem(
  contentType: number,
  from: Fields,
  nested: ReadNested,
  required: boolean
): MessageElems {
  const name = elemNameOf(contentType)
  if (!name || (!required && from[name] === undefined)) return {}
  return { [name]: readers[name](fields(from[name], name), nested) }
}
