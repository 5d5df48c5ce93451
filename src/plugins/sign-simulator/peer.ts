import type { Clock } from '../../core/index.ts'
import type { Session } from './methods.ts'

/** A connection as the simulator drives it; a WebSocket is one, and so may be a test's own. */
export interface Link {
  /** Sends text (string) or a binary frame (Buffer). */
  send(frame: string | Buffer): void
  /** Sends a piece of one text frame. */
  sendPart(part: Buffer, last: boolean): void
  /** Begins the closing handshake. */
  close(code: number, reason: string): void
  /** Ends the connection without one. */
  cut(): void
  /** Stops reading. */
  pause(): void
}

/** A frozen connection does not notice that the other side is gone; after this long it is cut. */
const maxFrozenMs = 60_000

/** One client of the simulator. */
export class Peer {
  readonly number: number
  readonly session: Session = { pinVerified: false }
  readonly #link: Link
  readonly #clock: Clock
  readonly #backlog: (string | Buffer)[] = []
  #dripping = false
  #state: 'open' | 'frozen' | 'ended' = 'open'

  constructor(number: number, link: Link, clock: Clock) {
    this.number = number
    this.#link = link
    this.#clock = clock
  }

  /** False once it is frozen or comes to an end: nothing is sent or taken any more. */
  get open(): boolean {
    return this.#state === 'open'
  }

  /** Sends a frame, behind one that is still dripping. */
  send(frame: string | Buffer): void {
    if (!this.open) return
    if (this.#dripping) this.#backlog.push(frame)
    else this.#link.send(frame)
  }

  /** Sends a text frame in pieces. One that is dripping already is not overtaken. */
  drip(frame: string, parts: number, everyMs: number): void {
    if (!this.open || this.#dripping) return this.send(frame)
    const bytes = Buffer.from(frame)
    const size = Math.ceil(bytes.length / parts)
    this.#dripping = true
    const next = (from: number): void => {
      if (!this.open) return
      const last = from + size >= bytes.length
      this.#link.sendPart(bytes.subarray(from, from + size), last)
      if (!last) return void this.#clock.after(everyMs, () => next(from + size))
      this.#dripping = false
      for (const waiting of this.#backlog.splice(0)) this.#link.send(waiting)
    }
    next(0)
  }

  /** Begins the closing handshake. */
  close(code: number, reason = ''): void {
    if (!this.open) return
    this.#state = 'ended'
    this.#link.close(code, reason)
  }

  /** Ends the connection without one. */
  cut(): void {
    this.#state = 'ended'
    this.#link.cut()
  }

  /** Makes the connection half-open. */
  freeze(): void {
    if (!this.open) return
    this.#state = 'frozen'
    this.#link.pause()
    this.#clock.after(maxFrozenMs, () => this.#state === 'frozen' && this.cut())
  }

  /** To be called when the link has ended, whoever ended it. */
  ended(): void {
    this.#state = 'ended'
  }
}
