import { createServer, type RequestListener, type ServerResponse } from 'node:http'
import { createServer as createTcpServer, type AddressInfo, type Server, type Socket } from 'node:net'
import type { Way } from './ways.ts'

let lastId = 0

/** `res.write` of a text that is made for every reader. */
export function naive(): Promise<Way> {
  return raw((responses, event) => {
    const id = ++lastId
    for (const response of responses) response.write(`id: ${id}\ndata: ${JSON.stringify(event)}\n\n`)
  })
}

/** `res.write` of the same bytes to all. */
export function bytesOnce(): Promise<Way> {
  return raw((responses, event) => {
    const bytes = Buffer.from(`id: ${++lastId}\ndata: ${JSON.stringify(event)}\n\n`)
    for (const response of responses) response.write(bytes)
  })
}

/** Bare sockets, and no HTTP behind the head. What is published in one tick is put together once. */
export async function floor(): Promise<Way> {
  const sockets = new Set<Socket>()
  let pending: Buffer[] = []
  const flush = (): void => {
    const bytes = Buffer.concat(pending)
    pending = []
    for (const socket of sockets) socket.write(bytes)
  }
  const server = createTcpServer({ noDelay: true }, socket => {
    socket.resume().write('HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n:\n\n')
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
  return {
    url: await listening(server),
    publish(event) {
      if (pending.length === 0) setImmediate(flush)
      pending.push(Buffer.from(`id: ${++lastId}\ndata: ${JSON.stringify(event)}\n\n`))
    }
  }
}

/** A bare HTTP server. Resolves with its address. */
export function listen(listener: RequestListener): Promise<string> {
  return listening(createServer(listener))
}

async function listening(server: Server): Promise<string> {
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

async function raw(send: (responses: Set<ServerResponse>, event: object) => void): Promise<Way> {
  const responses = new Set<ServerResponse>()
  const url = await listen((_, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' })
    response.write(':\n\n')
    responses.add(response)
    response.once('close', () => responses.delete(response))
  })
  return { url, publish: event => send(responses, event) }
}
