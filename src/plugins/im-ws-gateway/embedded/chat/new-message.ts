import { createHash } from 'node:crypto'
import type { Message } from '../../model.ts'
import type { ChatContext, Sender } from './context.ts'

const hex = (context: Pick<ChatContext, 'randomBytes'>, size: number): string =>
  Buffer.from(context.randomBytes(size)).toString('hex')

/** An id as clients make them: the MD5 of the time, the sender and chance. */
export function newClientMsgID(context: Pick<ChatContext, 'clock' | 'randomBytes'>, sendID: string): string {
  return createHash('md5')
    .update(`${context.clock.now()}_${sendID}_${hex(context, 16)}`)
    .digest('hex')
}

export function newServerMsgID(context: Pick<ChatContext, 'randomBytes'>): string {
  return hex(context, 16)
}

/** A message that nobody has sent yet: status 1. */
export function newMessage(
  context: Pick<ChatContext, 'clock' | 'randomBytes'>,
  sender: Sender,
  rest: Pick<Message, 'contentType'> & Partial<Message>
): Message {
  return {
    clientMsgID: newClientMsgID(context, sender.userID),
    serverMsgID: '',
    createTime: context.clock.now(),
    sendTime: 0,
    sessionType: 0,
    sendID: sender.userID,
    recvID: '',
    groupID: '',
    msgFrom: 100,
    senderPlatformID: 0,
    senderNickname: sender.nickname,
    senderFaceUrl: sender.faceURL,
    seq: 0,
    isRead: false,
    status: 1,
    ex: '',
    localEx: '',
    ...rest
  }
}
