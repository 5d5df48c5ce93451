import { systemClock, type Clock } from '../../core/index.ts'
import { faultless, type Behaviour } from './behaviour.ts'
import { CardQueue } from './card-queue.ts'
import { SimulatedCard, type CardOptions } from './card.ts'
import { readerFailed } from './control-error.ts'
import { handshakeFrame, replyFrames } from './delivery.ts'
import type { ConnectFault, FaultSource, Moment, RequestFault, Script } from './faults.ts'
import { parseRequest, type ControlRequest, type ReplyBody } from './frames.ts'
import { execute, isSigning } from './methods.ts'
import { Peer, type Link } from './peer.ts'
import { between, mulberry32, type Random } from './random.ts'
import { FrameRecord } from './record.ts'
import { faultSource } from './script.ts'

/** What a simulated control is made with. */
export interface ControlOptions extends CardOptions, Partial<Behaviour> {
  /** Default: no faults. */
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
  /** To be called when the link has ended, whoever ended it. */
  ended(): void
}

/**
 * The control of one card, without a network: what clients send goes in, and what it has to say goes to their links.
 * Without a delay it answers within `receive`.
 */
export class SimulatedControl {
  readonly card: SimulatedCard
  /** The frames that arrived. */
  readonly record: FrameRecord
  /** What happened so far. `signatures`: made, delivered or not. `lost`: replies that found nobody. */
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
  readonly #queue: CardQueue
  readonly #peers = new Set<Peer>()
  #behaviour: Behaviour
  #faults: FaultSource
  #held: (() => void)[] = []

  constructor(options: ControlOptions) {
    const { clock = systemClock, seed = 1, recordLimit = 10_000, script = [] } = options
    this.card = new SimulatedCard(options)
    this.record = new FrameRecord(recordLimit)
    this.#clock = clock
    this.#random = mulberry32(seed)
    this.#queue = new CardQueue(clock)
    this.#behaviour = { ...faultless, ...options }
    this.#faults = faultSource(script)
  }

  /** Clients connected now. */
  get connected(): number {
    return this.#peers.size
  }

  /** Changes how the control behaves from now on. */
  set(changes: Partial<Behaviour>): void {
    this.#behaviour = { ...this.#behaviour, ...changes }
  }

  /** Replaces the script. */
  play(script: Script): void {
    this.#faults = faultSource(script)
  }

  /** Sends the replies that `hold` holds back, oldest first, and says how many there were. */
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
    if (faults.some(fault => fault.do === 'freeze')) peer.freeze()
    const other = faults.find(fault => fault.do === 'handshake')
    const { handshake, handshakeDelayMs } = this.#behaviour
    this.#after(other ? other.delayMs : handshakeDelayMs, () => {
      const frame = handshakeFrame(other?.as ?? handshake)
      if (frame) peer.send(frame)
      for (const fault of faults) {
        if (fault.do === 'drop') this.#after(fault.afterMs, () => peer.cut())
        if (fault.do === 'close') this.#after(fault.afterMs, () => peer.close(fault.code, fault.reason))
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
    if (endAt('unread', peer, faults)) return

    const { delayMs, order } = this.#behaviour
    const extraMs = faults.reduce((sum, fault) => (fault.do === 'delay' ? sum + fault.ms : sum), 0)
    const ms = between(delayMs, this.#random) + extraMs
    const done = (): void => this.#answer(peer, request, faults)
    if (order === 'serial') this.#queue.add(ms, done)
    else this.#after(ms, done)
  }

  #answer(peer: Peer, request: ControlRequest, faults: readonly RequestFault[]): void {
    const body = refusedBy(faults) ?? execute(request, this.card, peer.session)
    if (body.Result === true && isSigning(request.method)) this.counters.signatures++
    if (endAt('before-reply', peer, faults)) return void this.counters.lost++

    const frames = replyFrames(request, body, faults, this.#behaviour, this.card.key)
    const drip = faults.find(fault => fault.do === 'drip')
    const send = (): void => {
      this.counters[peer.open ? 'replies' : 'lost']++
      for (const frame of frames)
        if (drip && typeof frame === 'string') peer.drip(frame, drip.parts, drip.everyMs)
        else peer.send(frame)
      endAt('after-reply', peer, faults)
    }
    if (faults.some(fault => fault.do === 'hold')) this.#held.push(send)
    else this.#after(faults.find(fault => fault.do === 'late')?.ms, send)
  }

  #after(ms: number | undefined, task: () => void): void {
    if (ms) this.#clock.after(ms, task)
    else task()
  }
}

function refusedBy(faults: readonly RequestFault[]): ReplyBody | undefined {
  const fail = faults.find(fault => fault.do === 'fail')
  if (fail) return { Result: false, Data: [], Error: [fail.text, fail.code] }
  const reader = faults.find(fault => fault.do === 'reader')
  if (!reader) return undefined
  const { message, code } = readerFailed(reader.code)
  return { Result: false, Data: [], Error: [message, code] }
}

function endAt(moment: Moment, peer: Peer, faults: readonly RequestFault[]): boolean {
  const drop = faults.some(fault => fault.do === 'drop' && fault.when === moment)
  const close = faults.find(fault => fault.do === 'close' && (fault.when ?? 'unread') === moment)
  if (drop) peer.cut()
  else if (close?.do === 'close') peer.close(close.code, close.reason)
  return drop || close !== undefined
}
