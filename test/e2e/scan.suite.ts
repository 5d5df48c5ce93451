import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import {
  startWechatSimulator,
  type RunningWechatSimulator
} from '../../src/plugins/wechat-simulator/simulator.ts'
import { hasChromium, launch } from './chromium.ts'
import { codeOn, greets, openLogin, shows } from './login-tab.ts'
import type { Serve } from './target.ts'

/** Logins by scan as their pages see them. */
export function scanSuite(serve: Serve): void {
  describe.skipIf(!hasChromium)('a login in Chromium', () => {
    let browser: Browser
    beforeAll(async () => void (browser = await launch()))
    afterAll(() => browser.close())

    /** Serves logins, and starts the WeChat that they are for. */
    async function start(config: object = {}): Promise<{ url: string; wechat: RunningWechatSimulator }> {
      const wechat = await startWechatSimulator()
      onTestFinished(() => wechat.close())
      const { appId, appSecret, token, encodingAesKey, mode } = wechat.account
      const account = { appId, appSecret, token, encodingAesKey, mode, apiBase: wechat.apiBase }
      const { url } = await serve({ plugins: { 'sse-hub': true, 'wechat-scan': { ...account, ...config } } })
      wechat.set({ callbackUrl: `${url}/wechat_event` })
      return { url, wechat }
    }

    test('who is asked in the chat may say no, and then yes', async () => {
      const { url, wechat } = await start({ confirm: 'reply', language: 'en' })
      const { openid } = wechat.people.make()
      const phone = await browser.newPage({ locale: 'en-GB' })
      onTestFinished(() => phone.close())
      await using tab = await openLogin(browser, url)
      const scan = async (): Promise<void> => {
        await phone.goto(`${wechat.apiBase}/wechat-simulator?url=${encodeURIComponent(await codeOn(tab))}`)
        await phone.locator('.in-view button').click()
      }
      await scan()
      await shows(tab, 'scanned')
      await phone.getByRole('button', { name: 'Not me' }).click()
      await shows(tab, 'cancelled')
      await tab.page.getByRole('button', { name: 'Get a new code' }).click()
      await scan()
      await shows(tab, 'scanned')
      await phone.getByRole('button', { name: 'Confirm' }).last().click()
      expect(await greets(tab)).toBe(openid)
    })

    test('a scan while the page is offline is not lost', async () => {
      const { url, wechat } = await start()
      const { openid } = wechat.people.make()
      await using tab = await openLogin(browser, url)
      const code = await codeOn(tab)
      await tab.page.context().setOffline(true)
      await shows(tab, 'offline')
      await wechat.phone.scan({ url: code }, openid)
      await tab.page.context().setOffline(false)
      expect(await greets(tab)).toBe(openid)
    })

    test('two browsers side by side never get each other’s login', async () => {
      const { url, wechat } = await start()
      const [ann, bob] = [wechat.people.make(), wechat.people.make()]
      await using one = await openLogin(browser, url)
      await using other = await openLogin(browser, url)
      const [first, second] = [await codeOn(one), await codeOn(other)]
      await wechat.phone.scan({ url: second }, bob.openid)
      expect(await greets(other)).toBe(bob.openid)
      expect(await one.page.locator('body').getAttribute('class')).toBe('signed-out')
      await wechat.phone.scan({ url: first }, ann.openid)
      expect(await greets(one)).toBe(ann.openid)
    })
  })
}
