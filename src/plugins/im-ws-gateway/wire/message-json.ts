import type { Conversation, Message } from '../model.ts'
import type { Dialect } from './frame.ts'
import { shapesOf } from './shapes-of.ts'

/** Names everybody in an at-message. */
const everybody = 'AtAllTag'

/** A message's JSON in the forms in which it is needed: each is made once, when it is first asked for. */
interface EncodedMessage {
  readonly json: string
  /** As a JSON text: the `latestMsg` of a conversation. */
  quoted?: string
  /** {@link json} inside the `data` of a frame. */
  inData?: string
  /** {@link quoted} inside the `data` of a frame. */
  quotedInData?: string
}

type Encodings = WeakMap<Message, EncodedMessage>

const kept: Readonly<Record<Dialect, { readonly plain: Encodings; readonly atSelf: Encodings }>> = {
  '2.0': { plain: new WeakMap(), atSelf: new WeakMap() },
  '2.3': { plain: new WeakMap(), atSelf: new WeakMap() },
  '3': { plain: new WeakMap(), atSelf: new WeakMap() }
}

/** Whether what a viewer sees of a message is not what others see of it. */
export function isAtMessage(message: Message | null): boolean {
  return message?.atTextElem !== undefined
}

/** A message as a viewer sees it. Kept with the message, which is never changed. */
export function messageJson(dialect: Dialect, message: Message, viewerID: string): string {
  return encoded(dialect, message, viewerID).json
}

/** As {@link messageJson}, inside a JSON text. */
export function messageInData(dialect: Dialect, message: Message, viewerID: string): string {
  const it = encoded(dialect, message, viewerID)
  return (it.inData ??= escaped(it.json))
}

/** A conversation as a viewer sees it. */
export function conversationJson(dialect: Dialect, conversation: Conversation, viewerID: string): string {
  const { latestMsg } = conversation
  const head = JSON.stringify(shapesOf[dialect].conversation(conversation, viewerID))
  return `${head.slice(0, -1)},"latestMsg":${latestMsg ? quoted(encoded(dialect, latestMsg, viewerID)) : '""'}}`
}

/** As {@link conversationJson}, inside a JSON text. */
export function conversationInData(dialect: Dialect, conversation: Conversation, viewerID: string): string {
  const { latestMsg } = conversation
  const head = escaped(JSON.stringify(shapesOf[dialect].conversation(conversation, viewerID)))
  const latest = latestMsg ? latestInData(dialect, latestMsg, viewerID) : '\\"\\"'
  return `${head.slice(0, -1)},\\"latestMsg\\":${latest}}`
}

/** A message as the `latestMsg` of a conversation, which is a JSON text, inside a JSON text. */
export function latestInData(dialect: Dialect, message: Message, viewerID: string): string {
  return quotedInData(encoded(dialect, message, viewerID))
}

/** A text as it stands inside a JSON text. */
export function escaped(text: string): string {
  return JSON.stringify(text).slice(1, -1)
}

function encoded(dialect: Dialect, message: Message, viewerID: string): EncodedMessage {
  const isAtSelf = namesViewer(message, viewerID)
  const encodings = isAtSelf ? kept[dialect].atSelf : kept[dialect].plain
  let it = encodings.get(message)
  if (!it) {
    it = { json: JSON.stringify(shapesOf[dialect].message(message, isAtSelf)) }
    encodings.set(message, it)
  }
  return it
}

function namesViewer({ atTextElem, sendID }: Message, viewerID: string): boolean {
  if (!atTextElem) return false
  const { atUserList } = atTextElem
  return atUserList.includes(viewerID) || (atUserList.includes(everybody) && sendID !== viewerID)
}

function quoted(it: EncodedMessage): string {
  return (it.quoted ??= JSON.stringify(it.json))
}

function quotedInData(it: EncodedMessage): string {
  return (it.quotedInData ??= escaped(quoted(it)))
}
