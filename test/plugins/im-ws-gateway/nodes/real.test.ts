import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { hasPostgres, startPostgres, type PostgresServer } from '../../../servers/postgres.ts'
import { startProxy } from '../../../servers/proxy.ts'
import { hasRedis, startRedis, type RedisServer } from '../../../servers/redis.ts'
import { heard, hears, hearsRevoked, history, read, revoke, say } from '../clients/chat.ts'
import { startGateway, type Gateway } from '../clients/gateway.ts'
import { within } from '../clients/within.ts'

describe.skipIf(!hasRedis || !hasPostgres)('gateways with one Redis and one PostgreSQL', () => {
  let redis: RedisServer
  let postgres: PostgresServer
  let url: string
  const open: Gateway[] = []
  beforeAll(async () => {
    ;[redis, postgres] = await Promise.all([startRedis(), startPostgres()])
  })
  beforeEach(async () => {
    await redis.client.flushall()
    url = await postgres.database()
  })
  afterEach(async () => {
    await Promise.all(open.splice(0).map(gateway => gateway[Symbol.asyncDispose]()))
  })
  afterAll(async () => {
    await redis[Symbol.asyncDispose]()
    await postgres[Symbol.asyncDispose]()
  })

  /** @param hostLeaseMs short where a host goes; otherwise a busy machine is not to make it go */
  async function node(hostLeaseMs = 10_000, redisUrl = redis.url): Promise<Gateway> {
    const gateway = await startGateway({
      engine: { driver: 'postgres', postgres: { url } },
      state: { driver: 'redis', redis: { url: redisUrl } },
      config: { hostLeaseMs }
    })
    open.push(gateway)
    await gateway.rest.register('nobody')
    return gateway
  }
  const nodesOf = ({ im }: Gateway) => im.status().nodes

  test('clients of all versions on three nodes talk, read, take back and meet in a group', async () => {
    const [one, two, three] = [await node(), await node(), await node()]
    expect([one, two, three].map(gateway => nodesOf(gateway)?.isHost)).toEqual([true, false, false])
    const ann = await one.online({ version: '3.5.2', userID: 'ann' })
    const bob = await two.online({ version: '2.3.0', userID: 'bob' })
    const cat = await three.online({ version: '2.0.3', userID: 'cat' })
    await three.rest.post('groups', {
      groupID: 'team',
      groupName: 'Team',
      ownerUserID: 'ann',
      memberUserIDs: ['bob', 'cat']
    })
    const group = { groupID: 'team' }
    for (const [at, client] of [ann, bob, cat, bob, ann].entries()) await say(client, group, `team ${at}`)
    for (const client of [ann, bob, cat]) {
      await hears(client, client === ann ? 'team 3' : 'team 4')
      const texts = (await history(client, group)).map(({ text }) => text).filter(text => text !== '')
      expect(texts).toEqual(['team 0', 'team 1', 'team 2', 'team 3', 'team 4'])
    }
    const own = { ann: ['0', '4'], bob: ['1', '3'], cat: ['2'] }
    for (const client of [ann, bob, cat]) {
      const mine = own[client.userID as keyof typeof own]
      const told = heard(client)
        .map(({ text }) => text)
        .filter(text => text.startsWith('team'))
      expect(told).toEqual(['0', '1', '2', '3', '4'].filter(at => !mine.includes(at)).map(at => `team ${at}`))
    }

    await say(bob, { userID: 'ann' }, 'hello')
    await hears(ann, 'hello')
    await read(ann, { userID: 'bob' })
    await bob.until('OnRecvC2CReadReceipt')
    const oops = await say(ann, { userID: 'bob' }, 'oops')
    await hears(bob, 'oops')
    await revoke(ann, { userID: 'bob' }, oops)
    await hearsRevoked(bob, oops.clientMsgID)
  })

  test('one user hears on the other node what he has said on this one', async () => {
    const [one, two] = [await node(), await node()]
    const page = await one.online({ version: '3.5.2', userID: 'ann', platformID: 5 })
    const phone = await two.online({ version: '3.5.2', userID: 'ann', platformID: 2 })
    const bob = await two.online({ version: '3.5.2', userID: 'bob' })
    await say(page, { userID: 'bob' }, 'from the page')
    await hears(bob, 'from the page')
    await hears(phone, 'from the page')
    await say(bob, { userID: 'ann' }, 'to both')
    await Promise.all([hears(page, 'to both'), hears(phone, 'to both')])
    expect(heard(phone).map(({ text }) => text)).toEqual(['from the page', 'to both'])
    expect(heard(page).map(({ text }) => text)).toEqual(['to both'])
  })

  test('the host is closed while people talk, and no socket of the others, no message and no order is lost', async () => {
    const [one, two, three] = [await node(), await node(), await node()]
    const ann = await two.online({ version: '3.5.2', userID: 'ann' })
    const bob = await three.online({ version: '2.3.0', userID: 'bob' })
    const talking = (async () => {
      for (let at = 0; at < 60; at++) await say(ann, { userID: 'bob' }, `${at}`)
    })()
    await hears(bob, '10')
    await one.close()
    await within('the talk', talking)
    await hears(bob, '59')
    const texts = Array.from({ length: 60 }, (_, at) => `${at}`)
    expect(heard(bob).map(({ text }) => text)).toEqual(texts)
    expect((await history(bob, { userID: 'ann' }, 100)).map(({ text }) => text)).toEqual(texts)
    expect([ann.sockets.opened, bob.sockets.opened]).toEqual([1, 1])
    expect([two, three].filter(gateway => nodesOf(gateway)?.isHost)).toHaveLength(1)
  })

  test.each(['is emptied', 'is killed and comes back empty'])(
    'when the Redis %s the talk goes on',
    async how => {
      const [one, two] = [await node(1_000), await node(1_000)]
      const ann = await one.online({ version: '3.5.2', userID: 'ann' })
      const bob = await two.online({ version: '3.5.2', userID: 'bob' })
      const talking = (async () => {
        for (let at = 0; at < 40; at++) {
          await say(ann, { userID: 'bob' }, `ann ${at}`)
          await say(bob, { userID: 'ann' }, `bob ${at}`)
        }
      })()
      await hears(bob, 'ann 5')
      if (how === 'is emptied') await redis.client.flushall()
      else {
        await redis.kill()
        await redis.start()
      }
      await within('the talk', talking)
      await Promise.all([hears(bob, 'ann 39'), hears(ann, 'bob 39')])
      const numbered = (name: string): string[] => Array.from({ length: 40 }, (_, at) => `${name} ${at}`)
      expect(heard(bob).map(({ text }) => text)).toEqual(numbered('ann'))
      expect(heard(ann).map(({ text }) => text)).toEqual(numbered('bob'))
      const ready = async (): Promise<number[]> => {
        const answers = await Promise.all([one, two].map(({ http }) => fetch(`${http}/readyz`)))
        return answers.map(({ status }) => status)
      }
      // What was said may have been faster than the look whether anything of it is missing.
      await expect.poll(ready, { timeout: 10_000 }).toEqual([200, 200])
    }
  )

  test('a host that is cut off from the Redis writes nothing more, and its clients go on when it is back', async () => {
    await using wire = await startProxy(redis.port)
    const one = await node(1_000, `redis://127.0.0.1:${wire.port}`)
    const two = await node(1_000)
    const ann = await one.online({ version: '3.5.2', userID: 'ann' })
    const bob = await two.online({ version: '3.5.2', userID: 'bob' })
    await say(ann, { userID: 'bob' }, 'before')
    await hears(bob, 'before')
    wire.silence()
    await expect.poll(() => nodesOf(two)?.isHost, { timeout: 10_000 }).toBe(true)
    expect(nodesOf(one)?.isHost).toBe(false)
    const saying = say(ann, { userID: 'bob' }, 'while away')
    await say(bob, { userID: 'ann' }, 'after')
    wire.heal()
    wire.cut()
    await saying
    await Promise.all([hears(ann, 'after'), hears(bob, 'while away')])
    expect(heard(bob).map(({ text }) => text)).toEqual(['before', 'while away'])
    expect(heard(ann).map(({ text }) => text)).toEqual(['after'])
    const texts = (await history(ann, { userID: 'bob' })).map(({ text }) => text)
    expect(texts).toEqual(['before', 'after', 'while away'])
    await ann.until('OnSyncServerFinish')
    expect(ann.sockets.opened).toBe(1)
  })

  test('a node without a host that it can reach says that it is not ready', async () => {
    const only = await node(1_000)
    expect((await fetch(`${only.http}/readyz`)).status).toBe(200)
    await redis.kill()
    const status = async (): Promise<number> => (await fetch(`${only.http}/readyz`)).status
    await expect.poll(status, { timeout: 10_000 }).toBe(503)
    await redis.start()
  })
})
