import { afterAll, beforeAll, describe } from 'vitest'
import { stateContract } from '../../../contracts/state.ts'
import { hasRedis, startRedis, type RedisServer } from '../../../servers/redis.ts'
import { openState } from './open-state.ts'

describe.skipIf(!hasRedis)('with a server', () => {
  let redis: RedisServer
  beforeAll(async () => void (redis = await startRedis()))
  afterAll(() => redis[Symbol.asyncDispose]())

  stateContract('redis', async () => {
    await redis.client.flushall()
    const state = await openState({ url: redis.url })
    return { state, advance: ms => redis.advance(ms), close: async () => state.close() }
  })
})
