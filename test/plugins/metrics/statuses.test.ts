import { expect, test } from 'vitest'
import type { Metric } from '../../../src/core/index.ts'
import { cacheMetrics } from '../../../src/plugins/cache/metrics.ts'
import { envelopeMetrics } from '../../../src/plugins/crypto-envelope/metrics.ts'
import { workerMetrics } from '../../../src/plugins/fetch-workers/metrics.ts'
import { scanMetrics } from '../../../src/plugins/wechat-scan/metrics.ts'
import { figuresOf } from './figures.ts'

const times = (count: number) => ({ buckets: [], sum: 0, count })
const worker = {
  session: 's',
  maxInFlight: 8,
  requests: 0,
  failures: 0,
  latencyMs: 0,
  connectedAt: 0,
  hosts: ['secret.example.edu']
}

/** What plugins tell of themselves, no number twice, and what becomes of each. Their own tests count what is told. */
const cases: readonly (readonly [
  plugin: string,
  metrics: () => readonly Metric[],
  figures: Record<string, number>
])[] = [
  [
    'cache',
    () =>
      cacheMetrics({
        entries: 1,
        bytes: 2,
        inFlight: 3,
        background: 4,
        late: 5,
        counters: {
          hits_total: 6,
          misses_total: 7,
          expired_total: 8,
          forced_total: 9,
          stale_total: 10,
          stale_error_total: 11,
          bypass_total: 12,
          errors_total: 13,
          collapsed_total: 14,
          evictions_total: 15
        },
        sections: [{ name: '/secret/route', counters: { hits_total: 16 } }],
        histograms: { fetch_seconds: times(17), stale_age_seconds: times(18) }
      }),
    {
      paifang_cache_entries: 1,
      paifang_cache_bytes: 2,
      paifang_cache_fetches_in_flight: 3,
      paifang_cache_background: 4,
      paifang_cache_late: 5,
      'paifang_cache_requests_total{result="hit"}': 6,
      'paifang_cache_requests_total{result="miss"}': 7,
      'paifang_cache_requests_total{result="expired"}': 8,
      'paifang_cache_requests_total{result="forced"}': 9,
      'paifang_cache_requests_total{result="stale"}': 10,
      'paifang_cache_requests_total{result="stale-error"}': 11,
      'paifang_cache_requests_total{result="bypass"}': 12,
      'paifang_cache_requests_total{result="error"}': 13,
      paifang_cache_collapsed_total: 14,
      paifang_cache_evictions_total: 15,
      paifang_cache_fetch_seconds_count: 17,
      paifang_cache_stale_age_seconds_count: 18
    }
  ],
  [
    'fetch-workers',
    () =>
      workerMetrics({
        workers: [
          { ...worker, name: 'a', state: 'ready', inFlight: 5 },
          { ...worker, name: 'b', state: 'ready', inFlight: 6 },
          { ...worker, name: 'c', state: 'pending', inFlight: 0 }
        ],
        counters: { requests_total: 7, refused_upgrades_total: 8 },
        denied: { auth: 9 },
        failures: { too_large: 10 }
      }),
    {
      'paifang_workers_connected{state="ready"}': 2,
      'paifang_workers_connected{state="pending"}': 1,
      'paifang_workers_requests_in_flight{worker="a"}': 5,
      'paifang_workers_requests_in_flight{worker="b"}': 6,
      paifang_workers_requests_total: 7,
      paifang_workers_refused_upgrades_total: 8,
      'paifang_workers_denied_total{reason="auth"}': 9,
      'paifang_workers_failures_total{reason="too_large"}': 10
    }
  ],
  [
    'crypto-envelope',
    () =>
      envelopeMetrics([
        { name: 'legacy', codec: 'ecb', keys: ['a', 'b', 'c'], counters: { opened: 1, replayed: 2 } },
        { name: 'default', codec: 'gcm', keys: ['d'], counters: { opened: 4 } }
      ]),
    {
      'paifang_envelope_messages_total{profile="legacy",outcome="opened"}': 1,
      'paifang_envelope_messages_total{profile="legacy",outcome="replayed"}': 2,
      'paifang_envelope_messages_total{profile="default",outcome="opened"}': 4,
      'paifang_envelope_keys{profile="legacy"}': 3,
      'paifang_envelope_keys{profile="default"}': 1
    }
  ],
  [
    'wechat-scan',
    () =>
      scanMetrics({
        accounts: [
          { name: 'one', qrToday: 2, qrQuota: 3, stock: 4, tokenEndsAt: 5, problem: undefined },
          { name: 'two', qrToday: 6, qrQuota: 7, stock: 8, tokenEndsAt: 9, problem: 'away' }
        ],
        counters: { scans_total: 10, logins_total: 11 }
      }),
    {
      'paifang_scan_qr_codes_today{account="one"}': 2,
      'paifang_scan_qr_codes_allowed{account="one"}': 3,
      'paifang_scan_stock{account="one"}': 4,
      'paifang_scan_account_up{account="one"}': 1,
      'paifang_scan_qr_codes_today{account="two"}': 6,
      'paifang_scan_qr_codes_allowed{account="two"}': 7,
      'paifang_scan_stock{account="two"}': 8,
      paifang_scan_scans_total: 10,
      paifang_scan_logins_total: 11
    }
  ]
]

test.each(cases)('each figure of %s has its own name, and nothing else is shown', (_, metrics, wanted) => {
  expect(figuresOf(metrics())).toEqual(wanted)
})
