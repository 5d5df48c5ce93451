import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { account } from './account.ts'
import { hasPostgres } from '../servers/postgres.ts'
import { hasRedis } from '../servers/redis.ts'
import { startCluster, type Cluster } from './cluster.ts'
import { flows } from './flows.ts'
import { startLoads } from './loads.ts'
import { startRoundRobin, type RoundRobin } from './round-robin.ts'

describe.skipIf(!hasRedis || !hasPostgres)('a cluster', { timeout: 180_000 }, () => {
  let cluster: Cluster<RoundRobin>
  beforeAll(async () => {
    cluster = await startCluster(startRoundRobin)
    await cluster.add()
  }, 60_000)
  afterAll(() => cluster[Symbol.asyncDispose]())

  describe('of one node', () => {
    flows(() => cluster)
  })

  describe('of three', () => {
    beforeAll(async () => {
      await cluster.add()
      await cluster.add()
    }, 60_000)
    flows(() => cluster)

    test('each of them has been asked', () => {
      expect(Math.min(...cluster.proxy.given.values())).toBeGreaterThan(20)
      expect(cluster.proxy.failed).toEqual([])
    })

    test('one node is killed under load: nothing that was acknowledged is lost, nothing is done twice', async () => {
      const loads = await startLoads(cluster)
      await loads.more(10)
      const cut = await cluster.holder()
      await cluster.kill(cut)
      await loads.more(10)
      await loads.rest()
      expect(loads.signatures.size).toBeGreaterThanOrEqual(20)
      await account(cluster, loads)
      await loads.stop()
    })

    test('a node comes and two go under load: no request fails but those that are asked again by contract', async () => {
      await cluster.add()
      const loads = await startLoads(cluster)
      await loads.more(5)
      await cluster.add()
      await cluster.proxy.spread(10)
      expect(await cluster.stop(await cluster.holder())).toBe(0)
      await loads.more(5)
      expect(await cluster.stop(cluster.nodes.at(0)!)).toBe(0)
      await loads.more(5)
      await loads.rest()
      expect(loads.interrupted).toEqual([])
      // What chat clients got no answer to, they had sent when the close was on its way: nothing of it was begun.
      expect([loads.askers.cut, loads.askers.begun, await loads.chats.begun()]).toEqual([[], [], []])
      await account(cluster, loads)
      await loads.stop()
    })
  })
})
