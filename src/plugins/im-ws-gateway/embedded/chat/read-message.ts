import { ImError } from '../../codes.ts'
import type { Message } from '../../model.ts'
import { readElem } from './elems.ts'
import { fields, text, whole } from './fields.ts'

/** How deep messages may stand in each other: what is deeper is left out. */
const maxDepth = 4

/** Bytes of a message as JSON. */
export const maxMessageBytes = 262_144

/**
 * A message as a client has given it, with what is missing filled in.
 * @throws {ImError} `badArguments` for members of the wrong kind
 */
export function readMessage(given: unknown, depth = 0): Message {
  const from = fields(given, 'message')
  const contentType = whole(from, 'contentType')
  const flag = (name: string): boolean => from[name] === true
  const nested = (value: unknown): Message => readMessage(value, depth + 1)
  const info = from['attachedInfoElem'] ? fields(from['attachedInfoElem'], 'attachedInfoElem') : undefined
  return {
    clientMsgID: text(from, 'clientMsgID'),
    serverMsgID: text(from, 'serverMsgID'),
    createTime: whole(from, 'createTime'),
    sendTime: whole(from, 'sendTime'),
    sessionType: whole(from, 'sessionType'),
    sendID: text(from, 'sendID'),
    recvID: text(from, 'recvID'),
    groupID: text(from, 'groupID'),
    msgFrom: whole(from, 'msgFrom'),
    contentType,
    senderPlatformID: whole(from, 'senderPlatformID'),
    senderNickname: text(from, 'senderNickname'),
    senderFaceUrl: text(from, 'senderFaceUrl'),
    seq: whole(from, 'seq'),
    isRead: flag('isRead'),
    status: whole(from, 'status'),
    ex: text(from, 'ex'),
    localEx: text(from, 'localEx'),
    ...(info && {
      attachedInfoElem: {
        isPrivateChat: info['isPrivateChat'] === true,
        burnDuration: whole(info, 'burnDuration'),
        hasReadTime: whole(info, 'hasReadTime')
      }
    }),
    ...(depth > maxDepth ? {} : readElem(contentType, from, nested, depth === 0))
  }
}

/** @throws {ImError} `tooLarge` for more than {@link maxMessageBytes} */
export function assertSize(json: string): void {
  if (json.length > maxMessageBytes || Buffer.byteLength(json) > maxMessageBytes)
    throw new ImError('tooLarge', `a message has at most ${maxMessageBytes} bytes`)
}
