import { setImmediate as turn } from 'node:timers/promises'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { logScripts } from '../../../../src/plugins/state/redis/log-scripts.ts'
import type { RedisState } from '../../../../src/plugins/state/redis/redis-state.ts'
import type { RedisSettings } from '../../../../src/plugins/state/redis/redis-options.ts'
import { StateFullError } from '../../../../src/plugins/state/service.ts'
import { fakeClock, type FakeClock } from '../../../../src/testing/index.ts'
import { logReader } from '../../../contracts/state/log-reader.ts'
import { startProxy } from '../../../servers/proxy.ts'
import { hasRedis, startRedis, type RedisServer } from '../../../servers/redis.ts'
import { faultsOf, type Promised } from '../log/history.ts'
import { openState } from './open-state.ts'

const bounds = { maxEntries: 10_000 }
const keys = ['test:{log:l}', 'test:entries:{log:l}'] as const

/** A node that follows the log from its start. */
async function openNode(settings: Partial<RedisSettings>, clock?: FakeClock) {
  const state: RedisState = await openState(settings, clock && { clock })
  const log = state.log('l')
  const reader = logReader(log, 'start')
  await reader.following.started
  return {
    ...reader,
    state,
    log,
    append: (text: string, limits = bounds) => log.append(text, limits),
    texts: (): string[] => reader.entries.map(({ text }) => text),
    async close() {
      await reader.following.end()
      state.close()
    }
  }
}
type Node = Awaited<ReturnType<typeof openNode>>

/** Appends by turns, some at a time, and takes down what was promised. What is rejected may be there or not. */
async function appendAll(nodes: readonly Node[], count: number, between: (number: number) => unknown) {
  const promised: Promised[] = []
  let rejected = 0
  const all: Promise<unknown>[] = []
  for (let number = 0; number < count; number++) {
    const text = `${number}`
    const appended = nodes[number % nodes.length]?.append(text)
    all.push(
      Promise.resolve(appended).then(
        place => place && promised.push({ ...place, text }),
        () => void rejected++
      )
    )
    if (number % 10 === 0) await all.at(-1)
    await between(number)
    await turn()
  }
  await Promise.all(all)
  return { promised, rejected }
}

/** Resolves when a node is where the log is. */
async function current({ following }: Node): Promise<void> {
  await expect
    .poll(
      () =>
        following
          .sync()
          .then(() => following.isCurrent)
          .catch(() => false),
      { timeout: 15_000, interval: 20 }
    )
    .toBe(true)
}

