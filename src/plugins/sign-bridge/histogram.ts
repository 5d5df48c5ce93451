import type { HistogramSnapshot } from './service.ts'

/** Upper bounds in seconds: OpenTelemetry's for HTTP, and further up for the slow replies of cards. */
const bounds = [
  0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 30, 60, 120
] as const

/** Counts times in fixed buckets. */
export class Histogram {
  readonly #counts = bounds.map(() => 0)
  #sum = 0
  #count = 0

  observeMs(ms: number): void {
    const seconds = ms / 1_000
    const at = bounds.findIndex(bound => seconds <= bound)
    if (at >= 0) this.#counts[at] = (this.#counts[at] ?? 0) + 1
    this.#sum += seconds
    this.#count++
  }

  snapshot(): HistogramSnapshot {
    let below = 0
    const buckets = bounds.map((bound, at) => [bound, (below += this.#counts[at] ?? 0)] as const)
    return { buckets, sum: this.#sum, count: this.#count }
  }
}
