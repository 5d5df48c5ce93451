import { expect, test } from 'vitest'
import { startScan, type Browser, type OpenStream, type ScanGateway } from './scan-rig.ts'

// What the service did wrong that this plugin replaces, each fault as a test: in its own contract where that has it,
// else in the one that is used today. Forged, changed and repeated pushes have more tests beside the callback.
const sseToken = 'token-of-the-pages'
const path = `/sse?token=${sseToken}`
const config = { profile: 'compat', sseToken } as const

async function waiting(gateway: ScanGateway, browser: Browser = gateway.browser()) {
  const stream = await browser.open(path)
  const scene = String((await stream.next()).data['scene_id'])
  return { browser, stream, scene }
}

/** Settles when everything that the gateway was going to say has been said. */
async function quiet(gateway: ScanGateway, ...streams: OpenStream[]): Promise<number[]> {
  await gateway.clock.advance(1_000)
  return streams.map(({ heard }) => heard.length)
}

test('1: a scan that nobody signed logs nobody in', async () => {
  await using gateway = await startScan({ config })
  const { stream, scene } = await waiting(gateway)
  const forged = `<xml><ToUserName>gh_1</ToUserName><FromUserName>victim</FromUserName><CreateTime>${Math.floor(gateway.clock.now() / 1_000)}</CreateTime><MsgType>event</MsgType><Event>SCAN</Event><EventKey>${scene}</EventKey></xml>`
  const send = (query: string) =>
    gateway.browser().fetch(`/wechat_event${query}`, {
      method: 'POST',
      headers: { 'content-type': 'text/xml' },
      body: forged
    })
  const guessed = '?signature=0000000000000000000000000000000000000000&timestamp=1767225600&nonce=1'
  expect((await send('')).status).toBe(400)
  expect((await send(guessed)).status).toBe(400)
  expect(await quiet(gateway, stream)).toEqual([1])
})

test('2: whoever follows by scanning logs in like a follower', async () => {
  await using gateway = await startScan({ config })
  const { stream, scene } = await waiting(gateway)
  const { openid } = gateway.simulator.people.make()
  await gateway.simulator.phone.scan({ scene }, openid)
  expect((await stream.next()).data).toEqual({ userId: openid, event: 'subscribe' })
})

test('3: no two browsers ever see one scene, however logins end', async () => {
  await using gateway = await startScan({ config: { ...config, stock: 4 } })
  const scenes: string[] = []
  for (let round = 0; round < 6; round++) {
    // eslint-disable-next-line no-await-in-loop
    const one = await waiting(gateway)
    // eslint-disable-next-line no-await-in-loop
    const two = await waiting(gateway)
    scenes.push(one.scene, two.scene)
    // eslint-disable-next-line no-await-in-loop
    await gateway.simulator.phone.scan({ scene: one.scene }, gateway.follower())
    // eslint-disable-next-line no-await-in-loop
    await one.stream.ended
    two.stream.leave()
  }
  expect(new Set(scenes).size).toBe(12)
})

test('4: a scan that comes late reaches nobody, not even whoever waits by then', async () => {
  await using gateway = await startScan({ config })
  const old = await waiting(gateway)
  old.stream.leave()
  await gateway.clock.advance(120_000)
  const later = await waiting(gateway)
  const { reply } = await gateway.simulator.phone.scan({ scene: old.scene }, gateway.follower())
  expect(reply).toContain('二维码已过期')
  expect(await quiet(gateway, later.stream)).toEqual([1])
})

test('5: a scan that nobody hears is kept for the browser that comes back', async () => {
  await using gateway = await startScan({ config })
  const { browser, stream, scene } = await waiting(gateway)
  stream.leave()
  await stream.ended
  const openid = gateway.follower()
  await gateway.simulator.phone.scan({ scene }, openid)
  const { stream: again } = await waiting(gateway, browser)
  expect((await again.next()).data).toEqual({ userId: openid, event: 'SCAN' })
})

