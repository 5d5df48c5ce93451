import { Type } from 'typebox'
import { ImError } from '../codes.ts'
import type { Message, MessageElems } from '../model.ts'
import { Ex, IdOrNone, Millis, Name, Url } from '../operations/fields.ts'
import { blankAttachedInfo, blankElems, blankPush, elemOf, filled, type PlainElem } from './elems.ts'
import { isJsonObject, parseJson, type JsonObject } from './json.ts'
import { assertFits } from './schema-check.ts'

const Text = Type.String({ maxLength: 1_048_576 })
const Small = Type.Integer({ minimum: 0, maximum: 65_535 })
const Texts = Type.Array(Text, { maxItems: 1_000 })
const Open = Type.Object({}, { additionalProperties: true })
const Opens = Type.Array(Open, { maxItems: 1_000 })

/** What a message of either generation has besides its element, under the names of 3.x. */
const Head = Type.Partial(
  Type.Object({
    clientMsgID: IdOrNone,
    serverMsgID: IdOrNone,
    createTime: Millis,
    sendTime: Millis,
    sessionType: Small,
    sendID: IdOrNone,
    recvID: IdOrNone,
    groupID: IdOrNone,
    msgFrom: Small,
    contentType: Small,
    senderPlatformID: Small,
    senderNickname: Name,
    senderFaceUrl: Url,
    seq: Millis,
    isRead: Type.Boolean(),
    status: Small,
    ex: Ex,
    localEx: Ex,
    offlinePush: Type.Partial(
      Type.Object({ title: Text, desc: Text, ex: Text, iOSPushSound: Text, iOSBadgeCount: Type.Boolean() })
    ),
    attachedInfoElem: Type.Partial(
      Type.Object({
        groupHasReadInfo: Type.Partial(
          Type.Object({
            hasReadUserIDList: Type.Array(Text, { maxItems: 100_000 }),
            hasReadCount: Millis,
            groupMemberCount: Millis
          })
        ),
        isPrivateChat: Type.Boolean(),
        burnDuration: Millis,
        hasReadTime: Millis
      })
    )
  })
)

/** Elements whose members the model knows, with what they say when nothing is given. */
const known = {
  textElem: [{ content: '' }, Type.Partial(Type.Object({ content: Text }))],
  atTextElem: [
    { text: '', atUserList: [], atUsersInfo: [] },
    Type.Partial(
      Type.Object({
        text: Text,
        atUserList: Texts,
        atUsersInfo: Type.Array(Type.Object({ atUserID: Text, groupNickname: Text }), { maxItems: 1_000 }),
        quoteMessage: Open
      })
    )
  ],
  mergeElem: [
    { title: '', abstractList: [], multiMessage: [], messageEntityList: [] },
    Type.Partial(
      Type.Object({ title: Text, abstractList: Texts, multiMessage: Opens, messageEntityList: Opens })
    )
  ],
  quoteElem: [
    { text: '', messageEntityList: [] },
    Type.Object({ text: Type.Optional(Text), quoteMessage: Open, messageEntityList: Type.Optional(Opens) })
  ],
  locationElem: [
    blankElems.locationElem,
    Type.Partial(Type.Object({ description: Text, longitude: Type.Number(), latitude: Type.Number() }))
  ],
  customElem: [
    blankElems.customElem,
    Type.Partial(Type.Object({ data: Text, description: Text, extension: Text }))
  ],
  faceElem: [blankElems.faceElem, Type.Partial(Type.Object({ index: Type.Integer(), data: Text }))],
  typingElem: [{ msgTips: '' }, Type.Partial(Type.Object({ msgTips: Text }))],
  advancedTextElem: [
    { text: '', messageEntityList: [] },
    Type.Partial(Type.Object({ text: Text, messageEntityList: Opens }))
  ],
  notificationElem: [
    { detail: '', defaultTips: '' },
    Type.Partial(Type.Object({ detail: Text, defaultTips: Text }))
  ]
} as const

/** Where 2.x clients have what is an element of another name, or none, in 3.x. */
const olderNames: Partial<Record<keyof MessageElems, string>> = {
  atTextElem: 'atElem',
  advancedTextElem: 'messageEntityElem'
}

