import { expect, test, vi } from 'vitest'
import { MemoryState } from '../../../src/plugins/state/memory-state.ts'
import { fakeClock } from '../../../src/testing/index.ts'
import { fakeLog } from './login-rig.ts'
import { startScan, type OpenStream } from './scan-rig.ts'

interface Begun {
  readonly id: string
  readonly url: string
  readonly svg: string
  readonly stream: string
  readonly poll: string
  readonly ticket?: string
  readonly expiresInMs: number
}

const codeIn = async (stream: OpenStream): Promise<string> =>
  String((await stream.next('confirmed')).data['code'])

test('a login from the first request to the identity, and only its browser has seen any of it', async () => {
  await using gateway = await startScan()
  const browser = gateway.browser()
  const begun = await browser.fetch('/v1/scan', { json: {} })
  expect(begun.status).toBe(201)
  expect(begun.headers.getSetCookie()[0]).toMatch(
    /^paifang-scan=[\w-]{43}; Path=\/v1\/scan; HttpOnly; SameSite=Lax$/
  )
  const scan = (await begun.json()) as Begun
  expect(scan).toMatchObject({
    stream: '/v1/scan/stream',
    poll: '/v1/scan/status',
    svg: '/v1/scan/qr.svg',
    expiresInMs: 120_000
  })
  const stream = await browser.open(scan.stream)
  expect(stream.headers.get('content-type')).toBe('text/event-stream; charset=utf-8')
  expect((await stream.next('ready')).data).toMatchObject({ url: scan.url, refreshesLeft: 3 })

  const openid = gateway.follower()
  const outcome = await gateway.simulator.phone.scan({ url: scan.url }, openid)
  expect(outcome).toMatchObject({ result: 'answered', reply: expect.stringContaining('浏览器') as string })
  const code = await codeIn(stream)
  expect(stream.text()).not.toContain(openid)

  const answer = await browser.fetch('/v1/scan/exchange', { json: { code } })
  expect(answer.headers.get('set-cookie')).toContain('Max-Age=0')
  expect(await answer.json()).toEqual({
    account: 'default',
    openid,
    event: 'SCAN',
    scannedAt: gateway.clock.now()
  })
  await stream.ended
})

test('a new follower logs in as well', async () => {
  await using gateway = await startScan()
  const browser = gateway.browser()
  const { url, stream: path } = await browser.post<Begun>('/v1/scan')
  const stream = await browser.open(path)
  const { openid } = gateway.simulator.people.make()
  await gateway.simulator.phone.scan({ url }, openid)
  const identity = await browser.post('/v1/scan/exchange', { code: await codeIn(stream) })
  expect(identity).toMatchObject({ openid, event: 'subscribe' })
})

test('who polls is told the same', async () => {
  await using gateway = await startScan()
  const browser = gateway.browser()
  const { url, poll } = await browser.post<Begun>('/v1/scan')
  const asked = await browser.fetch(poll)
  expect(asked.headers.get('cache-control')).toBe('no-store')
  expect(await asked.json()).toMatchObject({ state: 'ready', url })
  await gateway.simulator.phone.scan({ url }, gateway.follower())
  const { state, code } = (await (await browser.fetch(poll)).json()) as { state: string; code: string }
  expect(state).toBe('confirmed')
  expect(await browser.post('/v1/scan/exchange', { code })).toHaveProperty('openid')
})

test('a page that is loaded again keeps its QR code', async () => {
  await using gateway = await startScan()
  const browser = gateway.browser()
  const first = await browser.post<Begun>('/v1/scan')
  expect((await browser.post<Begun>('/v1/scan')).url).toBe(first.url)
  expect(gateway.simulator.codes.newest(100).length).toBe(1)
})

