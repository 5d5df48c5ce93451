import { createServer } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { Server } from 'socket.io'
import { everybody } from './protocols.ts'
import type { Way } from './ways.ts'

/** socket.io as it comes, over WebSockets alone and nearly without pings. */
export async function socketIo(): Promise<Way> {
  const http = createServer()
  const io = new Server(http, { transports: ['websocket'], serveClient: false, pingInterval: 300_000 })
  io.on('connection', async socket => {
    const { sendID } = socket.handshake.query
    await socket.join([everybody, String(sendID)])
    socket.on('echo', (data: object, answer: (data: object) => void) => answer(data))
    socket.on('message', (to: string, frame: object) => socket.to(to).emit('frame', frame))
  })
  http.listen(0, '127.0.0.1')
  await once(http, 'listening')
  return { url: `http://127.0.0.1:${(http.address() as AddressInfo).port}` }
}
