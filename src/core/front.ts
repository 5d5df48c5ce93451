import { Server, type IncomingMessage, type ServerResponse } from 'node:http'
import { once } from 'node:events'
import { lookup } from 'node:dns/promises'
import { createServer, type AddressInfo, type Server as NetServer, type Socket } from 'node:net'
import { Connections, type Cuttable } from './connections.ts'
import type { GenerationServer } from './generation-server.ts'

type Listener = Parameters<NodeJS.EventEmitter['on']>[1]

const answered = ['request', 'checkContinue', 'checkExpectation'] as const
const takenOver = ['upgrade', 'connect'] as const
/** What Node reads from a server for each connection or request, and thus can be changed while it listens. */
const changeable = [
  'timeout',
  'keepAliveTimeout',
  'headersTimeout',
  'requestTimeout',
  'maxHeadersCount',
  'maxRequestsPerSocket',
  'requireHostHeader'
] as const

/**
 * A listener that outlives the gateways behind it: what comes is given to the server of the one that is current. Its
 * connections stay when the next one takes over, and bring their next requests to that.
 */
export class Front implements Cuttable {
  readonly #server: Server
  /** Further addresses of the same host. */
  readonly #others: NetServer[] = []
  readonly #connections: Connections
  #current: GenerationServer

  private constructor(first: GenerationServer) {
    this.#server = new Server({
      connectionsCheckingInterval: Number(Reflect.get(first, 'connectionsCheckingInterval'))
    })
    this.#connections = new Connections(this.#server)
    this.#current = first
    this.serve(first)
  }

  /**
   * Listens for the first of the servers behind it.
   * @throws {Error} as Node has it: `EADDRINUSE`, …
   */
  static async listen(first: GenerationServer, host: string, port: number): Promise<Front> {
    const front = new Front(first)
    front.#server.listen({ host, port })
    await once(front.#server, 'listening')
    if (host === 'localhost') await front.#listenElsewhere(host)
    return front
  }

  get current(): GenerationServer {
    return this.#current
  }

  /** False from the beginning of its close on. */
  get listening(): boolean {
    return this.#server.listening
  }

  get address(): AddressInfo | null {
    return this.#server.address() as AddressInfo | null
  }

  /** Gives what comes from now on to `server`, and takes over how long it waits for what. */
  serve(server: GenerationServer): void {
    this.#current = server
    for (const name of changeable) Reflect.set(this.#server, name, Reflect.get(server, name))
    // Node does by itself what nobody listens for: an upgrade, for instance, is then a request as any other.
    for (const name of answered)
      this.#hear(name, (request: IncomingMessage, response: ServerResponse) =>
        this.#current.answer(name, request, response)
      )
    for (const name of takenOver)
      this.#hear(name, (request: IncomingMessage, socket: Socket, head: Buffer) =>
        this.#current.takeOver(name, request, socket, head)
      )
    this.#hear('clientError', (error: Error, socket: Socket) => {
      if (!this.#current.emit('clientError', error, socket)) socket.destroy()
    })
  }

  /** Reads a connection (again). */
  read(socket: Socket): void {
    this.#server.emit('connection', socket)
  }

  /** @param closed called when it has been closed and its last connection has ended */
  whenClosed(closed: () => void): void {
    this.#server.once('close', closed)
  }

  /** Accepts no connection any more. @param closed called when the last one has ended */
  close(closed: () => void): void {
    const servers = [this.#server, ...this.#others]
    let open = servers.length
    for (const server of servers)
      server.close(() => {
        if (--open === 0) closed()
      })
  }

  sweep(): void {
    this.#connections.sweep()
  }

  cut(): boolean {
    return this.#connections.cut()
  }

  /** Where one of its addresses cannot be had, it is done without. */
  async #listenElsewhere(host: string): Promise<void> {
    const { address: first, port } = this.#server.address() as AddressInfo
    for (const { address } of await lookup(host, { all: true })) {
      if (address === first) continue
      const other = createServer({ allowHalfOpen: true, noDelay: true }, socket => this.read(socket))
      other.listen(port, address)
      const heard = await once(other, 'listening').catch(() => undefined)
      if (heard) this.#others.push(other)
    }
  }

  #hear(name: string, listener: Listener): void {
    this.#server.removeAllListeners(name)
    if (this.#current.listenerCount(name) > 0) this.#server.on(name, listener)
  }
}
