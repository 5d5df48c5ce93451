// node client-3.5.2.mjs ann                 prints what ann gets
// node client-3.5.2.mjs bob ann 'Hello'     sends it first
import { CbEvents, OpenIMSDK } from 'open-im-sdk'
import { WebSocket } from 'ws'
import { register, socketUrl, tokenFor } from './back-end.mjs'

globalThis.WebSocket ??= WebSocket
const [userID, recvID, text] = process.argv.slice(2)
const im = new OpenIMSDK()
im.on(CbEvents.OnRecvNewMessages, ({ data: messages }) => {
  for (const { sendID, textElem } of messages) console.log(`${sendID}: ${textElem?.content}`)
})
await im.login({ userID, token: await tokenFor(userID), wsAddr: socketUrl, apiAddr: '', platformID: 5 })
console.log(`${userID} is logged in`)
if (recvID && text) {
  await register(recvID)
  const { data: message } = await im.createTextMessage(text)
  await im.sendMessage({ recvID, groupID: '', message })
}