describe.skipIf(!hasRedis)('logs in redis', () => {
  let redis: RedisServer
  beforeAll(async () => void (redis = await startRedis()))
  beforeEach(() => redis.client.flushall())
  afterAll(() => redis[Symbol.asyncDispose]())

  it('lose nothing when listening connections are killed in the middle of appending', async () => {
    const nodes = await Promise.all([openNode({ url: redis.url }), openNode({ url: redis.url })])
    const { promised, rejected } = await appendAll(nodes, 3_000, number =>
      number % 250 === 100 ? redis.client.call('CLIENT', 'KILL', 'TYPE', 'pubsub') : undefined
    )
    expect(rejected).toBe(0)
    for (const node of nodes) {
      await current(node)
      expect(node.losses).toEqual([])
      expect(node.entries.map(({ seq }) => seq)).toEqual(promised.map((_, index) => index + 1))
      expect(faultsOf(node, promised)).toEqual([])
      expect(node.following.catchUps).toBeGreaterThan(0)
      await node.close()
    }
  })

  it('tell of every loss when the server is killed and comes back empty in the middle of appending', async () => {
    await using other = await startRedis()
    const nodes = await Promise.all([openNode({ url: other.url }), openNode({ url: other.url })])
    const { promised, rejected } = await appendAll(nodes, 600, async number => {
      if (number === 205) await other.kill()
      if (number === 300) await other.start()
      // The rest comes when some of them are connected again.
      if (number === 400) await current(nodes[0])
    })
    expect(rejected).toBeGreaterThan(0)
    expect(promised.map(({ text }) => text)).toEqual(expect.arrayContaining(['0', '598']))
    for (const node of nodes) {
      await current(node)
      expect(faultsOf(node, promised)).toEqual([])
      expect(node.losses).toMatchObject([{ reason: 'restart' }])
    }
    expect(nodes[0].losses).toEqual(nodes[1].losses)
    for (const node of nodes) await node.close()
  })

  it('are told as begun anew when a failover has lost the newest entries', async () => {
    const [a, b] = await Promise.all([openNode({ url: redis.url }), openNode({ url: redis.url })])
    await a.append('1')
    const before = await Promise.all(
      keys.map(async key => [key, await redis.client.dumpBuffer(key)] as const)
    )
    await a.append('2, lost')
    await b.append('3, lost')
    await Promise.all([a.until(3), b.until(3)])
    const goBack = async (): Promise<void> => {
      for (const [key, dump] of before) await redis.client.restore(key, 0, dump, 'REPLACE')
    }
    await goBack()
    await b.append('2, other')
    await expect.poll(() => [...a.losses, ...b.losses]).toHaveLength(2)
    const { epoch } = a.losses[0] ?? { epoch: '' }
    for (const { losses } of [a, b]) expect(losses).toEqual([{ reason: 'restart', epoch, through: 0 }])
    expect(await a.append('new')).toEqual({ epoch, seq: 1 })
    for (const node of [a, b]) {
      await node.until(4)
      expect(node.texts()).toEqual(['1', '2, lost', '3, lost', 'new'])
    }
    // And once more, back into an epoch that was over.
    await goBack()
    await current(a)
    await expect.poll(() => b.losses).toHaveLength(2)
    expect(b.losses[1]).toEqual(a.losses[1])
    for (const node of [a, b]) await node.close()
  })

  it('go on where a node claims wrongly that something is gone', async () => {
    const node = await openNode({ url: redis.url })
    const { epoch } = await node.append('1')
    const [{ tag = '' }, messages] = await Promise.all([
      redis.client.hgetall(keys[0]),
      redis.client.lrange(keys[1], 0, -1)
    ])
    await node.append('2')
    const restart = (seq: number, tagThere: string, of = epoch): Promise<unknown> =>
      redis.client.eval(logScripts.paifangLogRestart.lua, 2, ...keys, of, seq, tagThere, 'n'.repeat(16), 'c')
    expect(messages).toEqual([`${epoch} 1 - ${tag} 1`])
    for (const wrong of [restart(1, tag), restart(0, '-'), restart(1, 'x', 'another epoch')])
      expect(await wrong).toBe(0)
    await redis.client.del(keys[1])
    expect(await restart(1, 'nobody knows')).toBe(0)
    expect(await restart(2, 'another')).toBe(1)
    await node.close()
  })

  it('are caught up with when the connection that listens has fallen silent', async () => {
    await using proxy = await startProxy(redis.port)
    const clock = fakeClock()
    const [a, b] = await Promise.all([
      openNode({ url: redis.url }),
      openNode({ url: `redis://127.0.0.1:${proxy.port}`, timeoutMs: 300 }, clock)
    ])
    await a.append('1')
    await b.until(1)
    proxy.silence()
    proxy.heal()
    await a.append('2')
    // It is asked whether anybody is there, and found that nobody is. What is read in vain is read again.
    await clock.advance(10_000)
    const later = async (): Promise<string[]> => {
      await clock.advance(1_000)
      return b.texts()
    }
    await expect.poll(later, { timeout: 10_000 }).toEqual(['1', '2'])
    expect(b.losses).toEqual([])
    await a.append('3')
    expect((await b.until(3)).at(-1)?.text).toBe('3')
    for (const node of [a, b]) await node.close()
  })

  it('are not current while nobody can be listened to', async () => {
    await using proxy = await startProxy(redis.port)
    const node = await openNode({ url: `redis://127.0.0.1:${proxy.port}`, timeoutMs: 200 })
    expect(node.following.isCurrent).toBe(true)
    proxy.silence()
    proxy.cut()
    await expect.poll(() => node.following.isCurrent).toBe(false)
    await expect(node.following.sync()).rejects.toThrow(Error)
    await expect(node.append('1')).rejects.toThrow(Error)
    proxy.heal()
    await current(node)
    await node.append('2')
    await node.close()
  })

  it('are had in pages of any size by a node that comes late', async () => {
    const first = await openNode({ url: redis.url })
    const texts = Array.from({ length: 1_234 }, (_, index) =>
      index % 400 ? `${index}` : 'x'.repeat(400_000)
    )
    await Promise.all(texts.map(text => first.append(text)))
    const late = await openNode({ url: redis.url })
    expect(late.texts()).toEqual(texts)
    await first.until(texts.length)
    expect(first.texts()).toEqual(texts)
    for (const node of [first, late]) await node.close()
  })

  it('are full when Redis is, and lose nothing by it', async () => {
    await using small = await startRedis()
    const node = await openNode({ url: small.url })
    await node.append('1')
    await small.client.config('SET', 'maxmemory', '1')
    await expect(node.append('refused')).rejects.toThrow(StateFullError)
    await small.client.config('SET', 'maxmemory', '0')
    expect(await node.append('2')).toMatchObject({ seq: 2 })
    await node.until(2)
    expect(node.texts()).toEqual(['1', '2'])
    await node.close()
  })
})
