import { randomBytes } from 'node:crypto'
import { WebSocket, type RawData } from 'ws'
import type { FastifyBaseLogger } from 'fastify'
import { HostList, targetOf, type Clock, type Timer } from '../../../core/index.ts'
import { readChunk } from '../protocol/body-chunk.ts'
import { subprotocol, type GatewayFrame, type RequestFrame, type WorkerFrame } from '../protocol/frames.ts'
import { isSameMac, loginMac } from '../protocol/keys.ts'
import { FrameFault, maxControlBytes, readGatewayFrame } from '../protocol/read-frame.ts'
import { Job, type JobLine } from './job.ts'
import type { Target } from './target.ts'

/** What a worker is started with. */
export interface WorkerOptions {
  /** `wss://gateway.example.edu/_spider`. */
  readonly gateway: string
  readonly name: string
  /** Name of the key. */
  readonly kid: string
  /** The key itself, as the gateway gives it out. */
  readonly secret: string
  /** The only hosts that this worker asks; what the gateway wants of others is refused. */
  readonly hosts: readonly string[]
  readonly maxInFlight: number
  readonly target: Target
  readonly clock: Clock
  readonly log: FastifyBaseLogger
  /** From 0 up to 1. */
  readonly random?: () => number
}

/** Bounds of the wait before a connection is made again: full jitter, doubled with each attempt. */
const reconnectMs = { first: 1_000, last: 60_000 }
const openTimeoutMs = 10_000
/** Until the gateway says otherwise. */
const loginHeartbeatMs = 20_000

/** A worker: connects to the gateway, again and again, and makes the requests that it is handed. */
export class FetchWorker implements JobLine {
  readonly #options: WorkerOptions
  readonly #hosts: HostList
  readonly #jobs = new Map<number, Job>()
  #socket: WebSocket | undefined
  #nonce = ''
  #challenge = ''
  #heartbeatMs = loginHeartbeatMs
  #heardAt = 0
  #attempt = 0
  #ready = false
  #stopping = false
  #timer: Timer | undefined
  #idle: (() => void) | undefined

  /** @throws {TypeError} for a host that is none @throws {SyntaxError} for a gateway that is no WebSocket URL */
  constructor(options: WorkerOptions) {
    this.#options = options
    this.#hosts = new HostList(options.hosts)
    const { protocol } = new URL(options.gateway)
    if (!/^wss?:$/.test(protocol)) throw new SyntaxError('The URL of a gateway begins with wss:// or ws://')
  }

  /** Whether the gateway has accepted this worker and may hand it requests. */
  get ready(): boolean {
    return this.#ready
  }

  /** Requests under way. */
  get inFlight(): number {
    return this.#jobs.size
  }

