import type { Message } from '../../../../src/plugins/im-ws-gateway/model.ts'

/** A text message, as a core hands it out. */
export function textMessage(text: string, members: Partial<Message> = {}): Message {
  return {
    clientMsgID: `c-${text}`,
    serverMsgID: `s-${text}`,
    createTime: 1,
    sendTime: 2,
    sessionType: 1,
    sendID: 'u2',
    recvID: 'u1',
    groupID: '',
    msgFrom: 100,
    contentType: 101,
    senderPlatformID: 5,
    senderNickname: '',
    senderFaceUrl: '',
    seq: 1,
    isRead: false,
    status: 2,
    ex: '',
    localEx: '',
    textElem: { content: text },
    ...members
  }
}
