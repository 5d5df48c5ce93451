import jsQR from 'jsqr'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { hasChromium, launch } from './chromium.ts'
import { startContract, type Contract } from './scan-contract.ts'

const read = jsQR as unknown as typeof jsQR.default

describe.skipIf(!hasChromium)('<paifang-scan> in Chromium', () => {
  let browser: Browser
  let tab: Page
  beforeAll(async () => {
    browser = await launch()
    tab = await browser.newPage({ locale: 'en-GB' })
  })
  afterAll(() => browser.close())

  interface Site extends AsyncDisposable {
    readonly page: Page
    readonly contract: Contract
  }
  interface Circumstances {
    /** Of a browser unlike others. */
    readonly context?: BrowserContextOptions
    /** True: time passes by `page.clock` alone. */
    readonly ownsTime?: boolean
    readonly prepare?: (contract: Contract, page: Page) => unknown
  }

  /** A page with the element, and the gateway that it talks to. */
  async function open(attributes = '', { context, ownsTime, prepare }: Circumstances = {}): Promise<Site> {
    const contract = await startContract()
    const isOwn = context !== undefined || ownsTime === true
    const page = isOwn ? await browser.newPage({ locale: 'en-GB', ...context }) : tab
    if (ownsTime) await page.clock.install()
    await prepare?.(contract, page)
    await page.goto(`${contract.url}/?${encodeURIComponent(attributes)}`)
    return {
      page,
      contract,
      [Symbol.asyncDispose]: async () => {
        if (isOwn) await page.close()
        await contract[Symbol.asyncDispose]()
      }
    }
  }
  const shows = (page: Page, state: string): Promise<void> =>
    page.locator(`paifang-scan[state=${state}]`).waitFor()
  const hint = (page: Page): Promise<string> => page.locator('[part=hint]').innerText()
  const heard = (page: Page): Promise<[string, object][]> => page.evaluate('heard')

  /** What a scanner sees in the picture of the code. */
  async function scan(page: Page): Promise<string | undefined> {
    const dark = await page.evaluate<string>('picture()')
    const pixels = Array.from(dark, bit => (bit === '1' ? [0, 0, 0, 255] : [255, 255, 255, 255])).flat()
    return read(Uint8ClampedArray.from(pixels), 240, 240)?.data
  }

  test('shows a code that can be scanned, and how long it lasts, under the strictest policy', async () => {
    await using site = await open()
    const { page, contract } = site
    await shows(page, 'ready')
    expect(await scan(page)).toBe(contract.code)
    expect(await hint(page)).toBe('Scan with WeChat to sign in')
    expect(await page.locator('[part=left]').innerText()).toMatch(/^Time left (2:00|1:59)$/)
    expect(await heard(page)).toEqual([['ready', { url: contract.code, expiresInMs: 120_000 }]])
    expect(await page.evaluate('violations')).toEqual([])
    expect(contract.requests).toContain('POST /v1/scan {}')
  })

  test('tells that the code was scanned, and hands the one-time code to the page', async () => {
    await using site = await open()
    const { page, contract } = site
    await contract.streams(1)
    contract.say('scanned')
    await shows(page, 'scanned')
    expect(await hint(page)).toBe('Scanned. Confirm on your phone')
    contract.say('confirmed', { code: 'abc' })
    await shows(page, 'confirmed')
    expect(await hint(page)).toBe('You are signed in')
    expect((await heard(page)).slice(1)).toEqual([
      ['scanned', {}],
      ['success', { code: 'abc' }]
    ])
    await contract.streams(0)
  })

  test('with the attribute exchange it redeems the code itself', async () => {
    await using site = await open('exchange')
    const { page, contract } = site
    await contract.streams(1)
    contract.say('confirmed', { code: 'abc' })
    await shows(page, 'confirmed')
    expect((await heard(page)).at(-1)).toEqual(['success', { openid: 'oBob', event: 'SCAN' }])
    expect(contract.requests.at(-1)).toBe('POST /v1/scan/exchange {"code":"abc"}')
  })

  test('a code that cannot be redeemed is said to the page, and may be tried again', async () => {
    await using site = await open('exchange')
    const { page, contract } = site
    contract.instead.set('POST /v1/scan/exchange', (_request, reply) =>
      reply.code(403).send({ code: 'scan.bad_code' })
    )
    await contract.streams(1)
    contract.say('confirmed', { code: 'abc' })
    await shows(page, 'expired')
    expect(await hint(page)).toBe('Sign-in did not finish')
    expect((await heard(page)).at(-1)).toEqual(['error', { reason: 'exchange', status: 403 }])
    await page.getByRole('button').click()
    await shows(page, 'ready')
  })

  test('a code that is over cannot be scanned, and the button brings another', async () => {
    await using site = await open()
    const { page, contract } = site
    const first = contract.code
    await contract.streams(1)
    contract.say('expired', { refreshable: true })
    await shows(page, 'expired')
    expect(await page.evaluate("getComputedStyle(part('code')).opacity")).toBe('0.06')
    expect(await page.locator('[part=left]').innerText()).toBe('')
    await page.getByRole('button', { name: 'Get a new code' }).click()
    await shows(page, 'ready')
    expect(await scan(page)).toBe(contract.code)
    expect(contract.code).not.toBe(first)
    expect((await heard(page)).map(([type]) => type)).toEqual(['ready', 'expired', 'ready'])
  })

  test('a gateway that forgot the page is asked for a login anew', async () => {
    await using site = await open()
    const { page, contract } = site
    await contract.streams(1)
    contract.instead.set('POST /v1/scan/refresh', (_request, reply) => reply.code(404).send({}))
    contract.say('expired', { refreshable: false })
    await page.getByRole('button').click()
    await shows(page, 'ready')
    expect(contract.requests.filter(request => request.startsWith('POST'))).toEqual([
      'POST /v1/scan {}',
      'POST /v1/scan/refresh {}',
      'POST /v1/scan {}'
    ])
  })

  test('a new code that comes by itself takes the place of the old one', async () => {
    await using site = await open()
    const { page, contract } = site
    await contract.streams(1)
    const url = 'http://weixin.qq.com/q/02Renewed'
    contract.say('expired', { refreshable: true })
    contract.say('ready', { url, expiresInMs: 60_000 })
    await page.waitForFunction('heard.length === 3')
    expect((await heard(page)).at(-1)).toEqual(['ready', { url, expiresInMs: 60_000 }])
    await shows(page, 'ready')
    await contract.streams(1)
  })

  test('after a refusal on the phone it stops, and the button begins again', async () => {
    await using site = await open()
    const { page, contract } = site
    await contract.streams(1)
    contract.say('cancelled')
    await shows(page, 'cancelled')
    await contract.streams(0)
    expect(await hint(page)).toBe('Sign-in was cancelled')
    await page.getByRole('button').click()
    await shows(page, 'ready')
    await contract.streams(1)
  })

  test('a busy gateway is tried again when it says so', async () => {
    const prepare = ({ instead }: Contract): unknown =>
      instead.set('POST /v1/scan', (_request, reply) => reply.code(503).header('retry-after', '7').send({}))
    await using site = await open('', { prepare, ownsTime: true })
    const { page, contract } = site
    await shows(page, 'busy')
    expect(await hint(page)).toBe('Very busy. Trying again soon')
    expect(await heard(page)).toEqual([['error', { reason: 'busy' }]])
    contract.instead.clear()
    await page.clock.runFor(6_500)
    expect(contract.requests.filter(request => request.startsWith('POST'))).toHaveLength(1)
    await page.clock.runFor(500)
    await shows(page, 'ready')
  })

  test('a gateway that refuses is not asked again', async () => {
    const prepare = ({ instead }: Contract): unknown =>
      instead.set('POST /v1/scan', (_request, reply) => reply.code(403).send({}))
    await using site = await open('', { prepare })
    await shows(site.page, 'expired')
    expect(await heard(site.page)).toEqual([['error', { reason: 'refused', status: 403 }]])
  })

  test('a stream that ends is taken up again, and what happened meanwhile is seen', async () => {
    await using site = await open()
    const { page, contract } = site
    await contract.streams(1)
    contract.say('timeout')
    contract.snapshot = { state: 'confirmed', code: 'meanwhile' }
    contract.hangUp()
    await shows(page, 'confirmed')
    expect((await heard(page)).at(-1)).toEqual(['success', { code: 'meanwhile' }])
  })

  test('a stream that is refused, which ends an EventSource, is opened again', async () => {
    await using site = await open('', { ownsTime: true })
    const { page, contract } = site
    await contract.streams(1)
    contract.instead.set('GET /v1/scan/stream', (_request, reply) => reply.code(503).send())
    const asked = page.waitForResponse(/status$/)
    contract.hangUp()
    await asked
    contract.instead.clear()
    await page.clock.runFor(1_500)
    await contract.streams(1)
    expect(contract.requests.slice(-2)).toEqual(['GET /v1/scan/status', 'GET /v1/scan/stream'])
  })

  test('where streams are held back it asks instead', async () => {
    let listened: Promise<unknown> | undefined
    const prepare = ({ instead }: Contract, page: Page): void => {
      instead.set('GET /v1/scan/stream', (_request, reply) => void reply.hijack())
      listened = page.waitForRequest(/stream$/)
    }
    await using site = await open('', { prepare, ownsTime: true })
    const { page, contract } = site
    await listened
    const asked = page.waitForResponse(/status$/)
    await page.clock.runFor(5_000)
    await (await asked).finished()
    contract.snapshot = { state: 'confirmed', code: 'asked for' }
    await page.clock.runFor(2_000)
    await shows(page, 'confirmed')
    expect((await heard(page)).at(-1)).toEqual(['success', { code: 'asked for' }])
  })

  test('offline it says so, and goes on as soon as the network is back', async () => {
    await using site = await open()
    const { page, contract } = site
    await contract.streams(1)
    await page.context().setOffline(true)
    await shows(page, 'offline')
    expect(await hint(page)).toBe('Offline. Waiting for the network')
    await contract.streams(0)
    await page.context().setOffline(false)
    await shows(page, 'ready')
    await contract.streams(1)
    expect(contract.requests.filter(request => request.startsWith('POST'))).toEqual(['POST /v1/scan {}'])
  })

  test('a page that nobody looks at asks for nothing', async () => {
    await using site = await open()
    const { page, contract } = site
    await contract.streams(1)
    await page.evaluate('look(true)')
    await contract.streams(0)
    const before = contract.requests.length
    await page.evaluate('look(false)')
    await contract.streams(1)
    expect(contract.requests.slice(before)).toEqual(['GET /v1/scan/stream'])
  })

  test('an element that is taken away lets go of its stream, and one that is put back begins anew', async () => {
    await using site = await open()
    const { page, contract } = site
    await contract.streams(1)
    await page.evaluate('globalThis.taken = element(), taken.remove()')
    await contract.streams(0)
    await page.evaluate('document.body.append(taken)')
    await contract.streams(1)
    expect(contract.requests.filter(request => request === 'POST /v1/scan {}')).toHaveLength(2)
  })

  test('counts down, and asks when the gateway does not say that time is up', async () => {
    await using site = await open('', { ownsTime: true })
    const { page, contract } = site
    await contract.streams(1)
    await shows(page, 'ready')
    const left = page.locator('[part=left]')
    await page.clock.runFor(61_000)
    expect(await left.innerText()).toMatch(/^Time left 0:5[89]$/)
    contract.snapshot = { state: 'expired', refreshable: true }
    await page.clock.runFor(64_000)
    await shows(page, 'expired')
  })

  test('speaks the language of the page, or its own, and changes it at once', async () => {
    await using site = await open('lang="zh-CN"')
    const { page, contract } = site
    await shows(page, 'ready')
    expect(await hint(page)).toBe('请使用微信扫一扫登录')
    expect(await page.locator('[part=left]').innerText()).toMatch(/^剩余时间 (2:00|1:59)$/)
    await contract.streams(1)
    contract.say('expired')
    await page.getByRole('button', { name: '刷新二维码' }).waitFor()
    await page.evaluate("element().setAttribute('lang', 'en')")
    expect(await page.getByRole('button').innerText()).toBe('Get a new code')
  })

  test('on a phone in WeChat, which cannot scan itself, it says what to do', async () => {
    const userAgent = 'Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) MicroMessenger/8.0.42'
    await using site = await open('', { context: { userAgent, viewport: { width: 375, height: 700 } } })
    await shows(site.page, 'ready')
    expect(await hint(site.page)).toBe('Press and hold the code to sign in')
  })

  test('in the dark its text is light and its code still dark on white', async () => {
    await using site = await open('', { context: { colorScheme: 'dark' } })
    const { page, contract } = site
    await shows(page, 'ready')
    expect(await page.evaluate("getComputedStyle(part('hint')).color")).toBe('rgb(255, 255, 255)')
    expect(await scan(page)).toBe(contract.code)
  })

  test('a screen reader hears what changes, and not each second', async () => {
    await using site = await open()
    const { page } = site
    await shows(page, 'ready')
    expect(await page.getByRole('status').innerText()).toBe('Scan with WeChat to sign in')
    expect(await page.getByRole('timer').innerText()).toMatch(/^Time left/)
    await page.getByRole('img', { name: 'QR code to sign in' }).waitFor()
  })

  test('on a page of another site it brings the one-time ticket, for a cookie may not be sent', async () => {
    await using site = await open()
    const origin = site.contract.url
    await using gateway = await startContract({ origins: [origin] })
    const page = await browser.newPage({ bypassCSP: true })
    const url = gateway.url.replace('127.0.0.1', 'localhost')
    await page.clock.install()
    await page.goto(`${origin}/?base="${url}"`)
    await shows(page, 'ready')
    await gateway.streams(1)
    expect(gateway.requests).toContain('POST /v1/scan {"crossSite":true}')
    expect(gateway.requests).toContain('GET /v1/scan/stream?ticket=one-time')
    gateway.say('ready', { ...gateway.snapshot, ticket: 'another' })
    gateway.hangUp()
    await gateway.streams(0)
    await page.clock.runFor(1_000)
    await gateway.streams(1)
    expect(gateway.requests.at(-1)).toBe('GET /v1/scan/stream?ticket=another')
    await page.close()
  })
})
