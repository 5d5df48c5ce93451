import type { Socket } from 'node:net'
import type { RawData, WebSocket } from 'ws'
import { targetOf, type Timed, type Wheel } from '../../../core/index.ts'
import type { WorkersSettings } from '../config.ts'
import { readChunk } from '../protocol/body-chunk.ts'
import type { GatewayFrame, WorkerFrame } from '../protocol/frames.ts'
import { FrameFault, readWorkerFrame } from '../protocol/read-frame.ts'
import type {
  WorkerAnswer,
  WorkerFailure,
  WorkerFetchOptions,
  WorkerRequest,
  WorkerStatus
} from '../service.ts'
import type { Counters, Denial } from './counters.ts'
import { Login, type LoginOptions, type WorkerFacts } from './login.ts'
import { WorkerCall, type CallLine } from './worker-call.ts'

/** What all connections share. */
export interface LinkHost extends LoginOptions {
  readonly settings: WorkersSettings
  readonly wheel: Wheel
  readonly counters: Counters
  /** Milliseconds since the Unix epoch. */
  readonly wallNow: () => number
  /** A worker has logged in. Returns why it may not stay, if it may not. */
  admit(link: WorkerLink): Denial | 'pending' | undefined
  /** It is a worker's no longer. `why` is for the log. */
  gone(link: WorkerLink, why: string): void
}

/** Bytes of a frame, and of all frames, before it is known who sends them. */
const maxLoginFrameBytes = 4_096
const maxLoginBytes = 10_240
/** A worker that takes no more bytes gets no request. */
const maxBufferedBytes = 8_388_608
const policyViolation = 1008
const goingAway = 1001
/** Newer answers count for so much in the latency. */
const newest = 0.2
const leastFailureMs = 1_000

type Phase = 'login' | 'pending' | 'ready' | 'draining' | 'closed'

/** One connection: a login at first, then a worker and the requests that it has. */
export class WorkerLink implements Timed, CallLine {
  dueAt = 0
  slot = -1
  readonly session: string
  /** Who it counts for until it has logged in. */
  readonly network: string
  readonly #socket: WebSocket
  readonly #host: LinkHost
  readonly #login: Login
  readonly #calls = new Map<number, WorkerCall>()
  readonly #connectedAt: number
  #facts: WorkerFacts | undefined
  #phase: Phase = 'login'
  #heardAt: number
  #lastId = 0
  #requests = 0
  #failures = 0
  #latencyMs = 0

