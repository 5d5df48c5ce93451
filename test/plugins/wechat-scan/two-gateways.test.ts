import { expect, test } from 'vitest'
import { startScan } from './scan-rig.ts'

async function startTwo(config: Parameters<typeof startScan>[0] = {}) {
  const here = await startScan(config)
  const { clock, state, simulator } = here
  const there = await startScan({ ...config, clock, state, simulator })
  return { here, there }
}

test('a page waits at one gateway, the push comes to the other, and either redeems the code', async () => {
  const { here, there } = await startTwo()
  await using _ = here
  await using __ = there
  here.simulator.set({ callbackUrl: `${there.url}/wechat_event` })
  const browser = here.browser()
  const { url } = await browser.post<{ url: string }>('/v1/scan')
  const stream = await browser.open('/v1/scan/stream')
  await stream.next('ready')
  const openid = here.follower()
  await here.simulator.phone.scan({ url }, openid)
  const code = String((await stream.next('confirmed')).data['code'])
  expect(await there.scan.exchange(code)).toMatchObject({ openid })
  await expect(here.scan.exchange(code)).rejects.toMatchObject({ entry: { key: 'scan.bad_code' } })
})

test('both together keep to one limit and one count of the day', async () => {
  const { here, there } = await startTwo({ config: { scenesPerMinute: 2 } })
  await using _ = here
  await using __ = there
  await here.browser().post('/v1/scan')
  await there.browser().post('/v1/scan')
  expect((await here.browser().fetch('/v1/scan', { json: {} })).status).toBe(429)
  expect((await there.scan.status()).accounts[0]?.qrToday).toBe(2)
})
