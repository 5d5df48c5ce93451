/**
 * Stands once in what clients are told of a new message, and not in what else they hear of it: deeper in, quotes have
 * more of these before them.
 */
const mark = String.raw`clientMsgID\":`

/** How many messages a frame brings. */
export function messagesIn(frame: Buffer): number {
  let count = 0
  for (let at = frame.indexOf(mark); at >= 0; at = frame.indexOf(mark, at + mark.length)) count++
  return count
}

let lastId = 0

/** A message as a 3.x client hands it in, with a text of a usual length. */
export function givenMessage(sendID: string, note = ''): object {
  const clientMsgID = `${process.pid}-${String(++lastId).padStart(24, '0')}`
  const content = `${note} what one writes to others is seldom longer than a line or two of text`
  const createTime = Date.now()
  return { clientMsgID, createTime, sendID, contentType: 101, textElem: { content }, ex: '', status: 1 }
}

/** What a 3.x client is told of a message: the frame that all ways send. */
export function newMessageFrame(sendID: string, to: object, note = ''): object {
  const message = {
    serverMsgID: '5f2b8c1d9e7a4b3c8d6e1f0a9b8c7d6e',
    sessionType: 3,
    sendID,
    recvID: '',
    groupID: '',
    msgFrom: 100,
    senderPlatformID: 5,
    senderNickname: sendID,
    senderFaceUrl: '',
    content: '',
    seq: ++lastId,
    isRead: false,
    isReact: false,
    isExternalExtensions: false,
    attachedInfo: '',
    localEx: '',
    sendTime: Date.now(),
    ...to,
    ...givenMessage(sendID, note),
    status: 2
  }
  return {
    event: 'OnRecvNewMessages',
    errCode: 0,
    errMsg: '',
    data: JSON.stringify([message]),
    operationID: ''
  }
}
