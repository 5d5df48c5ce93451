import type { Socket } from 'node:net'
import { WebSocket, WebSocketServer, type RawData, type Server } from 'ws'

/** What a socket tells its connection. */
export interface SocketOwner {
  received(data: Buffer): void
  ponged(): void
  /** @param isClean the closing handshake has taken place */
  closed(isClean: boolean): void
}

/** A WebSocket that knows its connection: so all of them share their listeners. */
export class ClientSocket extends WebSocket {
  owner: SocketOwner | undefined
}

/** What a socket that was cut off has for a close code (RFC 6455 §7.4.1). */
const abnormalClosure = 1006

/** Opens WebSockets on upgraded connections. Compression is off: it multiplies the memory of a connection. */
export function socketServer(maxFrameBytes: number): Server<typeof ClientSocket> {
  return new WebSocketServer({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload: maxFrameBytes,
    WebSocket: ClientSocket
  })
}

/** Lets `owner` hear of all that happens to a socket. */
export function listen(socket: ClientSocket, owner: SocketOwner): void {
  socket.owner = owner
  socket.on('message', received)
  socket.on('pong', ponged)
  socket.on('close', closed)
  // What is wrong is in the close code (1002, 1007, 1009), and the close follows.
  socket.on('error', ignored)
}

function received(this: WebSocket, data: RawData): void {
  ;(this as ClientSocket).owner?.received(data as Buffer)
}

function ponged(this: WebSocket): void {
  ;(this as ClientSocket).owner?.ponged()
}

function closed(this: WebSocket, code: number): void {
  const socket = this as ClientSocket
  const { owner } = socket
  socket.owner = undefined
  owner?.closed(code !== abnormalClosure)
}

function ignored(): void {}

/** Calls `exceeded` with whatever comes in after a connection has sent `maxBytes`. @returns ends the watch */
export function watchBytes(tcp: Socket, maxBytes: number, exceeded: () => void): () => void {
  const look = (): void => {
    if (tcp.bytesRead > maxBytes) exceeded()
  }
  tcp.on('data', look)
  return () => void tcp.off('data', look)
}