  constructor(socket: WebSocket, tcp: Socket, network: string, host: LinkHost) {
    this.session = host.nonce().slice(0, 16).replace(/^[-_]/, 'x')
    this.network = network
    this.#socket = socket
    this.#host = host
    this.#login = new Login(host)
    this.#connectedAt = host.wallNow()
    this.#heardAt = host.wheel.now()
    host.wheel.schedule(this, this.#heardAt + host.settings.authMs)
    const before = tcp.bytesRead
    const watch = (): void => {
      if (this.#phase !== 'login') tcp.off('data', watch)
      else if (tcp.bytesRead - before > maxLoginBytes) this.#tooMuch()
    }
    tcp.on('data', watch)
    socket.on('message', (data: RawData, isBinary: boolean) => this.#received(data as Buffer, isBinary))
    for (const sign of ['ping', 'pong'] as const) socket.on(sign, () => (this.#heardAt = host.wheel.now()))
    socket.on('close', (code: number) => this.#closed(`the connection ended (${code})`))
    // What is wrong is in the close code, and the close follows.
    socket.on('error', () => undefined)
  }

  get phase(): Phase {
    return this.#phase
  }

  /** The worker's name; empty before it has logged in. */
  get worker(): string {
    return this.#facts?.name ?? ''
  }

  get inFlight(): number {
    return this.#calls.size
  }

  /** How long a request may be expected to take here: the less the better. */
  get load(): number {
    return (this.#calls.size + 1) * Math.max(1, this.#latencyMs)
  }

  /** Whether it may be given a request now. */
  mayTake(url: URL): boolean {
    if (this.#phase !== 'ready' || !this.#facts) return false
    if (this.#calls.size >= this.#maxInFlight || this.#socket.bufferedAmount > maxBufferedBytes) return false
    return this.#facts.hosts.length === 0 || this.#facts.list.has(targetOf(url))
  }

  /** Gives it a request. @throws {WorkerFailure} by rejecting */
  fetch(request: WorkerRequest, options: WorkerFetchOptions): Promise<WorkerAnswer> {
    const { wheel, settings } = this.#host
    this.#requests++
    const id = ++this.#lastId
    const call = new WorkerCall({ id, request, options, wheel, line: this, ackMs: settings.ackMs })
    this.#calls.set(id, call)
    return call.answer
  }

  /** An operator has accepted it. */
  accept(): void {
    if (this.#phase === 'pending') this.#ready()
  }

  /** Gives it no more requests; it may finish those that it has. */
  drain(): void {
    if (this.#phase !== 'ready') return
    this.#phase = 'draining'
    this.send({ type: 'drain' })
  }

  /** Tells it to go, and why. */
  deny(reason: Denial): void {
    if (this.#phase === 'closed') return
    this.#host.counters.denied[reason]++
    this.send({ type: 'deny', reason })
    this.#socket.close(policyViolation, reason)
    this.#closed(`it was denied: ${reason}`)
    this.#cutLater()
  }

  /** Ends the connection. */
  close(): void {
    this.#socket.close(goingAway)
    this.#closed('the gateway closes')
    this.#cutLater()
  }

  /** Cuts the connection. */
  cut(): void {
    this.#socket.terminate()
    this.#closed('it was cut')
  }

  due(now: number): void {
    const { settings, wheel, counters } = this.#host
    if (this.#phase === 'closed') return this.#socket.terminate()
    if (this.#phase === 'login') return this.deny('late')
    if (now - this.#heardAt >= settings.heartbeatMs * 2) {
      counters.dead++
      this.#socket.terminate()
      return this.#closed('it was silent for too long')
    }
    this.#socket.ping()
    wheel.schedule(this, now + settings.heartbeatMs)
  }

  send(frame: GatewayFrame): void {
    this.#socket.send(JSON.stringify(frame), () => undefined)
  }

  sendBytes(frame: Buffer): void {
    this.#socket.send(frame, () => undefined)
  }

  over(call: WorkerCall, failure: WorkerFailure | undefined): void {
    this.#calls.delete(call.id)
    const tookMs = this.#host.wheel.now() - call.startedAt
    const isAborted = failure?.kind === 'aborted'
    // Who gave up early shows nothing; who gave up late shows that the answer takes longer than that.
    if (isAborted && tookMs <= this.#latencyMs) return
    const hasFailed = failure !== undefined && !isAborted
    if (hasFailed) this.#failures++
    // A worker that fails fast, perhaps because it has no network, must not look like a fast one.
    const ms = hasFailed && failure.kind !== 'too_large' ? Math.max(tookMs, leastFailureMs) : tookMs
    this.#latencyMs = this.#latencyMs === 0 ? ms : this.#latencyMs * (1 - newest) + ms * newest
  }

  status(): WorkerStatus {
    return {
      name: this.worker,
      session: this.session,
      state: this.#phase === 'pending' || this.#phase === 'draining' ? this.#phase : 'ready',
      inFlight: this.#calls.size,
      maxInFlight: this.#maxInFlight,
      requests: this.#requests,
      failures: this.#failures,
      latencyMs: Math.round(this.#latencyMs),
      connectedAt: this.#connectedAt,
      hosts: this.#facts?.hosts ?? []
    }
  }

  get #maxInFlight(): number {
    return Math.min(this.#facts?.maxInFlight ?? 0, this.#host.settings.maxInFlight)
  }

  #received(data: Buffer, isBinary: boolean): void {
    if (this.#phase === 'closed') return
    this.#heardAt = this.#host.wheel.now()
    try {
      if (isBinary) this.#chunk(data)
      else if (this.#phase !== 'login') this.#frame(readWorkerFrame(data))
      else if (data.length > maxLoginFrameBytes) throw new FrameFault('it is too large for a login')
      else this.#step(readWorkerFrame(data))
    } catch (error) {
      if (!(error instanceof FrameFault)) throw error
      this.#host.counters.malformedFrames++
      this.deny('malformed')
    }
  }

  #step(frame: WorkerFrame): void {
    const step = this.#login.step(frame)
    if ('challenge' in step) return this.send({ type: 'challenge', nonce: step.challenge })
    if ('denied' in step) return this.deny(step.denied)
    const { wheel, settings, counters } = this.#host
    this.#facts = step.worker
    const verdict = this.#host.admit(this)
    if (verdict !== undefined && verdict !== 'pending') return this.deny(verdict)
    counters.logins++
    wheel.schedule(this, wheel.now() + settings.heartbeatMs)
    if (verdict === undefined) return this.#ready()
    this.#phase = 'pending'
    return this.send({ type: 'pending', mac: step.worker.mac })
  }

  #ready(): void {
    const { heartbeatMs } = this.#host.settings
    this.#phase = 'ready'
    const { session } = this
    const mac = this.#facts?.mac ?? ''
    this.send({ type: 'ready', session, heartbeatMs, maxInFlight: this.#maxInFlight, mac })
  }

  #frame(frame: WorkerFrame): void {
    if (frame.type === 'drain') return this.#phase === 'ready' ? void (this.#phase = 'draining') : undefined
    if (frame.type === 'hello' || frame.type === 'auth') throw new FrameFault('it has logged in already')
    const call = this.#callOf(frame.id)
    if (!call) return
    if (frame.type === 'ack') call.taken()
    else if (frame.type === 'res') call.answered(frame)
    else call.failed(frame)
  }

  #chunk(data: Buffer): void {
    if (this.#phase === 'login') throw new FrameFault('a chunk has no place in a login')
    const { stream, last, payload } = readChunk(data)
    this.#callOf(stream)?.received(payload, last)
  }

  /** `undefined` for one that is over: what is late is no fault. */
  #callOf(id: number): WorkerCall | undefined {
    if (id > this.#lastId) throw new FrameFault('nobody asked for it')
    const call = this.#calls.get(id)
    if (!call) this.#host.counters.lateFrames++
    return call
  }

  #closed(why: string): void {
    if (this.#phase === 'closed') return
    this.#phase = 'closed'
    this.#host.wheel.cancel(this)
    for (const call of this.#calls.values()) call.lost()
    this.#host.gone(this, why)
  }

  /** A frame that does not end would never be read. */
  #tooMuch(): void {
    this.#host.counters.malformedFrames++
    this.#host.counters.denied.malformed++
    this.cut()
  }

  /** Who does not answer the close within the time of a login is cut. */
  #cutLater(): void {
    const { wheel, settings } = this.#host
    if (this.#socket.readyState === this.#socket.CLOSED) return
    wheel.schedule(this, wheel.now() + settings.authMs)
    this.#socket.once('close', () => wheel.cancel(this))
  }
}
