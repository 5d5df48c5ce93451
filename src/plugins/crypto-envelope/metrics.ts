import type { Metric } from '../../core/index.ts'
import type { ProfileStatus } from './service.ts'

/** What the profiles count, in the names of Prometheus. */
export function envelopeMetrics(profiles: readonly ProfileStatus[]): Metric[] {
  const samples = profiles.flatMap(({ name, counters }) =>
    Object.entries(counters).map(([outcome, value]) => ({ labels: { profile: name, outcome }, value }))
  )
  const keys = profiles.map(({ name, keys: valid }) => ({ labels: { profile: name }, value: valid.length }))
  return [
    {
      name: 'paifang_envelope_messages_total',
      kind: 'counter',
      help: 'Messages by what came of them',
      samples
    },
    { name: 'paifang_envelope_keys', kind: 'gauge', help: 'Keys that open messages now', samples: keys }
  ]
}
