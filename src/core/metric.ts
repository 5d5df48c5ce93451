/** How often which times were measured. */
export interface HistogramSnapshot {
  /** Upper bound in seconds, and how many were not above it. What is above all of them is in `count` alone. */
  readonly buckets: readonly (readonly [le: number, count: number])[]
  /** Of all of them, in seconds. */
  readonly sum: number
  readonly count: number
}

/** What was counted or measured since the start, as Prometheus names it: base units, `_total` for counters. */
export interface Metric {
  readonly name: string
  readonly kind: 'counter' | 'gauge' | 'histogram'
  /** What it says, in a few words. */
  readonly help: string
  readonly samples: readonly {
    /** Few values each: no user, address or URL. */
    readonly labels: Readonly<Record<string, string>>
    readonly value: number | HistogramSnapshot
  }[]
}

/** Counts times in fixed buckets. */
export class Histogram {
  readonly #bounds: readonly number[]
  readonly #counts: number[]
  #sum = 0
  #count = 0

  /** @param bounds upper bounds in seconds, ascending */
  constructor(bounds: readonly number[]) {
    this.#bounds = bounds
    this.#counts = bounds.map(() => 0)
  }

  observeMs(ms: number): void {
    const seconds = ms / 1_000
    const at = this.#bounds.findIndex(bound => seconds <= bound)
    if (at >= 0) this.#counts[at] = (this.#counts[at] ?? 0) + 1
    this.#sum += seconds
    this.#count++
  }

  snapshot(): HistogramSnapshot {
    let below = 0
    const buckets = this.#bounds.map((bound, at) => [bound, (below += this.#counts[at] ?? 0)] as const)
    return { buckets, sum: this.#sum, count: this.#count }
  }
}

/** A number by itself; a name that ends with `_total` is a counter. */
export function single(name: string, help: string, value: number | HistogramSnapshot): Metric {
  return { name, kind: kindOf(name, value), help, samples: [{ labels: {}, value }] }
}

/** A number for each value of a label. */
export function labelled(
  name: string,
  help: string,
  label: string,
  values: Readonly<Record<string, number | HistogramSnapshot>>
): Metric {
  const entries = Object.entries(values)
  const samples = entries.map(([each, value]) => ({ labels: { [label]: each }, value }))
  return { name, kind: kindOf(name, entries[0]?.[1]), help, samples }
}

/** Counters and gauges that go by their metric names without a prefix. */
export function plain(prefix: string, values: Readonly<Record<string, number>>): Metric[] {
  return Object.entries(values).map(([name, value]) => {
    const words = name.replace(/_total$/, '').replaceAll('_', ' ')
    return single(`${prefix}_${name}`, words, value)
  })
}

function kindOf(name: string, value: number | HistogramSnapshot | undefined): Metric['kind'] {
  if (typeof value === 'object') return 'histogram'
  return name.endsWith('_total') ? 'counter' : 'gauge'
}
