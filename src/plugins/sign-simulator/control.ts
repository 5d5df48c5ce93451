import { systemClock, type Clock } from '../../core/index.ts'
import { SimulatedCard, type CardOptions } from './card.ts'
import { readerFailed } from './control-error.ts'
import { handshakeFrame, replyFrames, type ReplyForm } from './delivery.ts'
import type { ConnectFault, FaultSource, Handshake, Moment, RequestFault, Script } from './faults.ts'
import { parseRequest, type ControlRequest, type ReplyBody } from './frames.ts'
import { execute, isSigning } from './methods.ts'
import { Peer, type Link } from './peer.ts'
import { between, mulberry32, type Random } from './random.ts'
import { FrameRecord } from './record.ts'
import { faultSource } from './script.ts'

/** How the control behaves while no fault strikes. */
export interface Behaviour extends ReplyForm {
  readonly handshake: Handshake
  readonly handshakeDelayMs: number
  /** How long the card takes for a request: a fixed time, or one drawn from a range. */
  readonly delayMs: number | readonly [from: number, to: number]
  /** `serial`: one request at a time, as a card works. `concurrent`: all at once, so that replies may overtake. */
  readonly order: 'serial' | 'concurrent'
}

/** What a simulated control is made with. */
export interface ControlOptions extends CardOptions, Partial<Behaviour> {
  readonly script?: Script
  /** Draws delays. Default 1. */
  readonly seed?: number
  /** Frames that the record holds. Default 10,000. */
  readonly recordLimit?: number
  readonly clock?: Clock
}

/** An answer to a client that wants to connect. */
export interface Admission {
  /** Set: refused with this HTTP status. */
  readonly refusedWith: number | undefined
  /** Sends the handshake and begins to serve. */
  connect(link: Link): Connection
}

/** The simulator's ear for one link. */
export interface Connection {
  /** Takes a text frame (string) or a binary one (Buffer). */
  receive(frame: string | Buffer): void
  /** The link has ended. */
  ended(): void
}

interface Job {
  readonly peer: Peer
  readonly request: ControlRequest
  readonly faults: readonly RequestFault[]
  readonly ms: number
}

const usual: Behaviour = {
  handshake: 'open',
  handshakeDelayMs: 0,
  delayMs: 0,
  order: 'serial',
  replies: 'full',
  idEcho: 'same'
}

/** The control of one card, without a network: what clients send goes in, what it would send goes to their links. */
export class SimulatedControl {
  readonly card: SimulatedCard
  readonly record: FrameRecord
  /** What happened so far. `signatures` counts those made, sent or not; `lost` the replies nobody was there to take. */
  readonly counters = {
    connections: 0,
    refused: 0,
    requests: 0,
    ignored: 0,
    signatures: 0,
    replies: 0,
    lost: 0,
    faults: 0
  }
  readonly #clock: Clock
  readonly #random: Random
  readonly #peers = new Set<Peer>()
  readonly #queue: Job[] = []
  #behaviour: Behaviour
  #faults: FaultSource
  #held: (() => void)[] = []
  #busy = false

  constructor(options: ControlOptions) {
    this.card = new SimulatedCard(options)
    this.record = new FrameRecord(options.recordLimit ?? 10_000)
    this.#clock = options.clock ?? systemClock
    this.#random = mulberry32(options.seed ?? 1)
    this.#behaviour = { ...usual, ...options }
    this.#faults = faultSource(options.script ?? [])
  }

  /** Clients connected now. */
  get connected(): number {
    return this.#peers.size
  }

  /** Changes how the control behaves from the next frame on. */
  set(changes: Partial<Behaviour>): void {
    this.#behaviour = { ...this.#behaviour, ...changes }
  }

  /** Replaces the script. */
  play(script: Script): void {
    this.#faults = faultSource(script)
  }

  /** Sends the replies that `hold` held back, oldest first, and says how many there were. */
  release(): number {
    const held = this.#held
    this.#held = []
    for (const send of held) send()
    return held.length
  }

