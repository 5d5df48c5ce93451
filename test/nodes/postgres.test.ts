import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import apiError from '../../src/plugins/api-error/index.ts'
import cryptoEnvelope from '../../src/plugins/crypto-envelope/index.ts'
import database from '../../src/plugins/database/index.ts'
import { Database } from '../../src/plugins/database/service.ts'
import signBridge from '../../src/plugins/sign-bridge/index.ts'
import { openAudit } from '../../src/plugins/sign-bridge/audit-rows.ts'
import { verifyAudit } from '../../src/plugins/sign-bridge/audit-verify.ts'
import { keyedDigest } from '../../src/plugins/sign-bridge/secret.ts'
import type { SignBridge } from '../../src/plugins/sign-bridge/service.ts'
import { startSignSimulator } from '../../src/plugins/sign-simulator/device.ts'
import state from '../../src/plugins/state/index.ts'
import { fakeClock, testPlugin, type TestGateway } from '../../src/testing/index.ts'
import { noon, startRig as startClicks } from '../plugins/click-stats/rig.ts'
import { startGateway } from '../plugins/im-ws-gateway/clients/gateway.ts'
import { hears, say } from '../plugins/im-ws-gateway/clients/chat.ts'
import { CountingProvider, startRig as startSessions } from '../plugins/sessions/rig.ts'
import { cardKey, guardSecret, outcome, pin } from '../plugins/sign-bridge/rig.ts'
import { hasPostgres, startPostgres, type PostgresServer } from '../servers/postgres.ts'

describe.skipIf(!hasPostgres)('two gateways that share a PostgreSQL', () => {
  let postgres: PostgresServer
  let engine: { readonly driver: 'postgres'; readonly postgres: { readonly url: string } }
  beforeAll(async () => void (postgres = await startPostgres()))
  beforeEach(async () => void (engine = { driver: 'postgres', postgres: { url: await postgres.database() } }))
  afterAll(() => postgres[Symbol.asyncDispose]())

  test('count fifty clicks of one user as one user, whoever writes them', async () => {
    const config = { clicksPerMinutePerUser: 1_000, clicksPerMinutePerAddress: 1_000 }
    const clock = fakeClock(noon)
    await using here = await startClicks({ config, engine, clock })
    await using there = await startClicks({ config, engine, clock })
    await here.put()
    const flushes: Promise<void>[] = []
    await Promise.all(
      Array.from({ length: 50 }, async (_, index) => {
        await (index % 2 ? here : there).click()
        flushes.push(here.clicks.flush(), there.clicks.flush())
      })
    )
    await Promise.all([...flushes, here.clicks.flush(), there.clicks.flush()])
    expect(await here.counted()).toMatchObject({ clicks: { unique: 1, raw: 50 } })
  })

  test('give one token a platform to logins at the same time, which is good on both', async () => {
    const clock = fakeClock()
    const provider = new CountingProvider()
    await using here = await startSessions({ engine, clock, provider, state: false })
    await using there = await startSessions({ engine, clock, provider, state: false })
    await Promise.all([
      here.login(),
      there.login(),
      here.login({ platform: 'ios' }),
      there.login({ platform: 'ios' })
    ])
    const rows = await here.db.selectFrom('sessions_sessions').selectAll().execute()
    expect(rows.map(({ platform }) => platform).toSorted()).toEqual(['ios', 'web'])
    const token = await here.login()
    expect(await there.me(token)).toMatchObject({ cardnum: '213170001' })
    await there.service.logout(token)
    await clock.advance(60_001)
    expect(await here.me(token)).toBeUndefined()
  })

  /** A gateway on a card, with an audit trail. */
  const signing = (url: string): Promise<TestGateway<SignBridge>> =>
    testPlugin(signBridge, {
      config: { devices: [url], guardSecret },
      with: [
        [apiError],
        [state],
        [cryptoEnvelope, { legacyKey: '1234567887654321' }],
        [database, engine]
      ] as never
    })

  test('share what a card refused, the answers to keys, and one audit trail', async () => {
    const card = await startSignSimulator({ key: cardKey })
    const [here, there] = [await signing(card.url), await signing(card.url)]
    const wrong = '12345678'
    expect(await outcome(here.service.sign({ data: 'text', pin: wrong }))).toBe('sign.pin_refused')
    expect(await outcome(there.service.sign({ data: 'text', pin: wrong }))).toBe('sign.pin_blocked')
    const keyed = { data: 'text', pin, idempotencyKey: 'order-7' }
    const first = await here.service.sign(keyed)
    expect(await there.service.sign(keyed)).toEqual(first)
    await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        (index % 2 ? here : there).service.sign({ data: `text ${index}`, pin })
      )
    )
    const db = await openAudit(there.getDecorator<Database>(Database.name))
    const verified = await verifyAudit(db, keyedDigest(guardSecret))
    expect(verified).toMatchObject({ intact: true })
    expect((verified as { rows: number }).rows).toBeGreaterThanOrEqual(23)
    await here.close()
    await there.close()
    await card.close()
  })

  test('keep a chat over a restart, in the order in which it was', async () => {
    const texts = ['one', 'two', 'three', 'four']
    {
      await using gateway = await startGateway({ engine })
      const ann = await gateway.online({ version: '3.5.2', userID: 'ann' })
      const bob = await gateway.online({ version: '2.3.0', userID: 'bob' })
      for (const text of texts) await say(ann, { userID: 'bob' }, text)
      await hears(bob, 'four')
    }
    await using again = await startGateway({ engine })
    const bob = await again.raw({ userID: 'bob', dialect: '2.3' })
    const history = (await bob.ask('GetHistoryMessageList', {
      userID: 'ann',
      groupID: '',
      startClientMsgID: '',
      count: 10
    })) as { content: string }[]
    expect(history.map(({ content }) => content)).toEqual(texts)
  })
})
