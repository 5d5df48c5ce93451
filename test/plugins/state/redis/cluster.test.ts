import { afterAll, beforeAll, describe } from 'vitest'
import { stateContract } from '../../../contracts/state.ts'
import { startRedisCluster, type RedisCluster } from '../../../servers/redis-cluster.ts'
import { hasRedis } from '../../../servers/redis.ts'
import { openState } from './open-state.ts'

describe.skipIf(!hasRedis)('with a server', () => {
  let cluster: RedisCluster
  beforeAll(async () => void (cluster = await startRedisCluster()))
  afterAll(() => cluster[Symbol.asyncDispose]())

  stateContract('redis cluster', async () => {
    await Promise.all(cluster.nodes.map(({ client }) => client.flushall()))
    const state = await openState({ cluster: cluster.addresses })
    return {
      state,
      async advance(ms) {
        await Promise.all(cluster.nodes.map(node => node.advance(ms)))
      },
      close: async () => state.close()
    }
  })
})