  /** Sends a frame that nobody asked for to every client. */
  broadcast(frame: string | Buffer): void {
    for (const peer of this.#peers) peer.send(frame)
  }

  /** Cuts all connections, as when the control's process dies. */
  cutAll(): void {
    for (const peer of this.#peers) peer.cut()
  }

  /** Makes all connections half-open. */
  freezeAll(): void {
    for (const peer of this.#peers) peer.freeze()
  }

  /** Decides on a client that wants to connect. */
  admit(): Admission {
    const number = ++this.counters.connections
    const faults = this.#faults.connect?.(number) ?? []
    this.counters.faults += faults.length
    const refusal = faults.find(fault => fault.do === 'refuse')
    if (refusal) this.counters.refused++
    return {
      refusedWith: refusal && (refusal.status ?? 503),
      connect: link => this.#connect(new Peer(number, link, this.#clock), faults)
    }
  }

  #connect(peer: Peer, faults: readonly ConnectFault[]): Connection {
    this.#peers.add(peer)
    const { handshake, handshakeDelayMs } = this.#behaviour
    const other = faults.find(fault => fault.do === 'handshake')
    if (faults.some(fault => fault.do === 'freeze')) peer.freeze()
    this.#after(other ? (other.delayMs ?? 0) : handshakeDelayMs, () => {
      const frame = handshakeFrame(other?.as ?? handshake)
      if (frame) peer.send(frame)
      for (const fault of faults) {
        if (fault.do === 'drop') this.#after(fault.afterMs ?? 0, () => peer.cut())
        if (fault.do === 'close') this.#after(fault.afterMs ?? 0, () => peer.close(fault.code, fault.reason))
      }
    })
    return {
      receive: frame => this.#receive(peer, frame),
      ended: () => {
        peer.ended()
        this.#peers.delete(peer)
      }
    }
  }

  #receive(peer: Peer, frame: string | Buffer): void {
    if (!peer.open) return
    const text = typeof frame === 'string' ? frame : undefined
    const request = text === undefined ? undefined : parseRequest(text)
    this.record.add(peer.number, text, request)
    if (!request) return void this.counters.ignored++
    this.counters.requests++
    const faults = this.#faults.request?.(request.method) ?? []
    this.counters.faults += faults.length
    if (faults.some(fault => fault.do === 'ignore')) return
    if (faults.some(fault => fault.do === 'freeze')) return peer.freeze()
    if (end(peer, faults, 'unread')) return
    const extra = faults.reduce((sum, fault) => (fault.do === 'delay' ? sum + fault.ms : sum), 0)
    this.#admitJob({ peer, request, faults, ms: between(this.#behaviour.delayMs, this.#random) + extra })
  }

  #admitJob(job: Job): void {
    if (this.#behaviour.order === 'concurrent') return this.#after(job.ms, () => this.#answer(job))
    this.#queue.push(job)
    this.#next()
  }

  #next(): void {
    while (!this.#busy) {
      const job = this.#queue.shift()
      if (!job) return
      this.#busy = true
      this.#after(job.ms, () => {
        this.#answer(job)
        this.#busy = false
        if (job.ms > 0) this.#next()
      })
    }
  }

  #answer({ peer, request, faults }: Job): void {
    const body = refusedBy(faults) ?? execute(request, this.card, peer.session)
    if (body.Result === true && isSigning(request.method)) this.counters.signatures++
    if (end(peer, faults, 'before-reply')) return void this.counters.lost++
    const frames = replyFrames(request, body, faults, this.#behaviour, this.card.key)
    const send = (): void => {
      this.counters[peer.open ? 'replies' : 'lost']++
      const drip = faults.find(fault => fault.do === 'drip')
      for (const frame of frames)
        if (drip && typeof frame === 'string') peer.drip(frame, drip.parts, drip.everyMs)
        else peer.send(frame)
      end(peer, faults, 'after-reply')
    }
    if (faults.some(fault => fault.do === 'hold')) return void this.#held.push(send)
    this.#after(faults.find(fault => fault.do === 'late')?.ms ?? 0, send)
  }

  #after(ms: number, task: () => void): void {
    if (ms > 0) this.#clock.after(ms, task)
    else task()
  }
}

function refusedBy(faults: readonly RequestFault[]): ReplyBody | undefined {
  for (const fault of faults) {
    if (fault.do === 'fail') return { Result: false, Data: [], Error: [fault.text, fault.code] }
    if (fault.do !== 'reader') continue
    const { message, code } = readerFailed(fault.code)
    return { Result: false, Data: [], Error: [message, code] }
  }
  return undefined
}

function end(peer: Peer, faults: readonly RequestFault[], moment: Moment): boolean {
  for (const fault of faults) {
    if (fault.do === 'drop' && fault.when === moment) peer.cut()
    else if (fault.do === 'close' && (fault.when ?? 'unread') === moment) peer.close(fault.code, fault.reason)
    else continue
    return true
  }
  return false
}
