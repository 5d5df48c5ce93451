import { labelled, plain, type Metric } from '../../core/index.ts'
import type { FetchWorkersStatus } from './service.ts'

/** What the pool counts, in the names of Prometheus. */
export function workerMetrics({ workers, counters, denied, failures }: FetchWorkersStatus): Metric[] {
  const states = { pending: 0, ready: 0, draining: 0 }
  for (const { state } of workers) states[state]++
  const inFlight = Object.fromEntries(workers.map(worker => [worker.name, worker.inFlight]))
  return [
    labelled('paifang_workers_connected', 'Workers by state', 'state', states),
    labelled(
      'paifang_workers_requests_in_flight',
      'Requests that a worker has under way',
      'worker',
      inFlight
    ),
    ...plain('paifang_workers', counters),
    labelled('paifang_workers_denied_total', 'Workers that were turned away', 'reason', denied),
    labelled('paifang_workers_failures_total', 'Requests that no worker answered', 'reason', failures)
  ]
}
