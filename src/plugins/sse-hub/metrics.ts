import { labelled, plain, single, type Metric } from '../../core/index.ts'
import type { HubStatus } from './service.ts'

/** Ends that nobody has asked for on either side of the stream. */
const drops = new Set(['slow', 'expired', 'revoked', 'drained'])

/** What the hub counts, in the names of Prometheus. */
export function hubMetrics({ streams, topics, counters, ended, gaps, refused }: HubStatus): Metric[] {
  const { opened_total: opened = 0, ...others } = counters
  const ends = Object.entries(ended)
  const dropped = ends.filter(([reason]) => drops.has(reason))
  const left = ends.filter(([reason]) => !drops.has(reason))
  return [
    single('paifang_sse_connections', 'Open streams', streams),
    single('paifang_sse_connections_total', 'Streams that were opened', opened),
    labelled(
      'paifang_sse_dropped_total',
      'Streams that the gateway ended before their reader or their route did',
      'reason',
      Object.fromEntries(dropped)
    ),
    labelled(
      'paifang_sse_ended_total',
      'Streams that their reader or their route ended',
      'reason',
      Object.fromEntries(left)
    ),
    single('paifang_sse_topics', 'Topics that are known', topics),
    ...plain('paifang_sse', others),
    labelled('paifang_sse_gaps_total', 'Gaps that readers were told', 'reason', gaps),
    labelled('paifang_sse_refused_total', 'Streams that were refused', 'reason', refused)
  ]
}