  /** Connects, now and whenever the connection is lost. */
  start(): void {
    const { gateway, log } = this.#options
    this.#attempt++
    this.#nonce = randomBytes(32).toString('base64url')
    const socket = new WebSocket(gateway, subprotocol, {
      handshakeTimeout: openTimeoutMs,
      maxPayload: maxControlBytes,
      perMessageDeflate: false
    })
    this.#socket = socket
    socket.on('open', () => this.#hello())
    socket.on('message', (data: RawData, isBinary: boolean) => this.#received(data as Buffer, isBinary))
    socket.on('ping', () => (this.#heardAt = this.#options.clock.monotonic()))
    socket.on('error', (error: NodeJS.ErrnoException) =>
      log.warn({ because: error.code ?? error.message }, 'the connection to the gateway failed')
    )
    socket.on('close', (code: number) => this.#closed(code))
  }

  /** Takes no more requests, finishes those that it has, and ends. @param signal aborts when there is no more time */
  async stop(signal?: AbortSignal): Promise<void> {
    this.#stopping = true
    this.#timer?.cancel()
    if (this.#ready) this.send({ type: 'drain' })
    if (this.#jobs.size > 0 && !signal?.aborted)
      await new Promise<void>(resolve => {
        this.#idle = resolve
        signal?.addEventListener('abort', () => resolve(), { once: true })
      })
    for (const job of this.#jobs.values()) job.cancel()
    this.#timer?.cancel()
    const socket = this.#socket
    if (!socket || socket.readyState === WebSocket.CLOSED) return
    const closed = new Promise<void>(resolve => socket.once('close', () => resolve()))
    if (socket.readyState === WebSocket.OPEN) socket.close(1001)
    else socket.terminate()
    const cut = this.#options.clock.after(openTimeoutMs, () => socket.terminate())
    await closed
    cut.cancel()
  }

  send(frame: WorkerFrame): void {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(frame), () => undefined)
  }

  sendBytes(frame: Buffer): Promise<void> {
    return new Promise(resolve => {
      if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(frame, () => resolve())
      else resolve()
    })
  }

  #hello(): void {
    const { name, hosts, maxInFlight, clock } = this.#options
    this.#heardAt = clock.monotonic()
    this.#watch()
    const caps = { maxInFlight, hosts: [...hosts] }
    this.send({ type: 'hello', v: 1, name, nonce: this.#nonce, caps })
  }

  #received(data: Buffer, isBinary: boolean): void {
    this.#heardAt = this.#options.clock.monotonic()
    try {
      if (!isBinary) return this.#frame(readGatewayFrame(data))
      const { stream, payload, last } = readChunk(data)
      return this.#jobs.get(stream)?.received(payload, last)
    } catch (error) {
      if (!(error instanceof FrameFault)) throw error
      this.#options.log.warn({ because: error.message }, 'the gateway sent what is no frame')
      return this.#socket?.close(1008)
    }
  }

  #frame(frame: GatewayFrame): void {
    const { log, kid } = this.#options
    if (frame.type === 'challenge') {
      this.#challenge = frame.nonce
      return this.send({ type: 'auth', kid, mac: this.#mac('worker') })
    }
    if (frame.type === 'deny') return log.error({ because: frame.reason }, 'the gateway refuses this worker')
    if (frame.type === 'ready' || frame.type === 'pending') {
      if (this.#challenge === '' || !isSameMac(frame.mac, this.#mac('gateway'))) {
        log.error('this is not the gateway that the key is of')
        return this.#socket?.close(1008)
      }
      if (frame.type === 'pending') return log.info('waiting to be accepted by an operator')
      this.#heartbeatMs = frame.heartbeatMs
      this.#ready = true
      this.#attempt = 0
      return log.info({ session: frame.session }, 'ready')
    }
    if (!this.#ready) throw new FrameFault('it comes before this worker is ready')
    if (frame.type === 'req') this.#take(frame)
    else if (frame.type === 'cancel') this.#jobs.get(frame.id)?.cancel()
    else log.info('the gateway hands out nothing more')
    return undefined
  }

  #take(frame: RequestFrame): void {
    const { id } = frame
    const { maxInFlight, target, clock } = this.#options
    if (this.#jobs.has(id)) throw new FrameFault('it is asked for already')
    if (this.#stopping || this.#jobs.size >= maxInFlight)
      return this.send({ type: 'err', id, kind: 'busy', message: 'no room', sent: false })
    const serves = (url: URL): boolean => this.#hosts.has(targetOf(url))
    const job = new Job({ frame, line: this, target, clock, serves, over: () => this.#over(id) })
    this.#jobs.set(id, job)
    return job.start()
  }

  #over(id: number): void {
    this.#jobs.delete(id)
    if (this.#jobs.size === 0) this.#idle?.()
  }

  #mac(side: 'worker' | 'gateway'): string {
    const { name, secret } = this.#options
    return loginMac(secret, side, { name, helloNonce: this.#nonce, challengeNonce: this.#challenge })
  }

  /** A gateway that does not ping is gone, whatever TCP believes. */
  #watch(): void {
    const { clock } = this.#options
    this.#timer = clock.after(this.#heartbeatMs, () => {
      if (clock.monotonic() - this.#heardAt < this.#heartbeatMs * 2.5) return this.#watch()
      this.#options.log.warn('the gateway is silent')
      return this.#socket?.terminate()
    })
  }

  #closed(code: number): void {
    const { clock, log, random = Math.random } = this.#options
    this.#timer?.cancel()
    this.#ready = false
    this.#challenge = ''
    this.#heartbeatMs = loginHeartbeatMs
    for (const job of this.#jobs.values()) job.cancel()
    if (this.#stopping) return
    const bound = Math.min(reconnectMs.last, reconnectMs.first * 2 ** Math.min(this.#attempt, 30))
    const waitMs = Math.round(random() * bound)
    log.info({ code, waitMs }, 'connecting again')
    this.#timer = clock.after(waitMs, () => this.start())
  }
}
