const remembered = 100
const enough = 20
const patience = 10
const floorMs = 5_000

/** How long the signatures of one device take. */
export class SignTimes {
  #mean = 0
  #deviation = 0
  #recent: number[] = []

  /**
   * How long one request keeps the device from the next, on the long side: the mean and the mean deviation, smoothed
   * as round-trip times are in RFC 6298. 0 before the first.
   */
  get paceMs(): number {
    return this.#mean + this.#deviation
  }

  /** @param idleMs how long the device had nothing to do before although the request was there */
  add(tookMs: number, idleMs: number): void {
    const paceMs = tookMs + idleMs
    if (this.#mean === 0) this.#mean = paceMs
    this.#deviation += (Math.abs(paceMs - this.#mean) - this.#deviation) / 4
    this.#mean += (paceMs - this.#mean) / 8
    this.#recent.push(tookMs)
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
