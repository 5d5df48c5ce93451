// node client-2.3.0.mjs ann                 prints what ann gets
// node client-2.3.0.mjs bob ann 'Hello'     sends it first
import { CbEvents, OpenIMSDK } from 'open-im-sdk'
import { WebSocket } from 'ws'
import { register, socketUrl, tokenFor } from './back-end.mjs'

globalThis.WebSocket ??= WebSocket
// It was made for browsers: without a window it cannot send, and a worker is its heartbeat.
globalThis.window = { navigator: { onLine: true }, URL: { createObjectURL: () => '' } }
globalThis.Worker = class {
  terminate() {}
}
const [userID, recvID, text] = process.argv.slice(2)
const im = new OpenIMSDK()
im.on(CbEvents.ONRECVNEWMESSAGES, ({ data: messages }) => {
  for (const { sendID, content } of JSON.parse(messages)) console.log(`${sendID}: ${content}`)
})
await im.login({ userID, token: await tokenFor(userID), url: socketUrl, platformID: 5, isBatch: true })
console.log(`${userID} is logged in`)
if (recvID && text) {
  await register(recvID)
  const { data: message } = await im.createTextMessage(text)
  await im.sendMessage({ recvID, groupID: '', message })
}
