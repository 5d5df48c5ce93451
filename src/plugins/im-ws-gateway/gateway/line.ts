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
  /** From 0 up to 1: when the first ping is sent. */
  random(): number
}

/** How long a client may take to close once it was told to. */
const closeMs = 2_000

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
    return Math.min(this.#pingAt, this.#closeAt, this.#cutAt, this.outbox.stallsAt(this.#limits.stalledMs))
  }

  /** Does what is to be done. @returns why the line has to be cut */
  due(now: number): 'dead' | 'slow' | undefined {
    if (now >= this.#cutAt) return 'dead'
    if (now >= this.outbox.stallsAt(this.#limits.stalledMs)) return 'slow'
    if (now >= this.#closeAt) this.#close(now)
    if (now < this.#pingAt) return undefined
    this.#pingAt = now + this.#limits.pingMs
    // Nothing is read from it, or nothing gets through to it, for a reason that is looked after elsewhere.
    if (this.#isPaused || this.outbox.isPressed || this.#isClosing) return undefined
    if (!this.#isAlive) return 'dead'
    this.ping()
    return undefined
  }

  /** Sends a ping. If nothing comes back by the next one that is due, half a `pingMs` later at least, the line is dead. */
  ping(): void {
    this.#isAlive = false
    this.#pingAt = Math.max(this.#pingAt, this.#limits.now() + this.#limits.pingMs / 2)
    this.#limits.counters.pings++
    this.#owner.pinged()
    this.outbox.push(pingFrame)
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
    this.#owner.ponged()
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
