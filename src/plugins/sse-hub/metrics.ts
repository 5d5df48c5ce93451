import { plain, single, type Metric } from '../../core/index.ts'
import type { HubStatus } from './service.ts'

/** What the hub counts, in the names of Prometheus. */
export function hubMetrics({ streams, topics, counters }: HubStatus): Metric[] {
  return [
    single('paifang_sse_connections', 'Open streams', streams),
    single('paifang_sse_topics', 'Topics that are known', topics),
    ...plain('paifang_sse', counters)
  ]
}
