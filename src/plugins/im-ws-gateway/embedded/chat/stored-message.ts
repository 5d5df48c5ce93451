import type { Message } from '../../model.ts'
import type { LocalRow, MessageRow } from './rows.ts'

type Stored = Pick<
  MessageRow,
  'clientMsgID' | 'seq' | 'sendTime' | 'sendID' | 'contentType' | 'body' | 'readTime'
>

/** What has a column of its own, or depends on who looks. JSON leaves out what is undefined. */
const elsewhere = {
  clientMsgID: undefined,
  seq: undefined,
  sendTime: undefined,
  sendID: undefined,
  contentType: undefined,
  isRead: undefined,
  status: undefined,
  localEx: undefined
}

/** What a row keeps of a message as JSON. */
export function bodyOf(message: Message): string {
  return JSON.stringify({ ...message, ...elsewhere })
}

/** The message of a row, as one sees it who has not read it. */
export function messageOf(row: Stored): Message {
  const { clientMsgID, seq, sendTime, sendID, contentType, readTime } = row
  const body = JSON.parse(row.body) as Message
  const head = { clientMsgID, seq, sendTime, sendID, contentType }
  const message: Message = { ...body, ...head, isRead: false, status: 2, localEx: '' }
  return readTime ? readAt(message, readTime) : message
}

/** The same message, with when the other side of a single chat has read it. */
export function readAt(message: Message, hasReadTime: number): Message {
  const attachedInfoElem = { isPrivateChat: false, burnDuration: 0, ...message.attachedInfoElem, hasReadTime }
  return { ...message, attachedInfoElem }
}

/** A message that one user alone sees. */
export function localMessage(row: LocalRow): Message {
  return { ...messageOf({ ...row, seq: 0, readTime: 0 }), isRead: true, localEx: row.localEx }
}

const readTwins = new WeakMap<Message, Message>()

/** The same message, read. One object for all who have read it, so that its encoding can be kept with it. */
export function readTwin(message: Message): Message {
  if (message.isRead) return message
  let twin = readTwins.get(message)
  if (!twin) readTwins.set(message, (twin = { ...message, isRead: true }))
  return twin
}
