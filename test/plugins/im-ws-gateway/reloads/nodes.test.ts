import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { hasPostgres, startPostgres, type PostgresServer } from '../../../servers/postgres.ts'
import { hasRedis, startRedis, type RedisServer } from '../../../servers/redis.ts'
import { talkAcross, talkInTurn } from './after-a-reload.ts'
import { conversations, heard, history, send, startReloadable, type Settings } from './rig.ts'

describe.skipIf(!hasRedis || !hasPostgres)('with one Redis and one PostgreSQL', () => {
  let redis: RedisServer
  let postgres: PostgresServer
  let url: string
  beforeAll(async () => {
    ;[redis, postgres] = await Promise.all([startRedis(), startPostgres()])
  }, 60_000)
  beforeEach(async () => {
    await redis.client.flushall()
    url = await postgres.database()
  })
  afterAll(async () => {
    await redis[Symbol.asyncDispose]()
    await postgres[Symbol.asyncDispose]()
  })

  const settings = (nodes: 'auto' | 'alone'): Partial<Settings> => ({
    state: { driver: 'redis', redis: { url: redis.url } },
    database: { driver: 'postgres', postgres: { url } },
    im: { nodes, hostLeaseMs: 60_000 }
  })

  test.each([
    ['at once where there is another one', true],
    ['at its end', false]
  ])(
    'the node that runs the chat is reloaded: it hands over %s, and serves its users until then',
    async (_when, hasOther) => {
      await using gateway = await startReloadable(settings('auto'))
      await gateway.rest.register('ann', 'bob')
      expect(gateway.status().nodes).toMatchObject({ isHost: true })
      await using other = hasOther ? await startReloadable(settings('auto')) : undefined
      const isHandedOver = (): boolean =>
        [gateway, other].some(one => one?.status().nodes?.isHost) && gateway.status().nodes?.isLinked === true
      await expect.poll(() => gateway.status().nodes?.nodes.length, { timeout: 10_000 }).toBe(other ? 2 : 1)
      await gateway.crowd(60)
      const ann = await gateway.raw('ann')
      await gateway.reload()
      const bob = await gateway.raw('bob')
      await expect.poll(() => !other || isHandedOver(), { timeout: 10_000 }).toBe(true)
      const texts = Array.from({ length: 10 }, (_, at) => `${at}`)
      const each = async (from: typeof ann, to: string): Promise<void> => {
        for (const text of texts) await send(from, to, `${from.userID} ${text}`)
      }
      await Promise.all([each(ann, 'bob'), each(bob, 'ann')])
      await bob.ask('PinConversation', ['si_ann_bob', true])
      await ann.ask('SetConversationDraft', ['si_ann_bob', 'from before'])
      const of = (name: string): string[] => texts.map(text => `${name} ${text}`)
      await Promise.all([
        ann.until('all', () => heard(ann).length === 10),
        bob.until('all', () => heard(bob).length === 10)
      ])
      expect([heard(ann), heard(bob)]).toEqual([of('bob'), of('ann')])
      expect(ann.socket.readyState).toBe(1)
      await gateway.drain()
      expect(await ann.closed).toBe(1001)
      await expect.poll(isHandedOver, { timeout: 10_000 }).toBe(true)
      const back = await gateway.raw('ann')
      expect((await history(back, 'bob')).toSorted()).toEqual([...of('ann'), ...of('bob')])
      expect(await conversations(back)).toMatchObject([{ draftText: 'from before' }])
      expect(await conversations(bob)).toMatchObject([{ isPinned: true }])
    },
    30_000
  )

  test('a process that is alone on a PostgreSQL goes on with its chat', async () => {
    await using gateway = await startReloadable(settings('alone'))
    await gateway.crowd(60)
    const ann = await gateway.raw('ann')
    await gateway.reload()
    expect(await talkAcross(gateway, ann)).toEqual(['from before', 'from after'])
  })

  test.each([
    ['alone', 'auto'],
    ['auto', 'alone']
  ] as const)(
    'from `nodes: %s` to `%s` the next chat begins when the one before has ended',
    async (...modes) => {
      const [before, after] = modes
      await using gateway = await startReloadable(settings(before))
      expect(await talkInTurn(gateway, settings(after))).toEqual(['before it ends', 'after'])
      expect(gateway.status().nodes?.isHost).toBe(after === 'auto' ? true : undefined)
    }
  )
})
