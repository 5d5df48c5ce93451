import { expect, test, vi } from 'vitest'
import { WechatApiError } from '../../../src/plugins/wechat-scan/wechat-api-error.ts'
import { MemoryState } from '../../../src/plugins/state/memory-state.ts'
import { fakeClock } from '../../../src/testing/index.ts'
import { asker, fakeLog, FakeApi, loginNode, scanOf, ttlMs } from './login-rig.ts'

test('a browser gets a scene and a secret, and the secret is kept nowhere', async () => {
  const { logins, state } = loginNode()
  const { login, secret } = await logins.begin(asker())
  expect(login.scene).toMatchObject({ state: 'shown', handle: login.hash, from: 'Firefox, Linux' })
  expect(Buffer.from(secret, 'base64url')).toHaveLength(32)
  const kept = JSON.stringify([...(await state.scan('', 1_000))])
  expect(kept).toContain(login.hash)
  expect(kept).not.toContain(secret)
})

test('a browser that comes back keeps its scene; a stranger’s secret is worth nothing', async () => {
  const { logins, api } = loginNode()
  const first = await logins.begin(asker())
  const again = await logins.begin(asker({ secret: first.secret }))
  expect(again.secret).toBe(first.secret)
  expect(again.login.handle.scene).toBe(first.login.handle.scene)
  expect(api.made).toHaveLength(1)
  const stranger = await logins.begin(asker({ secret: 'A'.repeat(43) }))
  expect(stranger.secret).not.toBe('A'.repeat(43))
  expect(stranger.login.handle.scene).not.toBe(first.login.handle.scene)
})

test('a browser whose login is over gets a new secret with its new scene', async () => {
  const { logins, sink, codes } = loginNode()
  const first = await logins.begin(asker())
  await sink.scanned(scanOf(first.login.handle.scene))
  const seen = await logins.look(first.login.hash)
  if (!seen) throw new Error('the login is gone')
  await codes.redeem((await codes.issue(seen)) ?? '')
  const next = await logins.begin(asker({ secret: first.secret }))
  expect(next.secret).not.toBe(first.secret)
  expect(next.login.handle.scene).not.toBe(first.login.handle.scene)
})

test('an account that is not set up is refused, before anything is counted', async () => {
  const { logins, counters } = loginNode()
  await expect(logins.begin(asker({ account: 'other' }))).rejects.toMatchObject({
    entry: { key: 'scan.unknown_account' }
  })
  expect(counters.values).toMatchObject({ scenes_shown_total: 0 })
})

test('a scene that was reserved for a browser that left goes back to the stock', async () => {
  const { logins, stock } = loginNode()
  const gone = AbortSignal.abort()
  await expect(logins.begin(asker({ signal: gone }))).rejects.toMatchObject({ entry: { key: 'scan.busy' } })
  expect(stock.size).toBe(1)
})

test('a waiting page gets new QR codes by itself, so many, and then none', async () => {
  const { logins, clock, api } = loginNode({ maxRefreshes: 2 })
  const { login } = await logins.begin(asker())
  const scenes = new Set([login.handle.scene])
  for (let round = 0; round < 2; round++) {
    // eslint-disable-next-line no-await-in-loop
    await clock.advance(ttlMs)
    // eslint-disable-next-line no-await-in-loop
    const next = await logins.look(login.hash)
    expect(next?.scene.state).toBe('shown')
    scenes.add(next?.handle.scene ?? '')
  }
  expect(scenes.size).toBe(3)
  await clock.advance(ttlMs)
  expect((await logins.look(login.hash))?.scene.state).toBe('expired')
  expect(api.made).toHaveLength(3)
})

test('whoever asks gets a new QR code and as many by themselves as at first', async () => {
  const { logins, clock } = loginNode({ maxRefreshes: 1 })
  const { login } = await logins.begin(asker())
  await clock.advance(ttlMs)
  await logins.look(login.hash)
  await clock.advance(ttlMs)
  const renewed = await logins.renew(login.hash, '192.0.2.1', asker().signal)
  expect(renewed.scene.state).toBe('shown')
  expect(logins.refreshesLeft(renewed)).toBe(1)
})

