import { plain, single, type Metric } from '../../core/index.ts'
import type { HttpClientStatus } from './service.ts'

/** What the client counts, in the names of Prometheus. Hosts are shown only while their breaker is not closed. */
export function clientMetrics({ inFlight, upstreams, counters }: HttpClientStatus): Metric[] {
  const broken = upstreams.filter(({ breaker }) => breaker !== 'closed')
  return [
    single('paifang_upstream_requests_in_flight', 'Requests to upstreams under way', inFlight),
    single('paifang_upstream_hosts', 'Hosts that were asked lately', upstreams.length),
    {
      name: 'paifang_upstream_breaker_open',
      kind: 'gauge',
      help: 'Hosts whose breaker lets nothing, or one request only, through',
      samples: broken.map(({ host }) => ({ labels: { host }, value: 1 }))
    },
    ...plain('paifang_upstream', counters)
  ]
}
