import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, BrowserContextOptions, FrameLocator, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import apiError from '../../src/plugins/api-error/index.ts'
import sseHub from '../../src/plugins/sse-hub/index.ts'
import state from '../../src/plugins/state/index.ts'
import wechatScan from '../../src/plugins/wechat-scan/index.ts'
import wechatSimulator from '../../src/plugins/wechat-simulator/index.ts'
import { WechatSimulator } from '../../src/plugins/wechat-simulator/service.ts'
import { fakeClock, testPlugin, type FakeClock } from '../../src/testing/index.ts'
import { hasChromium, launch } from './chromium.ts'
import { run } from './program.ts'

describe.skipIf(!hasChromium)('a login in Chromium', () => {
  let browser: Browser
  beforeAll(async () => void (browser = await launch()))
  afterAll(() => browser.close())

  interface Tab extends AsyncDisposable {
    readonly page: Page
    /** The simulated phone beside the login. */
    readonly phone: FrameLocator
    /** What the browser complained about. */
    readonly complaints: string[]
  }

  async function open(gateway: string, context: BrowserContextOptions = {}): Promise<Tab> {
    const page = await browser.newPage({
      locale: 'en-GB',
      viewport: { width: 1100, height: 820 },
      ...context
    })
    const complaints: string[] = []
    page.on('pageerror', error => complaints.push(error.message))
    page.on('console', message => message.type() === 'error' && complaints.push(message.text()))
    await page.goto(`${gateway}/v1/scan/demo`)
    const phone = page.frameLocator('iframe')
    return { page, phone, complaints, [Symbol.asyncDispose]: () => page.close() }
  }

  const shows = (page: Page, is: string): Promise<void> => page.locator(`paifang-scan[state=${is}]`).waitFor()
  const greets = (page: Page): Promise<void> => page.locator('body.signed-in').waitFor()
  /** Holds the phone in front of the page. */
  const scan = ({ phone }: Tab): Promise<void> => phone.locator('.in-view button').click()

  /** What the code on the page says, which is what the phone is told that it sees. */
  async function codeOn({ page }: Tab): Promise<string> {
    await shows(page, 'ready')
    const phone = new URL((await page.locator('iframe[src*="url="]').getAttribute('src')) ?? '')
    return phone.searchParams.get('url') ?? ''
  }

  /** A gateway whose time a test owns. */
  interface Gateway extends AsyncDisposable {
    readonly url: string
    readonly clock: FakeClock
    /** Does something on the phone. */
    act(what: string, body: object): Promise<unknown>
  }

  async function start(config: object = {}): Promise<Gateway> {
    const clock = fakeClock(Date.now())
    const plugins = [[apiError], [state], [sseHub], [wechatSimulator]] as const
    const app = await testPlugin(wechatScan, { config, services: { clock }, with: plugins })
    const url = await app.listen({ port: 0, host: '127.0.0.1' })
    const { apiBase } = app.getDecorator<WechatSimulator>(WechatSimulator.name)
    return {
      url,
      clock,
      async act(what, body) {
        const headers = { 'content-type': 'application/json' }
        const init = { method: 'POST', headers, body: JSON.stringify(body) }
        return (await fetch(`${apiBase}/phone/${what}`, init)).json()
      },
      [Symbol.asyncDispose]: () => app.close()
    }
  }

  describe('npm start', () => {
    const folder = mkdtempSync(join(tmpdir(), 'paifang-scan-'))
    afterAll(() => rmSync(folder, { recursive: true }))

    test('the printed page greets whoever scans, within a second, in two languages, by day and by night', async () => {
      const env = { PORT: '0', PAIFANG_DATABASE_FILE: join(folder, 'paifang.db') }
      await using program = run('server.js', [], { env })
      const [, url = ''] = await program.until(/^ *(http\S+)\/v1\/scan\/demo /m)
      const looks = [
        { name: 'zh-light', locale: 'zh-CN', colorScheme: 'light', hello: '你好' },
        { name: 'en-dark', locale: 'en-GB', colorScheme: 'dark', hello: 'Hello' }
      ] as const
      const waits: number[] = []
      for (const { name, hello, ...context } of looks) {
        await using tab = await open(url, context)
        const { page, phone, complaints } = tab
        await shows(page, 'ready')
        await phone.locator('.in-view button').waitFor()
        await page.screenshot({ path: `coverage/scan-login-${name}.png` })
        await page.evaluate("addEventListener('scan-success', () => { globalThis.at = Date.now() })")
        const clicked = phone
          .locator('body')
          .evaluate("new Promise(done => addEventListener('click', () => done(Date.now()), true))")
        await scan(tab)
        await greets(page)
        waits.push(Number(await page.evaluate('at')) - Number(await clicked))
        expect(await page.locator('.greeting h1').innerText()).toBe(hello)
        expect(await page.locator('#openid').innerText()).toBe(await phone.locator('#person').inputValue())
        await page.screenshot({ path: `coverage/scan-greeting-${name}.png` })
        expect(complaints).toEqual([])
      }
      expect(Math.min(...waits)).toBeLessThan(1_000)
    })
  })

  test('a code that is over is replaced by itself for a while, and then by the button', async () => {
    await using gateway = await start({ sceneTtlS: 60, maxRefreshes: 1, streamMs: 600_000 })
    await using tab = await open(gateway.url)
    const { page, complaints } = tab
    const seen = [await codeOn(tab)]
    const renewed = page.waitForResponse(/qr\.svg/)
    await gateway.clock.advance(61_000)
    await renewed
    seen.push(await codeOn(tab))
    await gateway.clock.advance(61_000)
    await shows(page, 'expired')
    await page.getByRole('button', { name: 'Get a new code' }).click()
    seen.push(await codeOn(tab))
    await scan(tab)
    await greets(page)
    expect(new Set(seen).size).toBe(3)
    expect(complaints).toEqual([])
  })

  test('who is asked in the chat may say no, and then yes', async () => {
    await using gateway = await start({ confirm: 'reply', language: 'en' })
    await using tab = await open(gateway.url)
    const { page, phone } = tab
    await shows(page, 'ready')
    await scan(tab)
    await shows(page, 'scanned')
    await phone.getByRole('button', { name: 'Not me' }).click()
    await shows(page, 'cancelled')
    await page.getByRole('button', { name: 'Get a new code' }).click()
    await shows(page, 'ready')
    await scan(tab)
    await shows(page, 'scanned')
    await phone.getByRole('button', { name: 'Confirm' }).last().click()
    await greets(page)
    expect(await page.locator('#openid').innerText()).toBe(await phone.locator('#person').inputValue())
  })

  test('a scan while the page is offline is not lost', async () => {
    await using gateway = await start()
    await using tab = await open(gateway.url)
    const { page } = tab
    const url = await codeOn(tab)
    await page.context().setOffline(true)
    await shows(page, 'offline')
    await gateway.act('scan', { url, openid: 'o-gap' })
    await page.context().setOffline(false)
    await greets(page)
    expect(await page.locator('#openid').innerText()).toBe('o-gap')
  })

  test('two browsers side by side never get each other’s login', async () => {
    await using gateway = await start()
    await using one = await open(gateway.url)
    await using other = await open(gateway.url)
    const [first, second] = [await codeOn(one), await codeOn(other)]
    await gateway.act('scan', { url: second, openid: 'o-other' })
    await greets(other.page)
    expect(await other.page.locator('#openid').innerText()).toBe('o-other')
    expect(await one.page.locator('body').getAttribute('class')).toBe('signed-out')
    await gateway.act('scan', { url: first, openid: 'o-one' })
    await greets(one.page)
    expect(await one.page.locator('#openid').innerText()).toBe('o-one')
  })
})
