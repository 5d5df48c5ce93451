import { EventSource } from 'eventsource'
import { expect, test } from 'vitest'
import { startScan, type ScanGateway, type ScanOptions } from './scan-rig.ts'

const sseToken = 'token-of-the-pages'
const path = `/sse?token=${sseToken}`

function startCompat(options: ScanOptions = {}): Promise<ScanGateway> {
  return startScan({ ...options, config: { profile: 'compat', sseToken, ...options.config } })
}

test('the first message has the scene and its picture, the second one the user', async () => {
  await using gateway = await startCompat()
  const stream = await gateway.browser().open(path)
  expect(stream.status).toBe(200)
  expect(stream.headers.get('content-type')).toContain('text/event-stream')
  const first = await stream.next()
  expect(Object.keys(first.data)).toEqual(['scene_id', 'qrcode_url'])
  const scene = String(first.data['scene_id'])
  const picture = String(first.data['qrcode_url'])
  const [, ticket = ''] = picture.split('/cgi-bin/showqrcode?ticket=')
  expect(encodeURIComponent(decodeURIComponent(ticket))).toBe(ticket)
  expect((await fetch(picture)).headers.get('content-type')).toContain('image/')

  const openid = gateway.follower()
  await gateway.simulator.phone.scan({ scene }, openid)
  expect((await stream.next()).data).toEqual({ userId: openid, event: 'SCAN' })
  await stream.ended
  expect(stream.text()).not.toMatch(/^(event|id):/m)
})

test('a new follower is `subscribe`, and the scene has lost its prefix', async () => {
  await using gateway = await startCompat()
  const stream = await gateway.browser().open(path)
  const { data } = await stream.next()
  const { openid } = gateway.simulator.people.make()
  await gateway.simulator.phone.scan({ scene: String(data['scene_id']) }, openid)
  expect((await stream.next()).data).toEqual({ userId: openid, event: 'subscribe' })
})

test('a wrong token is 401 `Invalid token`, and costs no QR code', async () => {
  const logs: string[] = []
  await using gateway = await startCompat({ logs })
  for (const query of ['?token=wrong', '?token=', '', `?token=${sseToken}&token=${sseToken}`, '?token[]=a']) {
    // eslint-disable-next-line no-await-in-loop
    const refused = await gateway.browser().fetch(`/sse${query}`)
    expect(refused.status).toBe(401)
    // eslint-disable-next-line no-await-in-loop
    expect(await refused.text()).toBe('{"detail":"Invalid token"}')
  }
  expect(gateway.simulator.codes.newest(100).length).toBe(0)
  await (await gateway.browser().open(path)).next()
  expect(logs.join()).not.toContain(sseToken)
})

test('when no QR code can be made the answer is 503', async () => {
  await using gateway = await startCompat({ config: { dailyQuota: 1 } })
  await (await gateway.browser().open(path)).next()
  const busy = await gateway.browser().fetch(path)
  expect(busy.status).toBe(503)
  expect(busy.headers.get('content-type')).toContain('text/plain')
  expect(Number(busy.headers.get('retry-after'))).toBeGreaterThan(0)
  expect(await busy.text()).toBe('服务繁忙，请稍后重试')
})

test('a stream ends after its time', async () => {
  await using gateway = await startCompat()
  const stream = await gateway.browser().open(path)
  await stream.next()
  await gateway.clock.advance(19_500)
  expect(stream.heard).toHaveLength(1)
  await gateway.clock.advance(1_000)
  await stream.ended
  expect(stream.heard).toHaveLength(1)
})

test('a browser that comes back by itself has the same scene, and hears of a scan in between', async () => {
  await using gateway = await startCompat()
  const browser = gateway.browser()
  const first = await browser.open(path)
  const { data } = await first.next()
  first.leave()
  await first.ended
  const openid = gateway.follower()
  await gateway.simulator.phone.scan({ scene: String(data['scene_id']) }, openid)
  const again = await browser.open(path)
  expect((await again.next()).data).toEqual(data)
  expect((await again.next()).data).toEqual({ userId: openid, event: 'SCAN' })
  await again.ended
  const next = await browser.open(path)
  expect((await next.next()).data['scene_id']).not.toBe(data['scene_id'])
})

test('many pages at once have many scenes', async () => {
  await using gateway = await startCompat()
  const streams = await Promise.all(Array.from({ length: 25 }, () => gateway.browser().open(path)))
  const firsts = await Promise.all(streams.map(stream => stream.next()))
  expect(new Set(firsts.map(({ data }) => data['scene_id'])).size).toBe(25)
})

test('an EventSource hears both messages as such', async () => {
  await using gateway = await startCompat()
  const source = new EventSource(`${gateway.url}${path}`)
  const openid = gateway.follower()
  const messages: unknown[] = []
  await new Promise<void>(resolve => {
    source.addEventListener('message', ({ data }) => {
      const message = JSON.parse(data as string) as { scene_id?: string }
      messages.push(message)
      if (message.scene_id === undefined) resolve()
      else void gateway.simulator.phone.scan({ scene: message.scene_id }, openid)
    })
  })
  source.close()
  expect(messages[1]).toEqual({ userId: openid, event: 'SCAN' })
})

test('it is not there without the profile', async () => {
  await using gateway = await startScan({ config: { sseToken } })
  expect((await gateway.browser().fetch(path)).status).toBe(404)
})
