import { afterEach, expect, test } from 'vitest'
import { SqliteDatabase } from '../../../../src/plugins/database/sqlite-database.ts'
import type { ImSettings } from '../../../../src/plugins/im-ws-gateway/config.ts'
import { imMetrics } from '../../../../src/plugins/im-ws-gateway/metrics.ts'
import { openCores, type OpenedCores } from '../../../../src/plugins/im-ws-gateway/nodes/open-cores.ts'
import { MemoryState } from '../../../../src/plugins/state/memory-state.ts'
import type { State } from '../../../../src/plugins/state/service.ts'
import { fakeClock } from '../../../../src/testing/index.ts'
import { settingsWith } from '../chat/rig.ts'
import { startNodes } from './rig.ts'

const open: { close(): Promise<void> }[] = []
afterEach(async () => {
  for (const each of open.splice(0).toReversed()) await each.close()
})

async function opened(
  driver: 'sqlite' | 'postgres',
  isShared: boolean,
  nodes: ImSettings['nodes']
): Promise<{ readonly cores: OpenedCores; readonly warnings: readonly string[] }> {
  const clock = fakeClock()
  const warnings: string[] = []
  const log = { info() {}, warn: (text: string) => void warnings.push(text), error() {} }
  const database = await SqliteDatabase.connect(':memory:', 1_000)
  open.push(database)
  const state = new MemoryState({ maxKeys: 100, clock, log: log as never })
  const cores = await openCores({
    settings: settingsWith({ nodes }),
    database: {
      driver,
      open: (namespace, migrations) => database.open(namespace, migrations),
      ping: () => database.ping()
    },
    state: new Proxy(state, {
      get: (target, name) => (name === 'isShared' ? isShared : bound(target, target[name as keyof State]))
    }),
    clock,
    log
  })
  open.push(cores)
  return { cores, warnings }
}

const bound = (target: object, member: unknown): unknown =>
  typeof member === 'function' ? (member.bind(target) as unknown) : member

test('gateways are nodes of one chat where they share state and database, and want to be', async () => {
  const { cores, warnings } = await opened('postgres', true, 'auto')
  expect(cores.nodes?.()).toMatchObject({ isHost: false, nodes: [] })
  expect(warnings).toEqual([])
})

test.each([
  ['sqlite', false, 'auto', 0],
  ['postgres', false, 'auto', 0],
  ['postgres', true, 'alone', 0],
  ['sqlite', true, 'auto', 1]
] as const)('%s, shared state %s, nodes %s: the chat is the own one, with %d warnings', async (...given) => {
  const [driver, isShared, nodes, count] = given
  const { cores, warnings } = await opened(driver, isShared, nodes)
  expect(cores.nodes?.()).toBeUndefined()
  expect(warnings).toHaveLength(count)
})

test('the status and the metrics of a node say who runs the chat', async () => {
  await using rig = await startNodes()
  const [first, second] = [await rig.node(), await rig.node()]
  await rig.until(() => first.chat.nodes().nodes.length === 2)
  await second.person('ann')
  const [host, node] = [first.chat.nodes(), second.chat.nodes()]
  expect(node).toMatchObject({ isHost: false, isLinked: true, host: host.self, term: 1, nodes: [] })
  expect(host).toMatchObject({ isHost: true, host: host.self, term: 1 })
  expect(host.nodes.toSorted()).toEqual([host.self, node.self].toSorted())
  expect(host.counters).toMatchObject({ take_overs_total: 1, link_breaks_total: 0 })
  expect(node.counters['link_bytes_total']).toBeGreaterThan(0)
  await expect(second.chat.ping()).resolves.toBeUndefined()
  const empty = { byPlatform: {}, byDialect: {}, counters: {}, ended: {} }
  const status = { connections: 0, users: 0, queuedBytes: 0, ...empty }
  const named = new Map(imMetrics({ ...status, nodes: host }).map(metric => [metric.name, metric]))
  expect([...named.keys()]).toEqual(
    expect.arrayContaining([
      'paifang_im_nodes_is_host',
      'paifang_im_nodes_is_linked',
      'paifang_im_nodes_take_overs_total',
      'paifang_im_nodes_here'
    ])
  )
  second.cutOff()
  await rig.clock.advance(20_000)
  await expect(second.chat.ping()).rejects.toThrow('cannot be reached')
})
