import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, FrameLocator } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import apiError from '../../src/plugins/api-error/index.ts'
import sseHub from '../../src/plugins/sse-hub/index.ts'
import state from '../../src/plugins/state/index.ts'
import wechatScan from '../../src/plugins/wechat-scan/index.ts'
import wechatSimulator from '../../src/plugins/wechat-simulator/index.ts'
import { fakeClock, testPlugin } from '../../src/testing/index.ts'
import { hasChromium, launch } from './chromium.ts'
import { codeOn, greets, openLogin, shows, type Tab } from './login-tab.ts'
import { run } from './program.ts'
import { scanSuite } from './scan.suite.ts'
import { serveHere } from './target.ts'

scanSuite(serveHere)

describe.skipIf(!hasChromium)('a login in Chromium, with the phone beside it', () => {
  let browser: Browser
  beforeAll(async () => void (browser = await launch()))
  afterAll(() => browser.close())

  const phoneOf = ({ page }: Tab): FrameLocator => page.frameLocator('iframe')
  /** Holds the phone in front of the page. */
  const scan = (tab: Tab): Promise<void> => phoneOf(tab).locator('.in-view button').click()

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
        await using tab = await openLogin(browser, url, context)
        const { page, complaints } = tab
        const phone = phoneOf(tab)
        await shows(tab, 'ready')
        await phone.locator('.in-view button').waitFor()
        await page.screenshot({ path: `coverage/scan-login-${name}.png` })
        await page.evaluate("addEventListener('scan-success', () => { globalThis.at = Date.now() })")
        const clicked = phone
          .locator('body')
          .evaluate("new Promise(done => addEventListener('click', () => done(Date.now()), true))")
        await scan(tab)
        const openid = await greets(tab)
        waits.push(Number(await page.evaluate('at')) - Number(await clicked))
        expect(await page.locator('.greeting h1').innerText()).toBe(hello)
        expect(openid).toBe(await phone.locator('#person').inputValue())
        await page.screenshot({ path: `coverage/scan-greeting-${name}.png` })
        expect(complaints).toEqual([])
      }
      expect(Math.min(...waits)).toBeLessThan(1_000)
    })
  })

  test('a code that is over is replaced by itself for a while, and then by the button', async () => {
    const clock = fakeClock(Date.now())
    await using app = await testPlugin(wechatScan, {
      config: { sceneTtlS: 60, maxRefreshes: 1, streamMs: 600_000 },
      services: { clock },
      with: [[apiError], [state], [sseHub], [wechatSimulator]]
    })
    await using tab = await openLogin(browser, await app.listen({ port: 0, host: '127.0.0.1' }))
    const { page, complaints } = tab
    const seen = [await codeOn(tab)]
    const renewed = page.waitForResponse(/qr\.svg/)
    await clock.advance(61_000)
    await renewed
    seen.push(await codeOn(tab))
    await clock.advance(61_000)
    await shows(tab, 'expired')
    await page.getByRole('button', { name: 'Get a new code' }).click()
    seen.push(await codeOn(tab))
    await scan(tab)
    await greets(tab)
    expect(new Set(seen).size).toBe(3)
    expect(complaints).toEqual([])
  })
})
