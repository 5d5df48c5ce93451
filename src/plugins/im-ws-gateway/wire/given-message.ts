import { ImError } from '../codes.ts'
import type { Message, MessageElems } from '../model.ts'
import { contentTypesOfV2 } from './content-type-v2.ts'
import type { Generation } from './dialect.ts'
import { blankAttachedInfo, blankElems, blankPush, elemOf, filled, type PlainElem } from './elems.ts'
import { isJsonObject, parseJson, type JsonObject } from './json.ts'
import { blankMessage, Head, knownElems } from './message-schema.ts'
import { renumbered, type Renumbering } from './notice-detail.ts'
import { picked } from './picked.ts'
import { roleOfV2 } from './role-v2.ts'
import { assertFits } from './schema-check.ts'

/** Where 2.x clients have what is an element of another name, or none, in 3.x. */
const olderNames: Partial<Record<keyof MessageElems, string>> = {
  atTextElem: 'atElem',
  advancedTextElem: 'messageEntityElem'
}

/** What the numbers of 2.x in a notice are in the model. */
const fromV2: Renumbering = { role: level => Number(roleOfV2(level)), time: seconds => seconds * 1_000 }

/** How many messages one call may hand in, with those that they quote and merge: each is written out in full again. */
const maxMessages = 1_000

/**
 * What reads the messages of one call, as clients of either generation hand them in: JSON, or the object itself. What
 * is missing stays away, except in quoted and merged messages, which are complete.
 * @param by whose numbers stand in the details of notices
 * @throws {ImError} `badArguments`
 */
export function givenMessages(by: Generation = 'v3'): (value: unknown, what: string) => Partial<Message> {
  let left = maxMessages
  const read = (value: unknown, what: string): Partial<Message> => {
    if (left-- === 0) throw new ImError('badArguments', `${what} holds more than ${maxMessages} messages`)
    const object = typeof value === 'string' ? parseJson(value, what) : value
    if (!isJsonObject(object)) throw new ImError('badArguments', `${what} is no object`)
    const head = headOf(object, what)
    const { contentType = 0 } = head
    const name = elemOf(contentType)
    if (!name) return head
    const elem = elemIn(name, object, what, read)
    return {
      ...head,
      [name]: name === 'notificationElem' && by === 'v2' ? noticeOfV2(elem, contentType) : elem
    }
  }
  return read
}

type Read = ReturnType<typeof givenMessages>

function headOf(object: JsonObject, what: string): Partial<Message> {
  const { senderPlatformID = object['platformID'], contentType } = object
  const head: JsonObject = {
    ...picked(object, ...Object.keys(Head.properties)),
    senderPlatformID,
    contentType: typeof contentType === 'number' ? contentTypesOfV2(contentType)[0] : contentType
  }
  const there = withoutNulls(head)
  assertFits(Head, there, what)
  const { offlinePush, attachedInfoElem, ...rest } = there
  return {
    ...rest,
    ...(says(offlinePush) ? { offlinePush: filled(blankPush, offlinePush) } : {}),
    ...(says(attachedInfoElem) ? { attachedInfoElem: filled(blankAttachedInfo, attachedInfoElem) } : {})
  }
}

/** What is there, at all depths: servers and clients of 2.x write `null` for empty lists and objects. */
function withoutNulls(object: JsonObject): JsonObject {
  const members = Object.entries(object).filter(([, value]) => value !== null && value !== undefined)
  return Object.fromEntries(
    members.map(([name, value]) => [name, isJsonObject(value) ? withoutNulls(value) : value])
  )
}

/** Whether anything in an object is not zero. */
function says(value: unknown): boolean {
  if (Array.isArray(value)) return value.length > 0
  return isJsonObject(value) ? Object.values(value).some(says) : Boolean(value)
}

function elemIn(name: keyof MessageElems, object: JsonObject, what: string, read: Read): object {
  const where = `${what}.${name}`
  const given = sourceOf(name, object, what)
  if (!(name in knownElems)) return filled(name === 'cardElem' ? {} : blankElems[name as PlainElem], given)
  const [blank, schema] = knownElems[name as keyof typeof knownElems]
  const { quoteMessage, ...others } = given
  const { multiMessage } = others
  const elem = withoutNulls({ ...others, quoteMessage: quoteMessage ? {} : null })
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

/** `elem`: complete. */
function noticeOfV2(elem: object, contentType: number): object {
  const { detail } = elem as { readonly detail: string }
  return { ...elem, detail: renumbered(detail, contentType, fromV2) }
}

/** The element of a message; 2.x clients have some in `content`, as text or as JSON. */
function sourceOf(name: keyof MessageElems, object: JsonObject, what: string): JsonObject {
  const elem = object[name] ?? object[olderNames[name] ?? name]
  if (isJsonObject(elem)) return elem
  const { content } = object
  if (typeof content !== 'string') return {}
  if (name === 'textElem') return { content }
  if (name === 'typingElem') return { msgTips: content }
  if (name === 'notificationElem') return noticeIn(content)
  const parsed = content.trimStart().startsWith('{') ? parseJson(content, `${what}.content`) : undefined
  return isJsonObject(parsed) ? parsed : {}
}

/** A notice as `content` has it: `jsonDetail` and `defaultTips`, or else the detail itself. */
function noticeIn(content: string): JsonObject {
  const parsed = content.includes('"jsonDetail"') ? parseJson(content, 'content') : undefined
  if (!isJsonObject(parsed)) return { detail: content }
  const { jsonDetail: detail, defaultTips } = parsed
  return { detail, defaultTips }
}