test('a page that slept long after its QR code was over can still ask for another one', async () => {
  const { logins, clock } = loginNode({ maxRefreshes: 0 })
  const { login } = await logins.begin(asker())
  await clock.advance(ttlMs + 1_790_000)
  expect((await logins.look(login.hash))?.scene).toMatchObject({ state: 'expired', told: true })
  expect((await logins.renew(login.hash, '192.0.2.1', asker().signal)).scene.state).toBe('shown')
})

test('the QR code that a new one replaces cannot be scanned any more', async () => {
  const { logins, sink } = loginNode()
  const { login } = await logins.begin(asker())
  await logins.renew(login.hash, '192.0.2.1', asker().signal)
  const answer = await sink.scanned(scanOf(login.handle.scene))
  expect(answer?.reply).toContain('expired')
  expect((await logins.look(login.hash))?.scene.state).toBe('shown')
})

test('a scan that comes between a click on refresh and its work is not lost', async () => {
  const { logins, sink, api, stock, clock } = loginNode()
  const { login } = await logins.begin(asker())
  const other = new FakeApi(clock)
  vi.spyOn(api, 'createQr').mockImplementationOnce(async (scene, ttlS) => {
    await sink.scanned(scanOf(login.handle.scene))
    return other.createQr(scene, ttlS)
  })
  const renewed = await logins.renew(login.hash, '192.0.2.1', asker().signal)
  expect(renewed.scene).toMatchObject({ state: 'confirmed', openid: 'alice' })
  expect(stock.size).toBe(1)
})

test('two tabs whose QR code ends at once get one new one, and the other goes back', async () => {
  const { logins, clock, stock, counters } = loginNode()
  const { login } = await logins.begin(asker())
  await clock.advance(ttlMs)
  const [one, two] = await Promise.all([logins.look(login.hash), logins.look(login.hash)])
  expect(one?.handle.scene).toBe(two?.handle.scene)
  expect(stock.size).toBe(1)
  expect(counters.values).toMatchObject({ refreshes_total: 1, scenes_shown_total: 2 })
})

test('a QR code that is due and cannot be made is busy, and comes later', async () => {
  const { logins, clock, api } = loginNode()
  const { login } = await logins.begin(asker())
  await clock.advance(ttlMs)
  api.faults.push(new WechatApiError('no', { errcode: 45009, retryable: false }))
  await expect(logins.look(login.hash)).rejects.toMatchObject({ entry: { key: 'scan.busy' } })
  await clock.advance(600_000)
  expect((await logins.look(login.hash))?.scene.state).toBe('shown')
})

test('nobody can renew what is not there, or too often', async () => {
  const { logins } = loginNode({ perMinute: 3 })
  await expect(logins.renew('nobody', '192.0.2.1', asker().signal)).rejects.toMatchObject({
    entry: { key: 'scan.no_login' }
  })
  const { login } = await logins.begin(asker())
  for (let count = 0; count < 2; count++) {
    // eslint-disable-next-line no-await-in-loop
    await logins.renew(login.hash, '192.0.2.1', asker().signal)
  }
  await expect(logins.renew(login.hash, '192.0.2.1', asker().signal)).rejects.toMatchObject({
    entry: { key: 'scan.too_many' }
  })
})

test('a state that is full takes no more logins, and says so', async () => {
  const clock = fakeClock()
  const state = new MemoryState({ maxKeys: 3, clock, log: fakeLog() })
  const { logins } = loginNode({ state, clock })
  await expect(logins.begin(asker())).rejects.toMatchObject({
    entry: { key: 'scan.busy' },
    context: { retryAfter: 60 }
  })
})

test('an announcement that fails is logged and harms nobody', async () => {
  const { logins, state, log } = loginNode()
  state.publish = async () => {
    throw new Error('the line is cut')
  }
  await logins.announce('x')
  expect(log.lines.join()).toContain('a scan was not announced')
})