test('6: by itself the gateway gives no OpenID away, nor its streams to other sites', async () => {
  await using gateway = await startScan()
  const browser = gateway.browser()
  const { url } = await browser.post<{ url: string }>('/v1/scan')
  const stream = await browser.open('/v1/scan/stream')
  const openid = gateway.follower()
  await gateway.simulator.phone.scan({ url }, openid)
  await stream.next('confirmed')
  expect(stream.text()).not.toContain(openid)
  expect(stream.headers.get('access-control-allow-origin')).toBeNull()
  const foreign = await browser.fetch('/v1/scan/stream', { headers: { origin: 'https://evil.example' } })
  expect(foreign.status).toBe(403)
})

test('6: the old contract is closed to other sites as well', async () => {
  await using gateway = await startScan({ config })
  const foreign = await gateway.browser().fetch(path, { headers: { origin: 'https://evil.example' } })
  expect(foreign.status).toBe(403)
  expect(foreign.headers.get('access-control-allow-origin')).toBeNull()
})

test('7: a stream ends with its result, and else after its time, not after twice that', async () => {
  await using gateway = await startScan({ config })
  const scanned = await waiting(gateway)
  await gateway.simulator.phone.scan({ scene: scanned.scene }, gateway.follower())
  await scanned.stream.ended
  const { stream } = await waiting(gateway)
  const ended = stream.ended.then(() => gateway.clock.monotonic())
  await gateway.clock.advance(20_500)
  expect(await ended).toBeLessThan(21_000)
})

test('8: one slow call to WeChat holds up no other page, and one token does for all', async () => {
  await using gateway = await startScan({ config })
  gateway.simulator.play([{ on: 'qrcode', do: 'late', ms: 1_500 }])
  let shown = 0
  const pages: Promise<unknown>[] = []
  await new Promise<void>(resolve => {
    const count = (): void => void (++shown === 5 && resolve())
    while (pages.length < 6) pages.push(waiting(gateway).then(count))
  })
  expect(shown).toBe(5)
  await gateway.clock.advance(1_500)
  await Promise.all(pages)
  expect(gateway.simulator.quotas.spent('qrcode')).toBe(6)
  expect(gateway.simulator.quotas.spent('stable_token')).toBe(1)
})

test('9: no OpenID and no scene of a push is logged, whatever the log level', async () => {
  const logs: string[] = []
  await using gateway = await startScan({ config, logs })
  const { stream, scene } = await waiting(gateway)
  const openid = gateway.follower()
  await gateway.simulator.phone.scan({ scene }, openid)
  await stream.next()
  await gateway.simulator.phone.scan({ scene }, gateway.follower())
  const said = logs.join('\n')
  expect(said).toContain('/wechat_event')
  expect(said).not.toContain(openid)
  expect(said).not.toContain(scene)
  expect(said).not.toContain('<xml>')
})

test('10: a forgotten tab costs one QR code for each life of one, and then none', async () => {
  await using gateway = await startScan({ config: { maxRefreshes: 3 } })
  const browser = gateway.browser()
  await browser.post('/v1/scan')
  let streams = 0
  // As an EventSource does: again and again, until it is told to stop.
  for (;;) {
    // eslint-disable-next-line no-await-in-loop
    const stream = await browser.open('/v1/scan/stream')
    if (stream.status === 204) break
    streams++
    // eslint-disable-next-line no-await-in-loop
    await gateway.clock.advance(21_000)
    // eslint-disable-next-line no-await-in-loop
    await stream.ended
  }
  expect(streams).toBeGreaterThan(20)
  expect(gateway.simulator.codes.newest(1_000)).toHaveLength(4)
})

test('10: in the old contract, too, a page with cookies keeps its QR code, and one without is slowed down', async () => {
  await using gateway = await startScan({ config: { ...config, ssePerMinute: 3 } })
  const browser = gateway.browser()
  const scenes = new Set<string>()
  for (let round = 0; round < 5; round++) {
    // eslint-disable-next-line no-await-in-loop
    const { stream, scene } = await waiting(gateway, browser)
    scenes.add(scene)
    stream.leave()
  }
  expect(scenes.size).toBe(1)
  const answers = []
  for (let round = 0; round < 4; round++) {
    // eslint-disable-next-line no-await-in-loop
    answers.push((await gateway.browser().open(path)).status)
  }
  expect(answers).toEqual([200, 200, 503, 503])
})
