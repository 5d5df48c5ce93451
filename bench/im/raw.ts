import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import { WebSocketServer, type WebSocket } from 'ws'
import { everybody } from './protocols.ts'
import type { Way } from './ways.ts'

/** What one sends to others. */
interface Letter {
  readonly to: string
  readonly frame: object
}

const settings = { host: '127.0.0.1', port: 0, perMessageDeflate: false }

/** Bare `ws`: what is asked comes back. */
export async function echo(): Promise<Way> {
  const server = new WebSocketServer(settings)
  server.on('connection', socket => {
    socket.on('message', (data, isBinary) => socket.send(data, { binary: isBinary }))
  })
  await once(server, 'listening')
  return { url: addressOf(server) }
}

/** Bare `ws`: what is for one goes to him, and what is for all is a text, and a `send` for each. */
export async function relay(): Promise<Way> {
  const server = new WebSocketServer(settings)
  const users = new Map<string, WebSocket>()
  server.on('connection', (socket, request) => {
    const userID = new URLSearchParams(request.url?.slice(2)).get('sendID') ?? ''
    users.set(userID, socket)
    socket.on('close', () => users.delete(userID))
    socket.on('message', (data: Buffer) => {
      const { to, frame } = JSON.parse(data.toString()) as Letter
      const text = JSON.stringify(frame)
      if (to !== everybody) return users.get(to)?.send(text)
      for (const other of users.values()) if (other !== socket) other.send(text)
    })
  })
  await once(server, 'listening')
  return { url: addressOf(server) }
}

/** Ready bytes for bare sockets: nearly all of it is spent in the system's `write`. */
export async function floor(): Promise<Way> {
  const http = createServer()
  const server = new WebSocketServer({ server: http, perMessageDeflate: false })
  const sockets = new Set<Duplex>()
  server.on('connection', (socket, request) => {
    sockets.add(request.socket)
    socket.on('message', (data: Buffer) => {
      const payload = Buffer.from(JSON.stringify((JSON.parse(data.toString()) as Letter).frame))
      const head = Buffer.from([0x81, 126, payload.length >> 8, payload.length & 0xff])
      const bytes = Buffer.concat([head, payload])
      for (const other of sockets) if (other !== request.socket) other.write(bytes)
    })
  })
  http.listen(0, '127.0.0.1')
  await once(http, 'listening')
  return { url: addressOf(http) }
}

function addressOf(server: { address(): unknown }): string {
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}
