import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { startWechatSimulator } from '../../../src/index.ts'
import { sandboxLimits } from '../../../src/plugins/wechat-simulator/quotas.ts'
import { refusal, WechatError } from '../../../src/plugins/wechat-simulator/wechat-error.ts'
import { startReceiver } from './receiver.ts'
import { start } from './start.ts'

test('listens on loopback, with nothing given', async () => {
  await using simulator = await startWechatSimulator()
  expect(simulator.apiBase).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/)
  expect(simulator.account.mode).toBe('secure')
  expect(simulator.people.newest(1)).toEqual([])
})

test('does not start where its port is taken', async () => {
  await using first = await startWechatSimulator()
  const port = Number(new URL(first.apiBase).port)
  await expect(startWechatSimulator({ port })).rejects.toMatchObject({ code: 'EADDRINUSE' })
})

test('may be closed twice, and answers nobody then', async () => {
  const simulator = await startWechatSimulator()
  await simulator.close()
  await simulator.close()
  await expect(fetch(simulator.apiBase)).rejects.toThrow('fetch failed')
})

test('closes while a push waits for its answer', async () => {
  await using receiver = await startReceiver(() => undefined)
  const simulator = await startWechatSimulator({ callbackUrl: receiver.url })
  const outcome = simulator.phone.follow('oAnn')
  await expect.poll(() => receiver.pushes.length).toBe(1)
  await simulator.close()
  expect(await outcome).toMatchObject({ result: 'lost' })
})

test('how pushes are made may change while it runs', async () => {
  await using receiver = await startReceiver()
  await using run = await start({ callbackUrl: receiver.url, account: { mode: 'plain' } })
  const { simulator } = run
  await simulator.phone.follow('oAnn')
  simulator.set({ format: 'json' })
  await simulator.phone.say('oAnn', 'Hello')
  simulator.set({ callbackUrl: undefined })
  await simulator.phone.say('oAnn', 'Hello?')
  expect(receiver.pushes.map(({ headers }) => headers['content-type'])).toEqual([
    'text/xml',
    'application/json'
  ])
  expect(receiver.pushes.map(({ body }) => body[0])).toEqual(['<', '{'])
})

test('may be a sandbox account', async () => {
  await using run = await start({ limits: sandboxLimits })
  expect([run.simulator.quotas.left('token'), run.simulator.quotas.left('qrcode')]).toEqual([200, 10_000])
})

test('whatever is asked of the API, the answer is JSON with status 200, and the simulator goes on', async () => {
  await using run = await start()
  const { access_token: token } = await run.api.stableToken()
  const calls = fc.record({
    path: fc.constantFrom('token', 'stable_token', 'qrcode/create', 'user/info', 'x'),
    body: fc.oneof(fc.json(), fc.string()),
    openid: fc.string()
  })
  await fc.assert(
    fc.asyncProperty(calls, async ({ path, body, openid }) => {
      const query = new URLSearchParams({ access_token: token, openid })
      const url = `${run.simulator.apiBase}/cgi-bin/${path}?${query}`
      const response = await fetch(url, { method: 'POST', body })
      expect(response.status).toBe(200)
      expect(await response.json()).toHaveProperty('errcode')
    }),
    { numRuns: 60 }
  )
  expect(await run.api.scene('still there')).toHaveProperty('ticket')
})

test('a body that is far too large is refused unread', async () => {
  await using run = await start()
  const url = `${run.simulator.apiBase}/cgi-bin/stable_token`
  expect((await fetch(url, { method: 'POST', body: 'x'.repeat(65_537) })).status).toBe(413)
})

test('a refusal ends in a rid that begins with the time', () => {
  const body = refusal(new WechatError(48001), 1_700_000_000_000)
  expect(body).toEqual({
    errcode: 48001,
    errmsg: expect.stringMatching(/^api unauthorized rid: 6553f100-[0-9a-f]{8}-[0-9a-f]{8}$/)
  })
  expect(new WechatError(12345).message).toBe('error')
})
