import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { WebSocketServer, type WebSocket } from 'ws'
import { newMessageFrame } from './message.ts'
import type { Way } from './ways.ts'

/** What comes back, and what goes on to others, in one server each: neither shall pay for the other. */
export type Duty = 'echo' | 'relay'

/** Bare `ws`. A message for all is a text, and a `send` for each. */
export async function raw(duty: Duty): Promise<Way> {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0, perMessageDeflate: false })
  const users = new Map<string, WebSocket>()
  server.on('connection', (socket, request) => {
    const userID = new URLSearchParams(request.url?.slice(2)).get('sendID') ?? ''
    users.set(userID, socket)
    socket.on('close', () => users.delete(userID))
    if (duty === 'echo') socket.on('message', (data, isBinary) => socket.send(data, { binary: isBinary }))
    else
      socket.on('message', (data: Buffer) => {
        const { to, frame } = JSON.parse(data.toString()) as { to: string; frame: object }
        users.get(to)?.send(JSON.stringify(frame))
      })
  })
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    publish() {
      const text = JSON.stringify(newMessageFrame('sender', { groupID: 'group' }))
      for (const socket of users.values()) socket.send(text)
    }
  }
}
