import { turnMs, type Timed, type Wheel } from '../../core/index.ts'
import type { OpenStream } from './open-stream.ts'

/** Streams that may end at once: so few readers coming back together trouble nobody. */
const leastPerTurn = 50
/** How long readers may take for what was sent to them, after the last was told to go. */
const graceMs = 1_000

/** Ends all streams, spread over a window, so that their readers do not come back elsewhere all together. */
export class Drain implements Timed {
  dueAt = 0
  slot = -1
  readonly done: Promise<void>
  readonly #streams: ReadonlySet<OpenStream>
  readonly #wheel: Wheel
  readonly #retryMs: () => number
  readonly #drainMs: number
  readonly #startedAt: number
  readonly #count: number
  /** Not yet told. */
  readonly #waiting: OpenStream[]
  #resolve = (): void => undefined

  /** @param streams shrinks as they end; nobody adds to it any more */
  constructor(
    streams: ReadonlySet<OpenStream>,
    {
      wheel,
      drainMs,
      retryMs
    }: { readonly wheel: Wheel; readonly drainMs: number; readonly retryMs: () => number }
  ) {
    this.#streams = streams
    this.#wheel = wheel
    this.#retryMs = retryMs
    this.#waiting = [...streams]
    this.#drainMs = drainMs
    this.#startedAt = wheel.now()
    this.#count = streams.size
    this.done = new Promise(resolve => (this.#resolve = resolve))
    this.due(this.#startedAt)
  }

  /** Ends those whose time has come; once all have been told, cuts off who does not go. */
  due(now: number): void {
    const all = this.#waiting.length === 0
    if (all) this.cut()
    for (const stream of this.#waiting.splice(0, this.#share(now)))
      stream.finish('drained', { retryMs: this.#retryMs() })
    this.left()
    const wait = this.#waiting.length > 0 ? turnMs : graceMs
    if (!all && this.#streams.size > 0) this.#wheel.schedule(this, now + wait)
  }

  /** How many to tell now, so that all are told within the window however late the turns come. */
  #share(now: number): number {
    const part = Math.min(1, (now - this.#startedAt + turnMs) / Math.max(turnMs, this.#drainMs))
    const told = this.#count - this.#waiting.length
    return Math.max(leastPerTurn, Math.ceil(this.#count * part) - told)
  }

  /** Cuts all streams off. */
  cut(): void {
    this.#waiting.length = 0
    for (const stream of this.#streams) stream.destroy('drained')
  }

  /** To be called when a stream is gone. */
  left(): void {
    if (this.#streams.size > 0) return
    this.#wheel.cancel(this)
    this.#resolve()
  }
}
