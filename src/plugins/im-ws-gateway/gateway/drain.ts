import { turnMs, type Timed, type Wheel } from '../../../core/index.ts'

/** What is drained. */
export interface Drained {
  /** Ends it once what is under way has been answered. */
  drain(): void
  /** Ends it now. */
  cut(ending: 'drained'): void
}

/** Connections that may end at once: so few clients coming back together trouble nobody. */
const leastPerTurn = 50
/** How long clients may take once the last was told to go. */
const graceMs = 2_000

/** Ends all connections, spread over a window, so that their clients do not come back elsewhere all together. */
export class Drain implements Timed {
  dueAt = 0
  slot = -1
  /** Resolves when there is none left. */
  readonly done: Promise<void>
  readonly #all: ReadonlySet<Drained>
  readonly #wheel: Wheel
  readonly #drainMs: number
  readonly #startedAt: number
  readonly #count: number
  readonly #waiting: Drained[]
  #resolve = (): void => undefined

  /** @param all shrinks as they end; nobody adds to it any more */
  constructor(all: ReadonlySet<Drained>, wheel: Wheel, drainMs: number) {
    this.#all = all
    this.#wheel = wheel
    this.#drainMs = drainMs
    this.#startedAt = wheel.now()
    this.#count = all.size
    this.#waiting = [...all]
    this.done = new Promise(resolve => (this.#resolve = resolve))
    this.due(this.#startedAt)
  }

  /** Ends those whose time has come; once all have been told, cuts off who does not go. */
  due(now: number): void {
    const all = this.#waiting.length === 0
    if (all) this.cut()
    for (const one of this.#waiting.splice(0, this.#share(now))) one.drain()
    this.left()
    if (!all && this.#all.size > 0)
      this.#wheel.schedule(this, now + (this.#waiting.length > 0 ? turnMs : graceMs))
  }

  /** Cuts all off. */
  cut(): void {
    this.#waiting.length = 0
    for (const one of this.#all) one.cut('drained')
  }

  /** To be called when one is gone. */
  left(): void {
    if (this.#all.size > 0) return
    this.#wheel.cancel(this)
    this.#resolve()
  }

  /** How many to tell now, so that all are told within the window however late the turns come. */
  #share(now: number): number {
    const part = Math.min(1, (now - this.#startedAt + turnMs) / Math.max(turnMs, this.#drainMs))
    return Math.max(leastPerTurn, Math.ceil(this.#count * part) - (this.#count - this.#waiting.length))
  }
}
