import type { Clock } from '../../core/index.ts'

/** Waits for whatever a peer may send, when somebody wants to know whether it is still there. */
export class SignOfLife {
  readonly #clock: Clock
  #heardAt = -Infinity
  #knowsPings = false
  #asking: Promise<boolean> | undefined
  #answered = (): void => {}

  constructor(clock: Clock) {
    this.#clock = clock
  }

  heard(): void {
    this.#heardAt = this.#clock.monotonic()
    this.#answered()
  }

  ponged(): void {
    this.#knowsPings = true
    this.heard()
  }

  /**
   * Whether the peer was heard in the last `withinMs`, or answers a ping in as many. True also for one that has never
   * answered a ping: it may know none.
   */
  async within(withinMs: number, ping: () => void): Promise<boolean> {
    if (this.#clock.monotonic() - this.#heardAt < withinMs) return true
    this.#asking ??= this.#ask(withinMs, ping)
    return (await this.#asking) || !this.#knowsPings
  }

  async #ask(withinMs: number, ping: () => void): Promise<boolean> {
    const answer = new Promise<boolean>(resolve => {
      const timer = this.#clock.after(this.#knowsPings ? withinMs : 0, () => resolve(false))
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
