import { setImmediate as turn } from 'node:timers/promises'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { metaOf } from '../../../src/core/plugin.ts'
import sseHub from '../../../src/plugins/sse-hub/index.ts'
import statePlugin from '../../../src/plugins/state/index.ts'
import { fakeClock, type FakeClock } from '../../../src/testing/index.ts'
import { startProxy } from '../../servers/proxy.ts'
import { hasRedis, startRedis, type RedisServer } from '../../servers/redis.ts'
import { startRig, type Rig } from './rig.ts'
import { faultsOf, Wanderer, type Published } from './wanderer.ts'

const topics = ['a', 'b', 'quiet']

/** A gateway with its own connections to Redis. */
function startNode(port: number, clock?: FakeClock): Promise<Rig> {
  const redis = { url: `redis://127.0.0.1:${port}`, timeoutMs: clock ? 300 : 10_000 }
  return startRig({
    ...(clock && { clock }),
    config: { retryMs: 0 },
    with: [[statePlugin, { driver: 'redis', redis }]]
  })
}

/** Publishes by turns, some at a time, and takes down what was promised. */
async function publishAll(nodes: readonly Rig[], count: number, between: (number: number) => unknown) {
  const published: Published[] = []
  let rejected = 0
  const under: Promise<unknown>[] = []
  for (let number = 0; number < count; number++) {
    const topic = topics[number % 50 === 0 ? 2 : number % 2] ?? 'a'
    const data = `${number}`
    const sent = nodes[number % nodes.length]?.hub.publish(topic, { data }).then(
      id => published.push({ id, topic, data }),
      () => void rejected++
    )
    under.push(Promise.resolve(sent))
    if (number % 10 === 0) await sent
    await between(number)
    await turn()
  }
  await Promise.all(under)
  return { published, rejected }
}

/** Publishes a last event to each topic, and waits until all readers have it. */
async function end(
  node: Rig | undefined,
  wanderers: readonly Wanderer[],
  published: Published[]
): Promise<void> {
  for (const topic of topics) {
    const data = `last of ${topic}`
    const id = (await node?.hub.publish(topic, { data })) ?? ''
    published.push({ id, topic, data })
  }
  const isDone = ({ reader }: Wanderer): boolean =>
    reader.topics.every(topic => reader.received.includes(`last of ${topic}`))
  while (!wanderers.every(isDone)) await turn()
  for (const wanderer of wanderers) {
    wanderer.isOver = true
    wanderer.reader.leave()
  }
  await Promise.all(wanderers.map(({ life }) => life))
}

async function healthy(node: Rig): Promise<void> {
  const health = (): unknown => {
    try {
      return metaOf(sseHub)?.health?.(node.hub) ?? 'yes'
    } catch {
      return 'no'
    }
  }
  await expect.poll(health, { timeout: 15_000, interval: 5 }).toBe('yes')
}

