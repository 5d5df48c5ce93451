import { labelled, plain, single, type Metric } from '../../core/index.ts'
import type { HttpClientStatus } from './service.ts'

/**
 * What the client counts, in the names of Prometheus. Whether the breaker of a host is open is shown only while it is
 * not closed. Answers by status are in the durations.
 */
export function clientMetrics({
  inFlight,
  upstreams,
  durations,
  counters,
  errors
}: HttpClientStatus): Metric[] {
  const broken = upstreams.filter(({ breaker }) => breaker !== 'closed')
  return [
    {
      name: 'paifang_upstream_request_duration_seconds',
      kind: 'histogram',
      help: 'From asking an upstream to the last byte of its answer',
      samples: durations.map(({ upstream, outcome, seconds }) => ({
        labels: { upstream, outcome },
        value: seconds
      }))
    },
    single('paifang_upstream_requests_in_flight', 'Requests to upstreams under way', inFlight),
    single('paifang_upstream_hosts', 'Hosts that were asked lately', upstreams.length),
    {
      name: 'paifang_upstream_breaker_open',
      kind: 'gauge',
      help: 'Hosts whose breaker lets nothing, or one request only, through',
      samples: broken.map(({ host }) => ({ labels: { host }, value: 1 }))
    },
    ...plain('paifang_upstream', counters),
    labelled('paifang_upstream_errors_total', 'Requests that failed', 'kind', errors)
  ]
}
