import type { Arguments } from '../../operations/index.ts'
import type { Device } from '../../user-core.ts'
import { senderOf, type ChatContext } from './context.ts'
import { newMessage, newServerMsgID } from './new-message.ts'

/** Tells another user that one is writing to him, or not any more. Nothing of it is kept. @throws {ImError} */
export async function sendTyping(
  context: ChatContext,
  userID: string,
  { recvID, msgTip = '' }: Arguments['typing'],
  device: Device
): Promise<void> {
  await context.people().assertMayWrite(userID, recvID)
  if (recvID === userID) return
  const message = newMessage(context, await senderOf(context, userID), {
    contentType: 113,
    typingElem: { msgTips: msgTip },
    serverMsgID: newServerMsgID(context),
    sendTime: context.clock.now(),
    sessionType: 1,
    recvID,
    senderPlatformID: device.platformID,
    status: 2
  })
  context.delivery.toUser(recvID, { kind: 'newMessages', messages: [message] })
}
