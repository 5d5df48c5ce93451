import type { Clock } from '../../core/index.ts'

/** How a peer is asked. */
export interface Asking {
  readonly ping: () => void
  readonly patienceMs: number
}

/** Waits for whatever a peer may send, when somebody wants to know whether it is still there. */
export class SignOfLife {
  readonly #clock: Clock
  #heardAt = -Infinity
  #asking: Promise<boolean> | undefined
  #answered = (): void => {}

  constructor(clock: Clock) {
    this.#clock = clock
  }

  heard(): void {
    this.#heardAt = this.#clock.monotonic()
    this.#answered()
  }

  /** Whether the peer was heard in the last `withinMs`, or is within `patienceMs` of a ping. */
  within(withinMs: number, asking: Asking): Promise<boolean> {
    if (this.#clock.monotonic() - this.#heardAt < withinMs) return Promise.resolve(true)
    this.#asking ??= this.#ask(asking)
    return this.#asking
  }

  async #ask({ ping, patienceMs }: Asking): Promise<boolean> {
    const answer = new Promise<boolean>(resolve => {
      const timer = this.#clock.after(patienceMs, () => resolve(false))
      this.#answered = () => {
        timer.cancel()
        resolve(true)
      }
    })
    ping()
    const answered = await answer
    this.#asking = undefined
    return answered
  }
}