test('without its cookie nobody sees a login', async () => {
  await using gateway = await startScan()
  const { id } = await gateway.browser().post<Begun>('/v1/scan')
  const stranger = gateway.browser()
  for (const path of ['/v1/scan/stream', '/v1/scan/status', `/v1/scan/stream?id=${id}`, '/v1/scan/qr.svg']) {
    // eslint-disable-next-line no-await-in-loop
    const refused = await stranger.fetch(path)
    expect(refused.status).toBe(401)
    // eslint-disable-next-line no-await-in-loop
    expect(await refused.json()).toMatchObject({ status: 401, code: 'scan.no_login' })
  }
  expect((await stranger.fetch('/v1/scan/refresh', { json: {} })).status).toBe(401)
})

test('the picture is drawn from what the QR code says, and there is none of a code that is over', async () => {
  await using gateway = await startScan({ config: { maxRefreshes: 0 } })
  const browser = gateway.browser()
  const { id, svg } = await browser.post<Begun>('/v1/scan')
  const mine = await browser.fetch(svg)
  expect(mine.headers.get('content-type')).toContain('image/svg+xml')
  const picture = await mine.text()
  expect(picture).toContain('<svg')
  expect(await (await gateway.browser().fetch(`/v1/scan/qr.svg?id=${id}`)).text()).toBe(picture)
  await gateway.clock.advance(120_000)
  expect((await browser.fetch(svg)).status).toBe(404)
  expect((await browser.fetch(`/v1/scan/qr.svg?id=${id}`)).status).toBe(404)
  expect((await browser.fetch('/v1/scan/qr.svg?id=x')).status).toBe(400)
})

test('after the end a stream is answered with 204 until somebody asks for a new QR code', async () => {
  await using gateway = await startScan({ config: { maxRefreshes: 0 } })
  const browser = gateway.browser()
  const first = await browser.post<Begun>('/v1/scan')
  await gateway.clock.advance(120_000)
  const stream = await browser.open(first.stream)
  expect((await stream.next('expired')).data).toEqual({ refreshable: true })
  await stream.ended
  expect((await browser.fetch(first.stream)).status).toBe(204)
  const renewed = await browser.post<Begun>('/v1/scan/refresh')
  expect(renewed.url).not.toBe(first.url)
  const again = await browser.open(first.stream)
  expect((await again.next('ready')).data).toMatchObject({ url: renewed.url })
})

test('after a login a stream is answered with 204', async () => {
  await using gateway = await startScan({ config: { clientSecret: 'secret-of-the-site' } })
  const browser = gateway.browser()
  const { url, stream: path } = await browser.post<Begun>('/v1/scan')
  const stream = await browser.open(path)
  await gateway.simulator.phone.scan({ url }, gateway.follower())
  await gateway.scan.exchange(await codeIn(stream))
  await stream.ended
  expect((await browser.fetch(path)).status).toBe(204)
})

test('a state that is away when a stream begins does not end an EventSource', async () => {
  await using gateway = await startScan()
  const browser = gateway.browser()
  await browser.post('/v1/scan')
  const reading = vi.spyOn(gateway.state, 'get').mockRejectedValue(new Error('no connection'))
  const stream = await browser.open('/v1/scan/stream')
  expect(stream.status).toBe(200)
  await stream.next('busy')
  reading.mockRestore()
  await gateway.clock.advance(6_000)
  await stream.next('ready')
})

