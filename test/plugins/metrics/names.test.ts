import { expect, test } from 'vitest'
import type { Metric } from '../../../src/core/index.ts'
import { Metrics } from '../../../src/plugins/metrics/service.ts'
import { DatabaseFigures } from '../../../src/plugins/database/figures.ts'
import { postgresMetrics } from '../../../src/plugins/database/postgres/postgres-metrics.ts'
import { imMetrics } from '../../../src/plugins/im-ws-gateway/metrics.ts'
import { RedisFigures } from '../../../src/plugins/state/redis/redis-figures.ts'
import { startEverything } from '../../e2e/everything-on.ts'
import { listedMetrics, nameFaults } from './listed-metrics.ts'

/** What only other drivers, and several nodes, show. */
function elsewhere(): Metric[] {
  const nodes = { self: 'a', host: 'a', term: 1, isHost: true, isLinked: true, nodes: ['a'] }
  const counters = {
    take_overs_total: 1,
    link_breaks_total: 2,
    link_batches_total: 3,
    link_bytes_total: 4,
    repeated_requests_total: 5
  }
  const empty = { byPlatform: {}, byDialect: {}, counters: {}, ended: {} }
  const chat = { connections: 0, users: 0, queuedBytes: 0, ...empty }
  return [
    ...new RedisFigures().metrics({ commands: true, messages: true }),
    ...postgresMetrics(new DatabaseFigures(), { totalCount: 0, idleCount: 0, waitingCount: 0, max: 1 }),
    ...imMetrics({ ...chat, nodes: { ...nodes, counters } }).filter(({ name }) => name.includes('_nodes_'))
  ]
}

/** Names and types of a page, but for what is measured of the process. */
function typesOn(page: string): Map<string, string> {
  const found = [...page.matchAll(/^# TYPE (\S+) (\S+)$/gm)]
  const types = found.map(([, name = '', kind = '']) => [name, kind] as const)
  return new Map(types.filter(([name]) => name.startsWith('paifang_')))
}

test('docs/metrics.md lists what is on the page with everything on, with its type, and nothing else', async () => {
  await using everything = await startEverything({ PAIFANG_FILE_ROUTES_ENABLED: 'true' })
  const page = await everything.app.getDecorator<Metrics>(Metrics.name).text()
  const others = elsewhere()
  const shown = new Map([...others.map(({ name, kind }) => [name, kind] as const), ...typesOn(page)])
  // Only where traces are exported, which takes packages and a collector: test/plugins/telemetry.
  shown.set('paifang_telemetry_spans_total', 'counter')
  const listed = new Map(listedMetrics().map(({ name, kind }) => [name, kind]))
  const sorted = (types: ReadonlyMap<string, string>): string[] =>
    [...types].map(pair => pair.join(' ')).toSorted()
  expect(sorted(listed)).toEqual(sorted(shown))

  const labels = new Map(listedMetrics().map(metric => [metric.name, metric.labels.toSorted()]))
  const measured = [...(await everything.app.gateway.metrics()), ...others]
  const used = measured.flatMap(({ name, samples }) =>
    samples.map(sample => [name, Object.keys(sample.labels).toSorted()] as const)
  )
  expect(used.filter(([name, of]) => of.join() !== labels.get(name)?.join())).toEqual([])
}, 60_000)

test('every name has a base unit, and says so; counters end with _total, and nothing else does', () => {
  const listed = listedMetrics()
  expect(listed.length).toBeGreaterThan(150)
  expect(nameFaults(listed)).toEqual([])
  expect(new Set(listed.map(({ name }) => name)).size).toBe(listed.length)
})

test.each([
  ['paifang_state_errors', 'counter'],
  ['paifang_im_users_total', 'gauge'],
  ['paifang_upstream_request_duration', 'histogram'],
  ['paifang_upstream_request_duration_ms', 'histogram'],
  ['paifang_sse_bytes_written_total', 'counter'],
  ['paifang_im_queued_kb', 'gauge'],
  ['paifang__users', 'gauge']
])('%s as a %s would be noticed', (name, kind) => {
  expect(nameFaults([{ name, kind }])).toHaveLength(name.endsWith('_ms') ? 2 : 1)
})
