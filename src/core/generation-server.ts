import type { FastifyHttpOptions } from 'fastify'
import { Server, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import type { Cuttable } from './connections.ts'
import type { Front } from './front.ts'

/** Finds the listener of an address, for a server that wants to be behind it. */
export type Claim = (server: GenerationServer, host: string, port: number) => Promise<Front>

/**
 * The server of one gateway of several that follow each other on the same address. It has no socket of its own: a
 * {@link Front} listens, gives it what comes while it is the current one, and is closed with it if it still is. Once
 * it has been replaced, it is closed when what it was given has ended.
 */
export class GenerationServer extends Server implements Cuttable {
  readonly #claim: Claim
  readonly #answers = new Set<ServerResponse>()
  readonly #sockets = new Set<Socket>()
  #front: Front | undefined
  #closing = false

  constructor(options: FastifyHttpOptions<Server>, handler: RequestListener, claim: Claim) {
    super(options.http ?? {}, handler)
    this.#claim = claim
    if (options.keepAliveTimeout !== undefined) this.keepAliveTimeout = options.keepAliveTimeout
    if (options.requestTimeout !== undefined) this.requestTimeout = options.requestTimeout
    this.setTimeout(options.connectionTimeout)
    // A connection that somebody had taken over and gives back belongs to the listener, as it did before.
    this.removeAllListeners('connection')
    // It has no connections for Node to look after.
    this.removeAllListeners('listening')
    this.on('connection', (socket: Socket) => {
      this.#sockets.delete(socket)
      this.#front?.read(socket)
    })
    Object.defineProperty(this, 'listening', { get: () => this.#front?.listening ?? false })
  }

  /** It is the one behind a listener that is open. */
  get serving(): boolean {
    return this.#isCurrent && this.listening
  }

  /** Another one is behind its listener: still, or by now. */
  get replaced(): boolean {
    return this.#front !== undefined && !this.#isCurrent
  }

  get #isCurrent(): boolean {
    return this.#front?.current === this
  }

  /** As Node has it. Of two servers for the same address, the later one is given nothing until it is its turn. */
  override listen(...[given]: unknown[]): this {
    const { host = 'localhost', port = 0 } = given as { readonly host?: string; readonly port?: number }
    void this.#listen(host, port)
    return this
  }

  override address(): AddressInfo | null {
    return this.#front?.address ?? null
  }

  /** Answers a request of the listener. */
  answer(event: string, request: IncomingMessage, response: ServerResponse): void {
    const ended = (): void => {
      if (this.#answers.delete(response)) this.#left()
    }
    this.#answers.add(response)
    response.once('close', ended)
    // A request that was sent before the answer to the one before gets its turn on the socket later, or never.
    if (!response.socket) request.socket.once('close', ended)
    this.emit(event, request, response)
  }

  /** Takes a connection that is to become something else. */
  takeOver(event: string, request: IncomingMessage, socket: Socket, head: Buffer): void {
    this.#sockets.add(socket)
    socket.once('close', () => {
      if (this.#sockets.delete(socket)) this.#left()
    })
    if (!this.emit(event, request, socket, head)) socket.destroy()
  }

  override close(closed?: (error?: Error) => void): this {
    if (closed) this.once('close', () => closed())
    this.#closing = true
    if (this.#isCurrent) this.#front?.close(() => this.emit('close'))
    else process.nextTick(() => this.#left())
    return this
  }

  /** Resolves when nothing is under way. */
  async quiet(): Promise<void> {
    while (!this.#isQuiet) await new Promise(resolve => this.once('quiet', resolve))
  }

  override closeIdleConnections(): void {
    if (this.#isCurrent) this.#front?.sweep()
  }

  override closeAllConnections(): void {
    this.cut()
  }

  sweep(): void {
    this.closeIdleConnections()
  }

  cut(): boolean {
    if (this.#isCurrent) return this.#front?.cut() ?? false
    const any = !this.#isQuiet
    for (const { req } of this.#answers) req.socket.destroy()
    for (const socket of this.#sockets) socket.destroy()
    return any
  }

  get #isQuiet(): boolean {
    return this.#answers.size === 0 && this.#sockets.size === 0
  }

  async #listen(host: string, port: number): Promise<void> {
    try {
      this.#front = await this.#claim(this, host, port)
    } catch (error) {
      this.emit('error', error)
      return
    }
    this.emit('listening')
  }

  #left(): void {
    if (!this.#isQuiet) return
    this.emit('quiet')
    if (this.#closing && !this.#isCurrent) this.emit('close')
  }
}