const blankMessage: Message = {
  clientMsgID: '',
  serverMsgID: '',
  createTime: 0,
  sendTime: 0,
  sessionType: 0,
  sendID: '',
  recvID: '',
  groupID: '',
  msgFrom: 0,
  contentType: 0,
  senderPlatformID: 0,
  senderNickname: '',
  senderFaceUrl: '',
  seq: 0,
  isRead: false,
  status: 0,
  ex: '',
  localEx: ''
}

/** How many messages one call may hand in, with those that they quote and merge: each is written out in full again. */
const maxMessages = 1_000

/**
 * What reads the messages of one call, as clients of either generation hand them in: JSON, or the object itself. What
 * is missing stays away, except in quoted and merged messages, which are complete.
 * @throws {ImError} `badArguments`
 */
export function givenMessages(): (value: unknown, what: string) => Partial<Message> {
  let left = maxMessages
  const read = (value: unknown, what: string): Partial<Message> => {
    if (left-- === 0) throw new ImError('badArguments', `${what} holds more than ${maxMessages} messages`)
    const object = typeof value === 'string' ? parseJson(value, what) : value
    if (!isJsonObject(object)) throw new ImError('badArguments', `${what} is no object`)
    const head = headOf(object, what)
    const name = elemOf(head.contentType ?? 0)
    return name ? { ...head, [name]: elemIn(name, object, what, read) } : head
  }
  return read
}

type Read = ReturnType<typeof givenMessages>

function headOf(object: JsonObject, what: string): Partial<Message> {
  const { senderPlatformID = object['platformID'], contentType } = object
  const head: JsonObject = {
    ...object,
    senderPlatformID,
    // What was taken back, by the numbers of 2.x.
    contentType: contentType === 111 || contentType === 118 ? 2_101 : contentType
  }
  for (const name of Object.keys(head)) if (head[name] === null || head[name] === undefined) delete head[name]
  assertFits(Head, head, what)
  const { offlinePush, attachedInfoElem, ...rest } = head
  return {
    ...rest,
    ...(says(offlinePush) ? { offlinePush: filled(blankPush, offlinePush) } : {}),
    ...(says(attachedInfoElem) ? { attachedInfoElem: filled(blankAttachedInfo, attachedInfoElem) } : {})
  }
}

/** Whether anything in an object is not zero. */
function says(value: unknown): boolean {
  if (Array.isArray(value)) return value.length > 0
  return isJsonObject(value) ? Object.values(value).some(says) : Boolean(value)
}

function elemIn(name: keyof MessageElems, object: JsonObject, what: string, read: Read): object {
  const where = `${what}.${name}`
  const given = sourceOf(name, object, what)
  if (!(name in known)) return filled(name === 'cardElem' ? {} : blankElems[name as PlainElem], given)
  const [blank, schema] = known[name as keyof typeof known]
  const elem: JsonObject = { ...given }
  const { quoteMessage, multiMessage } = elem
  if (typeof quoteMessage === 'string' || isJsonObject(quoteMessage)) elem['quoteMessage'] = {}
  else delete elem['quoteMessage']
  assertFits(schema, elem, where)
  const complete = (value: unknown, index = ''): Message => ({
    ...blankMessage,
    ...read(value, `${where}.${index}`)
  })
  if ('quoteMessage' in elem) elem['quoteMessage'] = complete(quoteMessage, 'quoteMessage')
  if (name === 'mergeElem' && Array.isArray(multiMessage))
    elem['multiMessage'] = multiMessage.map((each, index) => complete(each, `multiMessage.${index}`))
  return filled(blank, elem)
}

/** The element of a message; 2.x clients have some in `content`, as text or as JSON. */
function sourceOf(name: keyof MessageElems, object: JsonObject, what: string): JsonObject {
  const elem = object[name] ?? object[olderNames[name] ?? name]
  if (isJsonObject(elem)) return elem
  const { content } = object
  if (typeof content !== 'string') return {}
  if (name === 'textElem') return { content }
  if (name === 'typingElem') return { msgTips: content }
  if (name === 'notificationElem') return { detail: content }
  const parsed = content.trimStart().startsWith('{') ? parseJson(content, `${what}.content`) : undefined
  return isJsonObject(parsed) ? parsed : {}
}
