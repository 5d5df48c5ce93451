import { readFileSync } from 'node:fs'

/** A metric as `docs/metrics.md` lists it. */
export interface ListedMetric {
  readonly name: string
  readonly kind: string
  readonly labels: readonly string[]
  readonly help: string
}

const row = /^\| `(?<name>\w+)`(?: `\{(?<labels>[\w,]+)\}`)? +\| (?<kind>\w+) +\| (?<help>.+?) +\|$/

/** What `docs/metrics.md` lists. */
export function listedMetrics(): readonly ListedMetric[] {
  return readFileSync('docs/metrics.md', 'utf8')
    .split('\n')
    .flatMap(line => {
      const groups = row.exec(line)?.groups
      if (!groups) return []
      const { name = '', labels, kind = '', help = '' } = groups
      return [{ name, kind, labels: labels?.split(',') ?? [], help }]
    })
}

/** Names that Prometheus knows what to do with: base units, and what is counted ends with `_total`, nothing else does. */
export function nameFaults(metrics: readonly { readonly name: string; readonly kind: string }[]): string[] {
  return metrics.flatMap(({ name, kind }) => {
    const words = name.replace(/_total$/, '').split('_')
    const faults = [
      /^[a-z][a-z0-9]*(_[a-z0-9]+)*$/.test(name) || 'is not in small letters with single underscores',
      (kind === 'counter') === name.endsWith('_total') || 'ends with _total, or should, as counters do',
      kind !== 'histogram' || /_(?:seconds|bytes)$/.test(name) || 'is a histogram without a unit',
      !words.some(word => /^(?:ms|milli\w*|micro\w*|minutes?|hours?|days?|[kmg]i?b|percent)$/.test(word)) ||
        'has a unit that is no base unit',
      words.slice(0, -1).every(word => word !== 'seconds' && word !== 'bytes') || 'has its unit in the middle'
    ]
    return faults.flatMap(fault => (typeof fault === 'string' ? [`${name} ${fault}`] : []))
  })
}
