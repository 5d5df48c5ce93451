import { expect, test } from 'vitest'
import { startScan } from './scan-rig.ts'

test('with confirm: reply a tap in the chat completes the login', async () => {
  await using gateway = await startScan({ config: { confirm: 'reply', siteName: '商城' } })
  const browser = gateway.browser()
  const { url } = await browser.post<{ url: string }>('/v1/scan')
  const stream = await browser.open('/v1/scan/stream')
  const openid = gateway.follower()
  const { reply = '' } = await gateway.simulator.phone.scan({ url }, openid)
  expect((await stream.next('scanned')).data).toEqual({})
  const [, yes = ''] = /msgmenucontent=(确认\d{4})&/.exec(reply) ?? []
  const { reply: done } = await gateway.simulator.phone.tap(openid, yes)
  expect(done).toContain('已确认登录商城')
  const code = String((await stream.next('confirmed')).data['code'])
  expect(await gateway.scan.exchange(code)).toMatchObject({ openid })
})

test('who says it was not them ends it, and the page is told', async () => {
  await using gateway = await startScan({ config: { confirm: 'reply' } })
  const browser = gateway.browser()
  const { url } = await browser.post<{ url: string }>('/v1/scan')
  const stream = await browser.open('/v1/scan/stream')
  const openid = gateway.follower()
  await gateway.simulator.phone.scan({ url }, openid)
  await gateway.simulator.phone.say(openid, '不是我')
  await stream.next('cancelled')
  await stream.ended
  expect((await browser.fetch('/v1/scan/stream')).status).toBe(204)
})

test('with confirm: page the link in the chat leads to the form', async () => {
  const config = { confirm: 'page', publicUrl: 'https://login.example', language: 'en' } as const
  await using gateway = await startScan({ config })
  const browser = gateway.browser()
  const { url } = await browser.post<{ url: string }>('/v1/scan')
  const stream = await browser.open('/v1/scan/stream')
  const { reply = '' } = await gateway.simulator.phone.scan({ url }, gateway.follower())
  const [, path = ''] = /https:\/\/login\.example(\/v1\/scan\/confirm\/[\w-]{43})"/.exec(reply) ?? []
  const phone = gateway.browser()
  expect(await (await phone.fetch(path)).text()).toContain('Confirm')
  const headers = { 'content-type': 'application/x-www-form-urlencoded', origin: 'null' }
  expect((await phone.fetch(`${path}/yes`, { method: 'POST', headers })).status).toBe(200)
  expect((await stream.next('confirmed')).data).toHaveProperty('code')
})
