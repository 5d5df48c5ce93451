import { expect, test } from 'vitest'
import { textsIn } from '../../../src/plugins/wechat-scan/confirm-texts.ts'
import { asker, loginNode, scanOf, ttlMs } from './login-rig.ts'

const texts = textsIn('en')

test('a scan logs in the browser that showed the scene, and its user is told so', async () => {
  const { logins, sink } = loginNode()
  const { login } = await logins.begin(asker())
  const answer = await sink.scanned(scanOf(login.handle.scene))
  expect(answer?.reply).toBe(texts.loggedIn('Shop'))
  expect((await logins.look(login.hash))?.scene).toMatchObject({
    state: 'confirmed',
    openid: 'alice',
    event: 'SCAN',
    scannedAt: Date.UTC(2026, 0, 1)
  })
})

test('what is new is written first and announced then', async () => {
  const { logins, sink, state, scenes } = loginNode()
  const { login } = await logins.begin(asker())
  const seen: unknown[] = []
  await state.subscribe('wechat-scan', hash => {
    seen.push(hash)
    void scenes.read(login.handle).then(scene => seen.push(scene?.state))
  })
  await sink.scanned(scanOf(login.handle.scene))
  await new Promise(resolve => setImmediate(resolve))
  expect(seen).toEqual([login.hash, 'confirmed'])
})

test('the same person may scan again: the answer is the same, and nothing changes', async () => {
  const { logins, sink, counters } = loginNode()
  const { login } = await logins.begin(asker())
  const first = await sink.scanned(scanOf(login.handle.scene))
  const before = await logins.look(login.hash)
  expect(await sink.scanned(scanOf(login.handle.scene))).toEqual(first)
  expect(await logins.look(login.hash)).toEqual(before)
  expect(counters.values).toMatchObject({ scans_total: 1, scans_repeated_total: 1 })
})

test('a second person is told that the code is used, and an operator hears of it', async () => {
  const { logins, sink, log, counters } = loginNode()
  const { login } = await logins.begin(asker())
  await sink.scanned(scanOf(login.handle.scene, 'alice'))
  const answer = await sink.scanned(scanOf(login.handle.scene, 'mallory'))
  expect(answer?.reply).toBe(texts.used)
  expect((await logins.look(login.hash))?.scene.openid).toBe('alice')
  expect(counters.values).toMatchObject({ second_scanners_total: 1 })
  expect(log.lines.join()).toContain('a second person')
  expect(log.lines.join()).not.toMatch(/alice|mallory/)
})

test('a scan that comes too late is told so, also long after', async () => {
  const { logins, sink, clock, counters } = loginNode({ maxRefreshes: 0 })
  const { login } = await logins.begin(asker())
  await clock.advance(ttlMs)
  expect(await sink.scanned(scanOf(login.handle.scene))).toEqual({ reply: texts.over })
  await clock.advance(10 * ttlMs)
  expect(await sink.scanned(scanOf(login.handle.scene))).toEqual({ reply: texts.over })
  expect((await logins.look(login.hash))?.scene.state).toBe('expired')
  expect(counters.values).toMatchObject({ scans_late_total: 2, scans_total: 0 })
})

test('what cannot be a scene of ours is left to others', async () => {
  const { sink } = loginNode()
  for (const scene of ['', '42', 'last_trade_no_4200000000', 'product|1']) {
    // eslint-disable-next-line no-await-in-loop
    expect(await sink.scanned(scanOf(scene))).toBeUndefined()
  }
})

test('a scan at another account does nothing to the scene', async () => {
  const { logins, sink } = loginNode()
  const { login } = await logins.begin(asker())
  await sink.scanned(scanOf(login.handle.scene, 'alice', { account: 'other' }))
  expect((await logins.look(login.hash))?.scene.state).toBe('shown')
})
