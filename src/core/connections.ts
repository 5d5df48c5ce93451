import type { Server } from 'node:http'
import type { Socket } from 'node:net'

/** What a close has to do with the connections of a server. */
export interface Cuttable {
  /** Ends those on which nothing is under way. */
  sweep(): void
  /** Ends all of them, whatever is under way. @returns whether there were any */
  cut(): boolean
}

/** The open connections of a server, those that have become WebSockets included. */
export class Connections implements Cuttable {
  readonly #server: Server
  readonly #sockets = new Set<Socket>()

  constructor(server: Server) {
    this.#server = server
    server.on('connection', (socket: Socket) => {
      this.#sockets.add(socket)
      socket.once('close', () => this.#sockets.delete(socket))
    })
  }

  sweep(): void {
    this.#server.closeIdleConnections()
    // Node takes a connection for idle only after its first request.
    for (const socket of this.#sockets) if (socket.bytesRead === 0) socket.destroy()
  }

  cut(): boolean {
    const any = this.#sockets.size > 0
    for (const socket of this.#sockets) socket.destroy()
    return any
  }
}
