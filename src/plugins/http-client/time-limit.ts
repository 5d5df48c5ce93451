import type { Timed, Wheel } from '../../core/index.ts'

/** Aborts a signal when its time has come, unless it is ended before. */
export class TimeLimit implements Timed {
  dueAt = 0
  slot = -1
  readonly #wheel: Wheel
  readonly #exceeded: () => void

  /** @param at monotonic milliseconds */
  constructor(wheel: Wheel, at: number, exceeded: () => void) {
    this.#wheel = wheel
    this.#exceeded = exceeded
    wheel.schedule(this, at)
  }

  due(): void {
    this.#exceeded()
  }

  end(): void {
    this.#wheel.cancel(this)
  }
}
