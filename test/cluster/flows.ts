import { expect, test } from 'vitest'
import { hasChromium, launch } from '../e2e/chromium.ts'
import { run } from '../e2e/program.ts'
import { openHex, sealHex } from '../plugins/sign-bridge/sealed.ts'
import { pin } from '../plugins/sign-bridge/rig.ts'
import { CutReader } from '../plugins/sse-hub/cut-reader.ts'
import { Browser } from '../plugins/wechat-scan/scan-rig.ts'
import { ask, json } from './ask.ts'
import type { Cluster } from './cluster.ts'
import { asShop, secrets, user } from './site.ts'

/** What works on one node works on several: each request of these tests goes to the next one. */
export function flows(cluster: () => Cluster): void {
  /** More requests than there are nodes, one after the other. */
  const several = [1, 2, 3, 4, 5, 6] as const

  const sign = (path: string, body: object, key: string): Promise<Response> =>
    ask(`${cluster().url}${path}`, json({ pin, ...body }, { ...asShop, 'idempotency-key': key }))

  const asked = (text: string): number => cluster().asked().get(text) ?? 0

  test('the encrypted request of the examples is answered with a signature that verifies, and its certificate is served', async () => {
    const { url, cards } = cluster()
    const body = sealHex(JSON.stringify({ str: 'an order', pwdstr: pin }))
    const response = await ask(`${url}/getCode`, { method: 'POST', body })
    const { code, data } = (await response.json()) as { code: number; data: string }
    const { sign: signature, certNo } = JSON.parse(openHex(data)) as { sign: string; certNo: string }
    expect([response.status, code, cards[0]?.key.verify('an order', signature)]).toEqual([200, 200, true])
    const certificate = await ask(`${url}/v1/sign/certificates/${certNo}`, { headers: asShop })
    expect(await certificate.text()).toMatch(/^-----BEGIN CERTIFICATE-----/)
  })

  test('a request that comes again with its key has the signature of the first time, from whichever node', async () => {
    const key = crypto.randomUUID()
    const text = `order ${key}`
    const answers: unknown[] = []
    for (const _ of several) answers.push(await (await sign('/v1/sign', { data: text }, key)).json())
    expect(new Set(answers.map(answer => JSON.stringify(answer))).size).toBe(1)
    expect(answers[0]).toMatchObject({ sign: expect.any(String), certNo: expect.any(String) })
    expect(asked(text)).toBe(1)
    expect((await sign('/v1/sign', { data: 'another text' }, key)).status).toBe(422)
  })

  test('a batch that comes again has the same signatures, and each of its texts was signed once', async () => {
    const key = crypto.randomUUID()
    const items = several.map(number => ({ id: String(number), data: `batch ${key} ${number}` }))
    type Items = { items: { id: string; sign?: string; error?: { code: string; transient: boolean } }[] }
    const outcomes = async (): Promise<Items['items']> => {
      const { items: all } = (await (await sign('/v1/sign/batch', { items }, key)).json()) as Items
      return all.every(({ error }) => error === undefined) ? all : outcomes()
    }
    const first = await outcomes()
    expect(first.map(({ id, sign: made }) => [id, typeof made])).toEqual(
      several.map(number => [String(number), 'string'])
    )
    expect(await outcomes()).toEqual(first)
    expect(items.map(({ data }) => asked(data))).toEqual(several.map(() => 1))
  })

  test('a login by scan: the page resumes its stream, WeChat calls, and the code is redeemed once', async () => {
    const { url, wechat } = cluster()
    const browser = new Browser(url)
    const { url: qrCode } = await browser.post<{ url: string }>('/v1/scan')
    const stream = await browser.open('/v1/scan/stream')
    const { id } = await stream.next('ready')
    stream.leave()
    const { openid } = wechat.people.make()
    expect((await wechat.phone.scan({ url: qrCode }, openid)).result).toBe('answered')
    const again = await browser.open('/v1/scan/stream', { headers: { 'last-event-id': id ?? '' } })
    const { code } = (await again.next('confirmed')).data
    const redeem = json({ code }, { authorization: `Bearer ${secrets.client}` })
    const redeemed = await Promise.all(several.map(() => fetch(`${url}/v1/scan/exchange`, redeem)))
    const good = redeemed.filter(({ ok }) => ok)
    expect(await Promise.all(good.map(each => each.json()))).toEqual([expect.objectContaining({ openid })])
    await again.ended
    expect((await browser.fetch('/v1/scan/stream')).status).toBe(204)
  })

  test.skipIf(!hasChromium)('a page in Chromium greets whoever scans', async () => {
    const { url, wechat } = cluster()
    const browser = await launch()
    try {
      const page = await browser.newPage()
      const begun = page.waitForResponse(response => response.url() === `${url}/v1/scan`)
      await page.goto(`${url}/login`)
      const { url: qrCode } = (await (await begun).json()) as { url: string }
      const { openid } = wechat.people.make()
      await wechat.phone.scan({ url: qrCode }, openid)
      await page.locator('output', { hasText: openid }).waitFor()
      expect(await page.locator('output').innerText()).toBe(openid)
    } finally {
      await browser.close()
    }
  })

  test('a session is known everywhere, and after its end nowhere', async () => {
    const { url } = cluster()
    const login = json({ cardnum: user.username, password: user.password, platform: 'web' })
    const { result: token } = (await (await fetch(`${url}/auth`, login)).json()) as { result: string }
    const names = async (): Promise<unknown[]> => {
      const answers = several.map(() => fetch(`${url}/api/me`, { headers: { token } }))
      const bodies = await Promise.all(answers.map(async each => (await each).json()))
      return bodies.map(body => (body as { result: unknown }).result)
    }
    expect(new Set(await names())).toEqual(new Set([user.name]))
    expect((await fetch(`${url}/auth`, { method: 'DELETE', headers: { token } })).status).toBe(200)
    await expect.poll(async () => new Set(await names())).toEqual(new Set(['nobody']))
  })

  test('a token is good everywhere, is refreshed once, and after its end is good nowhere', async () => {
    const { url } = cluster()
    type Tokens = { readonly token: string; readonly refreshToken: string }
    const credentials = json({ username: user.username, password: user.password })
    const login = async (): Promise<Tokens> =>
      ((await (await fetch(`${url}/v1/token`, credentials)).json()) as { data: Tokens }).data
    const issued = await login()
    const statuses = async (token: string): Promise<Set<number>> => {
      const headers = { authorization: `Bearer ${token}` }
      const answers = await Promise.all(several.map(() => fetch(`${url}/v1/orders/7`, { headers })))
      return new Set(answers.map(({ status }) => status))
    }
    expect(await statuses(issued.token)).toEqual(new Set([200]))
    const refresh = json({ refreshToken: issued.refreshToken })
    const refreshed = await Promise.all(
      several.map(async () => (await fetch(`${url}/v1/token/refresh`, refresh)).json())
    )
    expect(refreshed.filter(answer => (answer as { code: number }).code === 200)).toHaveLength(1)
    const other = await login()
    const headers = { authorization: `Bearer ${other.token}` }
    expect((await fetch(`${url}/v1/token`, { method: 'DELETE', headers })).ok).toBe(true)
    await expect.poll(() => statuses(other.token)).toEqual(new Set([401]))
  })

  test('what one node has cached all of them answer with, once it is shared', async () => {
    const measured = async (city: string): Promise<string> => {
      const response = await fetch(`${cluster().url}/api/weather?city=${city}`)
      return ((await response.json()) as { result: { measured: string } }).result.measured
    }
    // Nobody waits for what is put into the state: another node that is asked in the same moment works for itself.
    const answers = async (): Promise<number> => {
      const city = crypto.randomUUID()
      const first = await measured(city)
      const others = await Promise.all(several.map(() => measured(city)))
      return new Set([first, ...others]).size
    }
    await expect.poll(answers).toBe(1)
  })

  test('a reader whose stream is cut resumes on another node: every event once and in order', async () => {
    const { url } = cluster()
    const topic = `news-${crypto.randomUUID()}`
    const reader = new CutReader(url, [topic])
    const all = Array.from({ length: 60 }, (_, number) => `event ${number}`)
    const reading = (async () => {
      while (reader.received.length < all.length)
        await reader.connect(700, () => reader.received.length >= all.length)
    })()
    await expect.poll(() => reader.open).toBe(true)
    for (const data of all) expect((await fetch(`${url}/news/${topic}`, json({ data }))).status).toBe(200)
    await reading
    expect([reader.received, reader.gaps]).toEqual([all, []])
    expect(reader.connections).toBeGreaterThan(2)
  })

  test('a WebSocket passes: a worker connects', async () => {
    const { url, folder } = cluster()
    await using key = run('cli.js', ['worker', 'key', 'campus-1'], { cwd: folder })
    expect(await key.ended).toBe(0)
    const args = [
      '--gateway',
      `${url.replace('http', 'ws')}/_spider`,
      '--name',
      'campus-1',
      '--hosts',
      'a.example'
    ]
    const env = { PAIFANG_WORKER_SECRET: key.output().trim() }
    await using worker = run('cli.js', ['worker', ...args], { cwd: folder, env })
    await worker.until(/"msg":"ready"/)
  })

  test('every node is ready, those that hold no card too, and has its console', async () => {
    const { url, nodes } = cluster()
    for (const _ of several) expect((await fetch(`${url}/readyz`)).status).toBe(200)
    for (const { admin } of nodes) expect((await fetch(`${admin}/console`)).status).toBe(200)
    const holding = await Promise.all(nodes.map(node => node.holdsCards()))
    expect(holding.filter(Boolean)).toHaveLength(1)
  })
}
