import { plain, single, type Metric } from '../../core/index.ts'
import type { CacheStats } from './service.ts'

/** By result of the read, as the metric `paifang_cache_requests_total` has them. */
const results = {
  hit: 'hits_total',
  miss: 'misses_total',
  expired: 'expired_total',
  forced: 'forced_total',
  stale: 'stale_total',
  'stale-error': 'stale_error_total',
  bypass: 'bypass_total',
  error: 'errors_total'
} as const

/** What a cache counts, in the names of Prometheus. */
export function cacheMetrics({
  entries,
  bytes,
  inFlight,
  background,
  late,
  counters,
  histograms
}: CacheStats): Metric[] {
  const samples = Object.entries(results).map(([result, name]) => ({
    labels: { result },
    value: counters[name] ?? 0
  }))
  const read = new Set<string>(Object.values(results))
  const others = Object.entries(counters).filter(([name]) => !read.has(name))
  return [
    { name: 'paifang_cache_requests_total', kind: 'counter', help: 'Reads by what came of them', samples },
    single('paifang_cache_entries', 'Values that are held', entries),
    single('paifang_cache_bytes', 'Estimated memory of what is held', bytes),
    single('paifang_cache_fetches_in_flight', 'Work that somebody may wait for', inFlight),
    single('paifang_cache_background', 'Work that nobody waits for', background),
    single('paifang_cache_late', 'Work that goes on although its time was up', late),
    single('paifang_cache_fetch_seconds', 'How long the work took', histograms.fetch_seconds),
    single(
      'paifang_cache_stale_age_seconds',
      'Age of old values when they were served',
      histograms.stale_age_seconds
    ),
    ...plain('paifang_cache', Object.fromEntries(others))
  ]
}