test('a page of another site comes with tickets, each good once', async () => {
  const site = 'https://portal.example'
  await using gateway = await startScan({ config: { origins: [site] } })
  const page = gateway.browser()
  const headers = { origin: site }
  const begun = await page.fetch('/v1/scan', { json: { crossSite: true }, headers })
  expect(begun.headers.get('access-control-allow-origin')).toBe(site)
  expect(begun.headers.get('access-control-allow-credentials')).toBe('true')
  expect(begun.headers.get('vary')).toContain('Origin')
  const { ticket, url, svg, id } = (await begun.json()) as Begun
  expect(svg).toBe(`/v1/scan/qr.svg?id=${id}`)

  // Its browser keeps no cookies of others.
  const bare = gateway.browser()
  const stream = await bare.open(`/v1/scan/stream?ticket=${ticket}`, { headers })
  expect(stream.headers.get('access-control-allow-origin')).toBe(site)
  const { data } = await stream.next('ready')
  expect((await bare.fetch(`/v1/scan/stream?ticket=${ticket}`, { headers })).status).toBe(401)
  stream.leave()
  await gateway.simulator.phone.scan({ url }, gateway.follower())
  const again = await bare.open(`/v1/scan/stream?ticket=${String(data['ticket'])}`, { headers })
  expect(await gateway.scan.exchange(await codeIn(again))).toHaveProperty('openid')
})

test('a ticket is over after half a minute', async () => {
  await using gateway = await startScan()
  const { ticket } = await gateway.browser().post<Begun>('/v1/scan', { crossSite: true })
  await gateway.clock.advance(30_000)
  expect((await gateway.browser().fetch(`/v1/scan/stream?ticket=${ticket}`)).status).toBe(401)
})

test('pages of sites that are not named are refused, whatever they ask for', async () => {
  await using gateway = await startScan()
  for (const origin of ['https://evil.example', 'null', 'garbage']) {
    // eslint-disable-next-line no-await-in-loop
    const refused = await gateway.browser().fetch('/v1/scan', { json: {}, headers: { origin } })
    expect(refused.status).toBe(403)
    expect(refused.headers.get('access-control-allow-origin')).toBeNull()
  }
  const own = await gateway.browser().fetch('/v1/scan', { json: {}, headers: { origin: gateway.url } })
  expect(own.status).toBe(201)
  expect(gateway.simulator.codes.newest(100).length).toBe(1)
})

test('a named site is told what it may send', async () => {
  const site = 'https://portal.example'
  await using gateway = await startScan({ config: { origins: [site] } })
  const asking = { method: 'OPTIONS', headers: { origin: site, 'access-control-request-method': 'POST' } }
  const asked = await gateway.browser().fetch('/v1/scan/exchange', asking)
  expect(asked.status).toBe(204)
  expect(asked.headers.get('access-control-allow-origin')).toBe(site)
  expect(asked.headers.get('access-control-allow-headers')).toContain('Content-Type')
  const stranger = { ...asking, headers: { ...asking.headers, origin: 'https://evil.example' } }
  expect((await gateway.browser().fetch('/v1/scan', stranger)).status).toBe(403)
})

test('QR codes are limited for an address, and it is told when to come back', async () => {
  await using gateway = await startScan({ config: { scenesPerMinute: 2 } })
  await gateway.browser().post('/v1/scan')
  await gateway.browser().post('/v1/scan')
  const refused = await gateway.browser().fetch('/v1/scan', { json: {} })
  expect(refused.status).toBe(429)
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
  expect(await refused.json()).toMatchObject({ code: 'scan.too_many' })
  expect(gateway.simulator.codes.newest(100).length).toBe(2)
})

test('of one browser three streams wait at a time; a fourth is told to come back', async () => {
  await using gateway = await startScan()
  const browser = gateway.browser()
  const { stream: path } = await browser.post<Begun>('/v1/scan')
  const streams = await Promise.all([1, 2, 3].map(() => browser.open(path)))
  await Promise.all(streams.map(stream => stream.next('ready')))
  const fourth = await browser.open(path, { headers: { accept: 'text/event-stream' } })
  expect(fourth.status).toBe(200)
  await fourth.ended
  expect(fourth.text()).toMatch(/^retry: \d+$/m)
  expect(fourth.heard).toEqual([])
})