describe.skipIf(!hasRedis)('gateways on one Redis', () => {
  let redis: RedisServer
  beforeAll(async () => void (redis = await startRedis()))
  beforeEach(() => redis.client.flushall())
  afterAll(() => redis[Symbol.asyncDispose]())

  const wander = async (nodes: readonly Rig[]): Promise<Wanderer[]> => {
    const wanderers = [['a'], ['a', 'b'], ['quiet'], ['b', 'a', 'quiet']].map(
      (names, index) => new Wanderer(nodes, names, index % nodes.length)
    )
    while (!wanderers.every(({ reader }) => reader.open)) await turn()
    return wanderers
  }

  test('lose nothing when listening connections are killed in the middle of publishing, and readers change', async () => {
    await using a = await startNode(redis.port)
    await using b = await startNode(redis.port)
    const wanderers = await wander([a, b])
    const { published, rejected } = await publishAll([a, b], 2_000, async number => {
      if (number % 250 === 100) await redis.client.call('CLIENT', 'KILL', 'TYPE', 'pubsub')
      const wanderer = wanderers[number % 7]
      if (number % 3 !== 0 || !wanderer) return
      wanderer.node = 1 - wanderer.node
      wanderer.reader.leave()
    })
    expect(rejected).toBe(0)
    await end(a, wanderers, published)
    for (const { reader } of wanderers) {
      expect(faultsOf(reader, published)).toEqual([])
      expect(reader.gaps).toEqual([])
    }
    expect(a.count('log_catch_ups_total') + b.count('log_catch_ups_total')).toBeGreaterThan(0)
    expect([a.hub.status().gaps['lost'], b.hub.status().gaps['restart']]).toEqual([0, 0])
  })

  test('tell every reader when Redis is killed and comes back empty in the middle of publishing', async () => {
    await using other = await startRedis()
    await using a = await startNode(other.port)
    await using b = await startNode(other.port)
    const wanderers = await wander([a, b])
    const { published, rejected } = await publishAll([a, b], 600, async number => {
      if (number === 205) await other.kill()
      if (number === 300) await other.start()
      if (number === 400) await Promise.all([a, b].map(healthy))
    })
    expect(rejected).toBeGreaterThan(0)
    await end(b, wanderers, published)
    for (const { reader } of wanderers) {
      expect(faultsOf(reader, published)).toEqual([])
      expect(reader.gaps.map(({ reason }) => reason)).toContain('restart')
    }
  })

  test('are not ready, and refuse streams, while Redis is away', async () => {
    await using other = await startRedis()
    await using a = await startNode(other.port)
    await other.kill()
    await expect.poll(() => a.hub.status().counters['log_current'], { timeout: 10_000, interval: 5 }).toBe(0)
    expect(() => metaOf(sseHub)?.health?.(a.hub)).toThrow('cannot be followed')
    const refused = await a.read('a')
    await refused.ended
    expect(refused.text).toBe('retry: 0\n\n')
    await other.start()
    await healthy(a)
    expect((await (await a.read('a')).next()).event).toBe('hub.open')
  })

  test('that joins later knows what was published before', async () => {
    await using a = await startNode(redis.port)
    const ids: string[] = []
    for (const data of ['1', '2', '3']) ids.push(await a.hub.publish('a', { data }))
    await using b = await startNode(redis.port)
    await healthy(b)
    const reader = await b.read('a', { headers: { 'last-event-id': ids[0] ?? '' } })
    expect((await reader.take(3)).slice(1)).toMatchObject([
      { data: '2', id: ids[1] },
      { data: '3', id: ids[2] }
    ])
  })

  test('catch up when a connection has fallen silent', async () => {
    await using proxy = await startProxy(redis.port)
    const clock = fakeClock()
    await using a = await startNode(redis.port)
    await using b = await startNode(proxy.port, clock)
    const reader = await b.read('a')
    await a.hub.publish('a', { data: '1' })
    expect((await reader.take(2))[1]?.data).toBe('1')
    proxy.silence()
    proxy.heal()
    await a.hub.publish('a', { data: '2' })
    const later = async (): Promise<readonly string[]> => {
      await clock.advance(1_000)
      return reader.seen.filter(({ event }) => event === 'message').map(({ data }) => data)
    }
    await expect.poll(later, { timeout: 15_000 }).toEqual(['1', '2'])
    expect(b.hub.status().gaps['lost']).toBe(0)
    await a.hub.publish('a', { data: '3' })
    await expect.poll(later).toEqual(['1', '2', '3'])
  })

  test('tell their readers of a failover that has lost the newest events', async () => {
    await using a = await startNode(redis.port)
    await using b = await startNode(redis.port)
    const [here, there] = [await a.read('a'), await b.read('a')]
    await a.hub.publish('a', { data: '1' })
    const keys = ['paifang:{log:sse-hub}', 'paifang:entries:{log:sse-hub}']
    const before = await Promise.all(
      keys.map(async key => [key, await redis.client.dumpBuffer(key)] as const)
    )
    const lost = await a.hub.publish('a', { data: 'lost' })
    for (const reader of [here, there]) expect((await reader.take(3))[2]?.id).toBe(lost)
    for (const [key, dump] of before) await redis.client.restore(key, 0, dump, 'REPLACE')
    await b.hub.publish('a', { data: 'other' })
    const told = await Promise.all([here, there].map(reader => reader.next()))
    for (const event of told) {
      expect(event.event).toBe('hub.gap')
      expect(JSON.parse(event.data)).toMatchObject({ reason: 'restart', from: lost })
    }
    const id = await a.hub.publish('a', { data: 'new' })
    for (const reader of [here, there]) expect(await reader.next()).toMatchObject({ data: 'new', id })
  })
})
