import { Client as Database } from 'pg'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { fakeClock, type FakeClock } from '../../../../src/testing/index.ts'
import { hasPostgres, startPostgres, type PostgresServer } from '../../../servers/postgres.ts'
import { hasRedis, startRedis, type RedisServer } from '../../../servers/redis.ts'
import type { Client } from './client.ts'
import { startGateway, type Gateway } from './gateway.ts'
import { versions, type Version } from './packages.ts'
import { roundRobin } from './round-robin.ts'

/** How long a client that was kicked is watched: until it would have come back (specification §1.4). */
const watchedMs: Readonly<Record<Version, number>> = { '2.0.3': 25_000, '2.3.0': 25_000, '3.5.2': 12_000 }
const pairs = versions.flatMap(before => versions.map(after => ({ before, after })))

describe.skipIf(!hasRedis || !hasPostgres)('two nodes behind a load balancer', () => {
  let redis: RedisServer
  let postgres: PostgresServer
  let databaseUrl: string
  beforeAll(async () => void ([redis, postgres] = await Promise.all([startRedis(), startPostgres()])), 60_000)
  beforeEach(async () => void (databaseUrl = await postgres.database()))
  afterAll(() => Promise.all([redis[Symbol.asyncDispose](), postgres[Symbol.asyncDispose]()]))

  /** Clients that connect to `url` get to the first node, the second, the first, and so on. */
  async function startNodes(clock: FakeClock) {
    const engine = { driver: 'postgres', postgres: { url: databaseUrl } }
    const options = { clock, engine, state: { driver: 'redis', redis: { url: redis.url } } }
    const here = await startGateway(options)
    const there = await startGateway(options)
    const balancer = await roundRobin(here.port, there.port)
    return {
      here,
      there,
      url: `ws://127.0.0.1:${balancer.port}/im`,
      counted: (name: string): number =>
        [here, there].reduce((sum, { im }) => sum + (im.status().counters[name] ?? 0), 0),
      async [Symbol.asyncDispose]() {
        await Promise.all([here, there].map((node: Gateway) => node[Symbol.asyncDispose]()))
        await balancer[Symbol.asyncDispose]()
      }
    }
  }

  /** Lets the time of clients and nodes pass, and Redis answer in it. */
  async function watch(clock: FakeClock, forMs: number, ...clients: readonly Client[]): Promise<void> {
    for (let ms = 0; ms < forMs; ms += 250) {
      await clock.advance(250)
      await redis.client.ping()
      for (const client of clients) await client.settled('has its answers', () => client.isIdle)
    }
  }

  /** Resolves when tokens are refused, which takes less time than clients need to come back: theirs passes faster here. */
  async function refused(tokens: number): Promise<void> {
    const database = new Database({ connectionString: databaseUrl })
    await database.connect()
    await expect
      .poll(async () => (await database.query('select from im_tokens_kicks')).rowCount, { timeout: 10_000 })
      .toBe(tokens)
    await database.end()
  }

  const kicksOf = ({ events }: Client): number =>
    events.filter(({ name }) => name === 'OnKickedOffline').length

  test.each(pairs)('$after takes the place of $before, once and for all', async ({ before, after }) => {
    const clock = fakeClock(Date.now())
    await using nodes = await startNodes(clock)
    const { here, there, url } = nodes
    const old = await here.online({ version: before, userID: 'ann', clock, url })
    const fresh = await here.online({ version: after, userID: 'ann', clock, url })
    expect([here, there].map(({ im }) => im.status().connections)).toEqual([1, 1])
    await old.until('OnKickedOffline')
    await refused(1)
    await watch(clock, watchedMs[before], old)
    const [first, ...returns] = old.frames.filter(one => one.direction === 'in' && one.event === 'Login')
    expect(first?.errCode).toBe(0)
    expect(returns.map(({ errCode }) => errCode).filter(errCode => errCode !== 706)).toEqual([])
    expect(returns.length > 0).toBe(before !== '3.5.2')
    expect([kicksOf(fresh), fresh.sockets]).toEqual([0, { opened: 1, open: 1 }])
    expect(await fresh.ask('getSelfUserInfo')).toMatchObject({ userID: 'ann' })
    expect(nodes.counted('kicked_by_other_nodes_total')).toBe(1)
  })

  test.each(pairs)('$after and $before with one token do not fight', async ({ before, after }) => {
    const clock = fakeClock(Date.now())
    await using nodes = await startNodes(clock)
    const { here, url } = nodes
    const token = await here.rest.login('ann', 5)
    const old = await here.online({ version: before, userID: 'ann', token, clock, url })
    const fresh = await here.online({ version: after, userID: 'ann', token, clock, url })
    const isKicked = before === '3.5.2' && after === '3.5.2'
    if (isKicked) await old.until('OnKickedOffline')
    await watch(clock, watchedMs[before], old, fresh)
    expect([kicksOf(old), kicksOf(fresh)]).toEqual([isKicked ? 1 : 0, 0])
    expect(old.sockets).toEqual({ opened: 1, open: isKicked ? 0 : 1 })
    expect(fresh.sockets).toEqual({ opened: 1, open: 1 })
  })

  test.each(versions)('of two clients of %s that log in at one moment one stays', async version => {
    const clock = fakeClock(Date.now())
    await using nodes = await startNodes(clock)
    const { here, url } = nodes
    const clients = [
      await here.client({ version, userID: 'ann', clock, url }),
      await here.client({ version, userID: 'ann', clock, url })
    ]
    await Promise.all(clients.map(client => client.login()))
    await refused(1)
    await watch(clock, watchedMs[version], ...clients)
    expect(clients.map(kicksOf).toSorted((a, b) => a - b)).toEqual([0, 1])
    const stays = clients.find(client => kicksOf(client) === 0)
    expect(stays?.sockets).toEqual({ opened: 1, open: 1 })
    expect(await stays?.ask('getSelfUserInfo')).toMatchObject({ userID: 'ann' })
  })

  test('a forced logout on one node ends a client on the other, which says so to its program', async () => {
    const clock = fakeClock(Date.now())
    await using nodes = await startNodes(clock)
    const { here, there } = nodes
    const ann = await here.online({ version: '3.5.2', userID: 'ann', clock })
    const old = await here.online({ version: '2.3.0', userID: 'ann', platformID: 3, clock })
    expect(await there.im.forceLogout('ann')).toBe(0)
    await ann.until('OnKickedOffline')
    await old.until('OnKickedOffline')
    await watch(clock, 25_000, ann, old)
    const codes = old.frames.filter(one => one.direction === 'in' && one.event === 'Login')
    expect(codes.slice(1).every(({ errCode }) => errCode === 706)).toBe(true)
    expect(nodes.counted('logged_out_by_other_nodes_total')).toBe(2)
    const again = await there.online({ version: '3.5.2', userID: 'ann', clock })
    expect(await again.ask('getSelfUserInfo')).toMatchObject({ userID: 'ann' })
  })

  test('a login whose news Redis does not take ends the older one once it is back', async () => {
    const clock = fakeClock(Date.now())
    await using nodes = await startNodes(clock)
    const { here, there } = nodes
    // The first node runs the chat, and needs no Redis for it until its lease is over.
    await expect.poll(() => here.im.status().nodes?.isHost).toBe(true)
    const old = await there.online({ version: '3.5.2', userID: 'ann', clock })
    await redis.kill()
    await clock.advance(5)
    const fresh = await here.online({ version: '2.3.0', userID: 'ann', clock })
    expect([kicksOf(old), kicksOf(fresh)]).toEqual([0, 0])
    await redis.start()
    await old.until('OnKickedOffline')
    await watch(clock, 12_000, old, fresh)
    expect([kicksOf(old), kicksOf(fresh)]).toEqual([1, 0])
    expect(await fresh.ask('getSelfUserInfo')).toMatchObject({ userID: 'ann' })
  })
})