test('bodies that are no such request are refused', async () => {
  await using gateway = await startScan()
  const browser = gateway.browser()
  for (const json of [{ account: 1 }, { crossSite: 'yes' }, []])
    // eslint-disable-next-line no-await-in-loop
    expect((await browser.fetch('/v1/scan', { json })).status).toBe(400)
  expect((await browser.fetch('/v1/scan', { json: { account: 'nobody' } })).status).toBe(404)
  expect((await browser.fetch('/v1/scan', { json: { account: 'x'.repeat(5_000) } })).status).toBe(413)
  const bare = await browser.fetch('/v1/scan', { method: 'POST' })
  expect(bare.status).toBe(201)
})

test('an account of several has its own QR codes and its own callback', async () => {
  await using other = await startScan()
  const { account, apiBase } = other.simulator
  const members = { ...account, name: 'shop' }
  const { name, appId, appSecret, token, encodingAesKey, mode } = members
  await using gateway = await startScan({
    clock: other.clock,
    simulator: other.simulator,
    config: { apiBase, accounts: [{ name, appId, appSecret, token, encodingAesKey, mode }] }
  })
  other.simulator.set({ callbackUrl: `${gateway.url}/wechat_event/shop` })
  const browser = gateway.browser()
  const { url, stream: path } = await browser.post<Begun>('/v1/scan', { account: 'shop' })
  const stream = await browser.open(path)
  await other.simulator.phone.scan({ url }, other.follower())
  const identity = await browser.post('/v1/scan/exchange', { code: await codeIn(stream) })
  expect(identity).toMatchObject({ account: 'shop' })
})

test('in production there is no page for trying things out', async () => {
  await using trial = await startScan()
  expect((await trial.browser().fetch('/v1/scan/demo')).status).toBe(200)
  await using gateway = await startScan({ env: { NODE_ENV: 'production' } })
  expect((await gateway.browser().fetch('/v1/scan/demo')).status).toBe(404)
  expect((await gateway.browser().fetch('/v1/scan/widget.js')).status).toBe(200)
})

test('without an account nothing can be shown, and the gateway says so', async () => {
  const none = { appId: '', appSecret: '', token: '', encodingAesKey: '' }
  const logs: string[] = []
  await using gateway = await startScan({ config: none, logs })
  expect((await gateway.browser().fetch('/v1/scan', { json: {} })).status).toBe(404)
  const ready = await gateway.browser().fetch('/readyz/wechat-scan')
  expect(ready.status).toBe(503)
  expect(logs.join()).toContain('no account is set up')
})

test('what operators see of an account', async () => {
  await using gateway = await startScan({ config: { dailyQuota: 500 } })
  await gateway.browser().post('/v1/scan')
  const { accounts, counters } = await gateway.scan.status()
  expect(accounts).toEqual([
    {
      name: 'default',
      qrToday: 1,
      qrQuota: 500,
      stock: 0,
      tokenEndsAt: expect.any(Number) as number,
      problem: undefined
    }
  ])
  expect(counters).toMatchObject({ scenes_shown_total: 1, logins_total: 0 })
})

test('while the state is away browsers are told to come back, with 503', async () => {
  const state = new MemoryState({ maxKeys: 1_000, clock: fakeClock(), log: fakeLog() })
  await using gateway = await startScan({ state })
  const browser = gateway.browser()
  const { poll } = await browser.post<Begun>('/v1/scan')
  const away = (): Promise<never> => Promise.reject(new Error('Connection is closed.'))
  for (const method of ['get', 'set', 'compareAndSet', 'delete', 'increment', 'lock'] as const)
    vi.spyOn(state, method).mockImplementation(away)
  const asked = [
    ['/v1/scan', { json: {} }],
    ['/v1/scan/refresh', { json: {} }],
    ['/v1/scan/exchange', { json: { code: 'guessed' } }],
    [poll, {}]
  ] as const
  for (const [path, init] of asked) {
    const answer = await browser.fetch(path, init)
    expect([path, answer.status, answer.headers.get('retry-after')]).toEqual([path, 503, '1'])
    expect(await answer.json()).toMatchObject({ code: 'scan.busy' })
  }
})
