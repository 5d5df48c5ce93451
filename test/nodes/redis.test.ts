import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import apiError from '../../src/plugins/api-error/index.ts'
import cryptoEnvelope from '../../src/plugins/crypto-envelope/index.ts'
import { createReplayGuard } from '../../src/plugins/crypto-envelope/replay-guard.ts'
import database from '../../src/plugins/database/index.ts'
import signBridge from '../../src/plugins/sign-bridge/index.ts'
import type { SignBridge } from '../../src/plugins/sign-bridge/service.ts'
import { startSignSimulator } from '../../src/plugins/sign-simulator/device.ts'
import cache from '../../src/plugins/cache/index.ts'
import { Cache } from '../../src/plugins/cache/service.ts'
import state from '../../src/plugins/state/index.ts'
import type { State } from '../../src/plugins/state/service.ts'
import { fakeClock, testPlugin, type TestGateway } from '../../src/testing/index.ts'
import { cardKey, guardSecret, outcome, pin } from '../plugins/sign-bridge/rig.ts'
import { startScan } from '../plugins/wechat-scan/scan-rig.ts'
import { askedForThree, scanned } from '../plugins/wechat-scan/two-gateways.ts'
import { openState } from '../plugins/state/redis/open-state.ts'
import { hasRedis, startRedis, type RedisServer } from '../servers/redis.ts'

describe.skipIf(!hasRedis)('two gateways that share a Redis', () => {
  let redis: RedisServer
  const open: { close(): void }[] = []
  beforeAll(async () => void (redis = await startRedis()))
  beforeEach(() => redis.client.flushall())
  afterEach(() => open.splice(0).forEach(each => each.close()))
  afterAll(() => redis[Symbol.asyncDispose]())

  /** A connection of a node's own. */
  async function connection(): Promise<State> {
    const opened = await openState({ url: redis.url })
    open.push(opened)
    return opened
  }

  async function twoWithScan(config: Parameters<typeof startScan>[0] = {}) {
    const here = await startScan({ ...config, state: await connection() })
    const { clock, simulator } = here
    const there = await startScan({ ...config, clock, simulator, state: await connection() })
    return { here, there }
  }

  test('show a page here what is scanned there, and either redeems the code, once', async () => {
    const { here, there } = await twoWithScan()
    await using _ = here
    await using __ = there
    const { openid, code } = await scanned({ here, there })
    const outcomes = await Promise.allSettled([there.scan.exchange(code), here.scan.exchange(code)])
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toEqual([
      { status: 'fulfilled', value: expect.objectContaining({ openid }) }
    ])
  })

  test('keep to one limit and one count of the day', async () => {
    const { here, there } = await twoWithScan({ config: { scenesPerMinute: 2 } })
    await using _ = here
    await using __ = there
    expect(await askedForThree({ here, there })).toEqual([429, 2])
  })

  test('admit a nonce once, whichever of them sees it first', async () => {
    const clock = fakeClock()
    const here = createReplayGuard(await connection(), clock)
    const there = createReplayGuard(await connection(), clock)
    const admit = (nonce: string, at: number): Promise<string> =>
      (at % 2 ? here : there).admit('k', { ts: clock.now(), nonce }, 300_000).then(() => 'admitted', String)
    const nonces = ['a', 'b', 'c']
    const outcomes = await Promise.all(
      nonces.map(nonce => Promise.all([0, 1, 2, 3].map(at => admit(nonce, at))))
    )
    for (const each of outcomes) expect(each.filter(said => said === 'admitted')).toHaveLength(1)
  })

  test('keep one of them from a card that the other uses, until that one is gone', async () => {
    const card = await startSignSimulator({ key: cardKey })
    const node = (): Promise<TestGateway<SignBridge>> =>
      testPlugin(signBridge, {
        config: { devices: [card.url], guardSecret, deviceLease: true, deviceLeaseMs: 3_000 },
        with: [
          [apiError],
          [state, { driver: 'redis', redis: { url: redis.url } }],
          [cryptoEnvelope, { legacyKey: '1234567887654321' }],
          [database, { file: ':memory:' }]
        ] as never
      })
    const here = await node()
    expect(await outcome(here.service.sign({ data: 'text', pin }))).toBe('signed')
    const there = await node()
    await expect
      .poll(() => there.service.status().devices[0]?.reason, { timeout: 10_000 })
      .toBe('Another gateway holds this device')
    expect((await there.inject('/readyz')).statusCode).toBe(200)
    expect(there.service.status().metrics.find(({ name }) => name.endsWith('device_up'))?.samples).toEqual([])
    expect(await outcome(there.service.sign({ data: 'text', pin }))).toBe('sign.device_elsewhere')
    await here.close()
    await expect
      .poll(() => outcome(there.service.sign({ data: 'text', pin })), { timeout: 20_000 })
      .toBe('signed')
    await there.close()
    await card.close()
  })

  test('share what they cache, and what is cleared', async () => {
    const clock = fakeClock()
    let calls = 0
    const node = async () => {
      const app = await testPlugin(cache, {
        config: { shared: true },
        services: { clock },
        with: [[state, { driver: 'redis', redis: { url: redis.url } }]] as never
      })
      const service = app.getDecorator<Cache>(Cache.name)
      return { app, read: service.define('weather', '10m', async () => `sunny ${++calls}`) }
    }
    const [here, there] = [await node(), await node()]
    expect(await here.read('beijing')).toBe('sunny 1')
    expect(await there.read('beijing')).toBe('sunny 1')
    await here.read.clear()
    await expect.poll(() => there.read.explain('beijing').state).toBe('absent')
    expect(await there.read('beijing')).toBe('sunny 2')
    await here.app.close()
    await there.app.close()
  })

  test('do dear work once for both, where that is wanted', async () => {
    let calls = 0
    let bring: (value: string) => void = () => undefined
    const work = (): Promise<string> => {
      calls++
      return new Promise(resolve => (bring = resolve))
    }
    const node = async () => {
      const app = await testPlugin(cache, {
        config: { shared: true, sharedJobs: true },
        with: [[state, { driver: 'redis', redis: { url: redis.url } }]] as never
      })
      const service = app.getDecorator<Cache>(Cache.name)
      return { app, service, read: service.define('report', '10m', work) }
    }
    const [here, there] = [await node(), await node()]
    const readers = [here.read('2026'), there.read('2026')]
    const waits = (): number =>
      [here, there].reduce(
        (sum, { service }) => sum + (service.stats().counters['shared_waits_total'] ?? 0),
        0
      )
    await expect.poll(waits).toBe(1)
    bring('long')
    expect(await Promise.all(readers)).toEqual(['long', 'long'])
    expect(calls).toBe(1)
    await here.app.close()
    await there.app.close()
  })
})
