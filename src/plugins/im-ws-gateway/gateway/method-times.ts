/** How often a method was called and how long it took. Times are milliseconds. */
export interface MethodSummary {
  readonly method: string
  readonly count: number
  readonly errors: number
  readonly p50Ms: number
  readonly p99Ms: number
  readonly maxMs: number
}

/** Upper bounds of the buckets are 0.25 ms times these powers of √2: the last one is about 90 s. */
const buckets = 38
const firstMs = 0.25

class Times {
  readonly #counts = new Uint32Array(buckets)
  count = 0
  errors = 0
  maxMs = 0

  add(ms: number, isError: boolean): void {
    this.count++
    if (isError) this.errors++
    this.maxMs = Math.max(this.maxMs, ms)
    const at = ms <= firstMs ? 0 : Math.min(buckets - 1, Math.ceil(2 * Math.log2(ms / firstMs)))
    this.#counts[at] = (this.#counts[at] ?? 0) + 1
  }

  /** The upper bound of the bucket that a share of all calls lies below. */
  quantileMs(share: number): number {
    let left = Math.ceil(this.count * share)
    const at = this.#counts.findIndex(count => (left -= count) <= 0)
    return Math.min(this.maxMs, firstMs * 2 ** (Math.max(0, at) / 2))
  }
}

/** How long the methods of the clients take. */
export class MethodTimes {
  readonly #byMethod = new Map<string, Times>()

  /** Counts a call. @param method one of a bounded number of names */
  add(method: string, ms: number, isError: boolean): void {
    let times = this.#byMethod.get(method)
    if (!times) this.#byMethod.set(method, (times = new Times()))
    times.add(ms, isError)
  }

  /** The slowest ones, by the time that 99 % of their calls stay below. */
  slowest(limit: number): MethodSummary[] {
    const all = [...this.#byMethod].map(([method, times]) => ({
      method,
      count: times.count,
      errors: times.errors,
      p50Ms: rounded(times.quantileMs(0.5)),
      p99Ms: rounded(times.quantileMs(0.99)),
      maxMs: rounded(times.maxMs)
    }))
    return all.toSorted((a, b) => b.p99Ms - a.p99Ms).slice(0, limit)
  }
}

function rounded(ms: number): number {
  return Math.round(ms * 100) / 100
}
