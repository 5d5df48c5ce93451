import type { Core } from './core.ts'
import { SectionCounts } from './counts.ts'
import type { CacheStats } from './service.ts'

const maxSections = 1_000

/** Everything that a cache counts. */
export function statsOf({ store, jobs, sections, shared, engine, results }: Core): CacheStats {
  const all = [...sections]
  const totals = new SectionCounts().snapshot()
  for (const { counts } of all)
    for (const [name, count] of Object.entries(counts.snapshot())) totals[name] = (totals[name] ?? 0) + count
  const ofShared = Object.entries(shared?.counts ?? {}).map(([name, count]) => [
    `shared_${name}_total`,
    count
  ])
  const busiest = all.toSorted((a, b) => b.counts.reads - a.counts.reads).slice(0, maxSections)
  return {
    entries: store.size,
    bytes: store.bytes,
    inFlight: jobs.running.size,
    background: jobs.background,
    late: jobs.late.size,
    counters: { ...totals, evictions_total: store.evictions, ...Object.fromEntries(ofShared) },
    sections: busiest.map(({ name, counts }) => ({ name, counters: counts.snapshot() })),
    histograms: {
      fetch_seconds: results.fetchTimes.snapshot(),
      stale_age_seconds: engine.staleAges.snapshot()
    }
  }
}
