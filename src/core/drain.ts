import { turnMs, type Timed, type Wheel } from './wheel.ts'

/** How many open connections, or what else lasts, come to their ends. */
export interface DrainPlan<T> {
  readonly wheel: Wheel
  /** Over how many milliseconds they are told. */
  readonly drainMs: number
  /** How long the other sides may take, once the last was told. */
  readonly graceMs: number
  /** Tells one that it is over. */
  end(one: T): void
  /** Cuts one off. */
  cut(one: T): void
}

/** So many may end at once: few clients that come back together trouble nobody. */
const leastPerTurn = 50

/** Ends all connections, spread over a window, so that their clients do not come back elsewhere all together. */
export class Drain<T> implements Timed {
  dueAt = 0
  slot = -1
  /** Resolves when none is left. */
  readonly done: Promise<void>
  readonly #all: ReadonlySet<T>
  readonly #plan: DrainPlan<T>
  readonly #startedAt: number
  readonly #count: number
  /** Not yet told. */
  readonly #waiting: T[]
  #resolve = (): void => undefined

  /** @param all shrinks as they end; nobody adds to it any more */
  constructor(all: ReadonlySet<T>, plan: DrainPlan<T>) {
    this.#all = all
    this.#plan = plan
    this.#waiting = [...all]
    this.#startedAt = plan.wheel.now()
    this.#count = all.size
    this.done = new Promise(resolve => (this.#resolve = resolve))
    this.due(this.#startedAt)
  }

  /** Ends those whose time has come; once all have been told, cuts off who does not go. */
  due(now: number): void {
    const all = this.#waiting.length === 0
    if (all) this.cut()
    for (const one of this.#waiting.splice(0, this.#share(now))) this.#plan.end(one)
    this.left()
    const wait = this.#waiting.length > 0 ? turnMs : this.#plan.graceMs
    if (!all && this.#all.size > 0) this.#plan.wheel.schedule(this, now + wait)
  }

  /** Cuts all off. */
  cut(): void {
    this.#waiting.length = 0
    for (const one of this.#all) this.#plan.cut(one)
  }

  /** To be called when one is gone. */
  left(): void {
    if (this.#all.size > 0) return
    this.#plan.wheel.cancel(this)
    this.#resolve()
  }

  /** How many to tell now, so that all are told within the window however late the turns come. */
  #share(now: number): number {
    const part = Math.min(1, (now - this.#startedAt + turnMs) / Math.max(turnMs, this.#plan.drainMs))
    const told = this.#count - this.#waiting.length
    return Math.max(leastPerTurn, Math.ceil(this.#count * part) - told)
  }
}
