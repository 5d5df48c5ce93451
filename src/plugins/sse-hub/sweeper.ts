import type { Timed, Wheel } from '../../core/index.ts'
import type { Topics } from './topics.ts'

/** How long events that nobody asks for stay after they have become too old. */
const everyMs = 10_000

/** Forgets events that are too old, now and then, as long as there are any. */
export class Sweeper implements Timed {
  dueAt = 0
  slot = -1
  readonly #topics: Topics
  readonly #wheel: Wheel

  constructor(topics: Topics, wheel: Wheel) {
    this.#topics = topics
    this.#wheel = wheel
  }

  /** To be called when something was published. */
  wake(): void {
    if (this.slot < 0 && this.#topics.remembered > 0) this.#wheel.schedule(this, this.#wheel.now() + everyMs)
  }

  due(now: number): void {
    this.#topics.sweep(now)
    this.wake()
  }
}
