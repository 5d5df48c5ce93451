import type { Socket } from 'node:net'
import type { ImSettings } from '../config.ts'
import type { CoreEvent, Snapshot } from '../user-core.ts'
import { watchBytes, type ClientSocket, type SocketOwner } from './client-socket.ts'
import type { Counters } from './counters.ts'
import { Outbox, type OutboxLimits, type OutboxOwner } from './outbox.ts'
import { pingFrame } from './ws-frame.ts'

/** Whose line it is. */
export interface LineOwner {
  received(raw: Buffer): void
  /** A ping goes out, behind all that was sent. */
  pinged(): void
  /** The last ping was answered. */
  ponged(): void
  /** The socket is closed. @param isClean the client has said so, or has answered that it was told */
  closed(isClean: boolean): void
  /** The reader does not keep up, and is to be cut off. */
  tooSlow(): void
  /** More came in than `watch` allows. */
  sentTooMuch(): void
  /** `due` is to be called at this time, or before. */
  hasten(at: number): void
  /** What tells the client of an event, or how something stands now, in pieces; none: nothing does. */
  framesOf(told: CoreEvent | Snapshot): readonly Buffer[]
}

/** What all lines have in common. */
export interface LineLimits extends Pick<ImSettings, 'pingMs' | 'stalledMs'> {
  readonly counters: Counters
  readonly outbox: OutboxLimits
  /** Milliseconds of the wheel. */
  now(): number
  /** From 0 up to 1: spreads pings. */
  random(): number
}

/** How long a client may take to close once it was told to. */
const closeMs = 2_000
/** By then a client is pinged that was told something: its answer says that this has arrived. No more often, either. */
const doubtMs = 5_000

/** The way to one client and back: what is sent, pings, whether it keeps up, and the end. */
export class Line implements SocketOwner, OutboxOwner {
  readonly outbox: Outbox
  readonly #socket: ClientSocket
  readonly #tcp: Socket
  readonly #owner: LineOwner
  readonly #limits: LineLimits
  #unwatch = (): void => undefined
  #closeCode = 1000
  #closeAt = Infinity
  /** The close frame is out: whatever comes in now is not read any more. */
  #isClosing = false
  #cutAt = Infinity
  #pingAt: number
  /** When the next ping is to go out because something was told since the last one; `Infinity`: nothing was. */
  #probeAt = Infinity
  #pingedAt = -Infinity
  /** The last ping was not answered: the answer to another one could be taken for it, or it for that. */
  #awaitsPong = false
  /** Something came in since the last ping. */
  #isAlive = true
  #isPaused = false

  constructor(socket: ClientSocket, tcp: Socket, owner: LineOwner, limits: LineLimits) {
    this.#socket = socket
    this.#tcp = tcp
    this.#owner = owner
    this.#limits = limits
    this.outbox = new Outbox(tcp, this, limits.outbox)
    this.#pingAt = limits.now() + limits.pingMs * (0.5 + limits.random() / 2)
  }

  /** When there is something to do, in milliseconds of the wheel. */
  get dueAt(): number {
    const { stalledMs } = this.#limits
    return Math.min(this.#nextPingAt, this.#closeAt, this.#cutAt, this.outbox.stallsAt(stalledMs))
  }

  get isWritable(): boolean {
    return this.#socket.readyState === this.#socket.OPEN && this.#tcp.writable
  }

  /** True when everything was sent, and nothing says that it does not arrive: every ping was answered. */
  get isAnswered(): boolean {
    return this.outbox.isEmpty && !this.#awaitsPong
  }

  /** True when everything has arrived that was told: a ping was answered that came behind it. */
  get isSettled(): boolean {
    return this.isAnswered && this.#probeAt === Infinity
  }

  /** Does what is to be done. @returns why the line has to be cut */
  due(now: number): 'dead' | 'slow' | undefined {
    if (now >= this.#cutAt) return 'dead'
    if (now >= this.outbox.stallsAt(this.#limits.stalledMs)) return 'slow'
    if (now >= this.#closeAt) this.#close(now)
    if (now < this.#nextPingAt) return undefined
    this.#pingAt = now + this.#limits.pingMs
    // Nothing is read from it, or nothing gets through to it, for a reason that is looked after elsewhere.
    if (this.#isPaused || this.outbox.isPressed || this.#isClosing) {
      if (this.#probeAt < Infinity) this.#probeAt = now + doubtMs
      return undefined
    }
    if (!this.#isAlive) return 'dead'
    this.ping()
    return undefined
  }

  /** Sends a ping. If nothing comes back by the next one that is due, half a `pingMs` later at least, the line is dead. */
  ping(): void {
    const now = this.#limits.now()
    this.#isAlive = false
    this.#awaitsPong = true
    this.#pingAt = Math.max(this.#pingAt, now + this.#limits.pingMs / 2)
    this.#pingedAt = now
    this.#limits.counters.pings++
    this.#owner.pinged()
    this.outbox.pushSoon(pingFrame)
    // What is held back comes behind it.
    this.#probeAt = this.outbox.isHolding ? now + doubtMs : Infinity
  }

  /** Reports when more than `maxBytes` have come in, until `unwatch`. */
  watch(maxBytes: number): void {
    this.#unwatch = watchBytes(this.#tcp, maxBytes, () => this.#owner.sentTooMuch())
  }

  unwatch(): void {
    this.#unwatch()
    this.#unwatch = () => undefined
  }

  /** Reads no more, or again. */
  pause(isPaused: boolean): void {
    this.#isPaused = isPaused
    if (isPaused) this.#socket.pause()
    else this.#socket.resume()
  }

  /** Closes after `delayMs`, behind all that was sent, unless the client does before. */
  close(code: number, delayMs: number): void {
    const now = this.#limits.now()
    this.#closeCode = code
    this.#closeAt = now + delayMs
    if (delayMs === 0) this.#close(now)
    else if (delayMs < Infinity) this.#owner.hasten(this.#closeAt)
  }

  /** Cuts the line, whatever waits. */
  cut(): void {
    this.#socket.terminate()
  }

  received(raw: Buffer): void {
    this.#isAlive = true
    if (!this.#isClosing) this.#owner.received(raw)
  }

  ponged(): void {
    this.#isAlive = true
    this.#awaitsPong = false
    this.#owner.ponged()
    if (this.#probeAt < Infinity) this.#owner.hasten(this.#probeAt)
  }

  told(): void {
    if (this.#probeAt < Infinity) return
    const limits = this.#limits
    // A crowd that is told the same is not pinged at the same time.
    this.#probeAt = Math.max(limits.now() + doubtMs * limits.random(), this.#pingedAt + doubtMs)
    if (!this.#awaitsPong) this.#owner.hasten(this.#probeAt)
  }

  closed(isClean: boolean): void {
    this.#owner.closed(isClean)
  }

  overflowed(): void {
    this.#owner.tooSlow()
  }

  waiting(): void {
    this.#owner.hasten(this.outbox.stallsAt(this.#limits.stalledMs))
  }

  framesOf(snapshot: Snapshot): readonly Buffer[] {
    return this.#owner.framesOf(snapshot)
  }

  get #nextPingAt(): number {
    return this.#awaitsPong ? this.#pingAt : Math.min(this.#pingAt, this.#probeAt)
  }

  #close(now: number): void {
    this.#closeAt = Infinity
    this.#cutAt = now + closeMs
    this.#owner.hasten(this.#cutAt)
    this.outbox.whenEmpty(() => {
      this.#isClosing = true
      this.#socket.close(this.#closeCode)
    })
  }
}
