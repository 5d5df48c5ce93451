// node client-2.0.3.mjs ann                 prints what ann gets
// node client-2.0.3.mjs bob ann 'Hello'     sends it first
import { CbEvents, OpenIMSDK } from 'open-im-sdk'
import { WebSocket } from 'ws'
import { register, socketUrl, tokenFor } from './back-end.mjs'

globalThis.WebSocket ??= WebSocket
const [userID, recvID, text] = process.argv.slice(2)
const im = new OpenIMSDK()
im.on(CbEvents.ONRECVNEWMESSAGE, ({ data: message }) => {
  const { sendID, content } = JSON.parse(message)
  console.log(`${sendID}: ${content}`)
})
await im.login({ userID, token: await tokenFor(userID), url: socketUrl, platformID: 5 })
console.log(`${userID} is logged in`)
if (recvID && text) {
  await register(recvID)
  const { data: message } = await im.createTextMessage(text)
  await im.sendMessage({ recvID, groupID: '', message })
}
