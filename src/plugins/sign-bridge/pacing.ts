import type { Clock } from '../../core/index.ts'

/** The rest that a device is given between a reply and the next frame: some keys fail when they are driven hard. */
export class Pacing {
  readonly #clock: Clock
  readonly #minGapMs: number
  #until = 0

  constructor(clock: Clock, minGapMs: number) {
    this.#clock = clock
    this.#minGapMs = minGapMs
  }

  /** How long it still rests. */
  get restMs(): number {
    return Math.max(0, this.#until - this.#clock.monotonic())
  }

  replied(): void {
    this.#until = this.#clock.monotonic() + this.#minGapMs
  }
}
