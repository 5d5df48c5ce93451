const remembered = 100
const enough = 20
const patience = 10
const floorMs = 5_000

/** How long the signatures of one device take. */
export class SignTimes {
  #meanMs = 0
  #recent: number[] = []

  /** Weighted towards the recent ones. 0 before the first. */
  get meanMs(): number {
    return this.#meanMs
  }

  add(ms: number): void {
    this.#meanMs = this.#meanMs === 0 ? ms : this.#meanMs * 0.8 + ms * 0.2
    this.#recent.push(ms)
    if (this.#recent.length > remembered) this.#recent.shift()
  }

  /** It did not reply in time: what it did before tells nothing about now, so it gets all the time there is again. */
  missed(): void {
    this.#recent = []
  }

  /**
   * How long to wait for its next reply: ten times the slowest of its last hundred, at least 5 s, at most `maxMs`. The
   * long side, for a card that is given up on may have signed all the same. Below twenty signatures: `maxMs`.
   */
  capMs(maxMs: number): number {
    if (this.#recent.length < enough) return maxMs
    return Math.min(maxMs, Math.max(floorMs, patience * Math.max(...this.#recent)))
  }
}
