import { expect, it } from 'vitest'
import { startRedisCluster, type RedisCluster } from '../../../servers/redis-cluster.ts'
import { hasRedis, replicated } from '../../../servers/redis.ts'
import { listen } from './listen.ts'
import { openState } from './open-state.ts'

/** A key of state, with what makes it one of Redis, whose slot the first, second or third of the masters has. */
async function keyOn({ nodes: [first] }: RedisCluster, master: number): Promise<string> {
  for (let n = 0; ; n++) {
    const slot = (await first?.client.cluster('KEYSLOT', `test:value:key-${n}`)) ?? 0
    if (Math.floor(slot / Math.ceil(16_384 / 3)) === master) return `key-${n}`
  }
}

it.skipIf(!hasRedis)(
  'goes on with the replica of a master of the cluster that is gone, and loses nothing that was replicated',
  { timeout: 60_000 },
  async () => {
    await using cluster = await startRedisCluster({ replicas: true })
    const [first] = cluster.nodes
    const [replica] = cluster.replicas
    if (!first || !replica) throw new Error('there are three of each')
    const state = await openState({ cluster: cluster.addresses })
    const keys = [await keyOn(cluster, 0), await keyOn(cluster, 1), await keyOn(cluster, 2)]
    const [here = ''] = keys
    // It listens at the first node, too.
    const listener = await listen(state)
    for (const key of keys) await state.set(key, 'kept')
    expect(await state.increment('count')).toBe(1)
    const log = state.log('entries')
    const { epoch } = await log.append('1', { maxEntries: 10 })
    await replicated(first, replica)

    await first.kill()
    const failed = await state.get(here).then(() => 'answered', String)
    expect(failed).not.toBe('answered')
    await expect
      .poll(() => state.set(here, 'written').then(() => 'works', String), { timeout: 30_000 })
      .toBe('works')
    expect(await replica.client.info('replication')).toContain('role:master')
    const values = (): Promise<unknown> => Promise.all(keys.map(key => state.get(key))).catch(String)
    await expect.poll(values, { timeout: 30_000 }).toEqual(['written', 'kept', 'kept'])
    expect(await state.increment('count')).toBe(2)
    expect(await log.append('2', { maxEntries: 10 })).toEqual({ epoch, seq: 2 })
    expect([...(await state.scan('')).keys()].toSorted()).toEqual([...keys, 'count'].toSorted())
    await expect.poll(() => listener.missed, { timeout: 30_000 }).toBe(1)
    await state.publish('c', 'hello')
    await expect.poll(() => listener.heard).toEqual(['hello'])
    await expect.poll(() => state.check().then(() => 'works', String), { timeout: 15_000 }).toBe('works')
    state.close()
  }
)

it.skipIf(!hasRedis)(
  'what the cluster has lost for good is told as lost, and the rest goes on',
  { timeout: 60_000 },
  async () => {
    await using cluster = await startRedisCluster()
    const state = await openState({ cluster: cluster.addresses, timeoutMs: 1_000 })
    const [gone, there] = [await keyOn(cluster, 2), await keyOn(cluster, 1)]
    await state.set(there, 'kept')
    await cluster.nodes[2]?.kill()
    await expect(state.set(gone, '1')).rejects.toThrow(Error)
    // Without all of its slots a cluster answers nothing, so that no half of a fact is taken for the whole.
    await expect
      .poll(() => state.get(there).then(value => value, String), { timeout: 30_000 })
      .toMatch(/CLUSTERDOWN/)
    await expect(state.check()).rejects.toThrow(Error)
    state.close()
  }
)
