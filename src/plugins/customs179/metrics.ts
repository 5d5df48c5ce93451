import type { Metric } from '../../core/index.ts'
import type { Customs179Status } from './service.ts'

/** What the routes count, in the names of Prometheus. */
export function customsMetrics(status: Customs179Status): Metric[] {
  const samples = Object.entries(status).flatMap(([operation, outcomes]: [string, Record<string, number>]) =>
    Object.entries(outcomes).map(([outcome, value]) => ({ labels: { operation, outcome }, value }))
  )
  const help = 'Uploads that were to be signed or verified, by what came of it'
  return [{ name: 'paifang_customs179_requests_total', kind: 'counter', help, samples }]
}
