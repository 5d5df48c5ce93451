import { mkdirSync } from 'node:fs'
import type { Browser, Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { hasChromium, launch } from './chromium.ts'
import type { Serve } from './target.ts'

/** The chat page, in a browser. */
export function imDemoSuite(serve: Serve): void {
  describe.skipIf(!hasChromium)('the chat page in Chromium', () => {
    let browser: Browser
    beforeAll(async () => {
      browser = await launch()
    })
    afterAll(() => browser.close())

    /** Serves a chat. Resolves with the address of the page. */
    async function chat(path = '/im'): Promise<string> {
      const settings = { path, tokenSecret: 'of no use to anybody else', demo: true, drainMs: 0 }
      const { url } = await serve({ plugins: { 'im-ws-gateway': settings } })
      return `${url}/demo/chat`
    }

    /** The page, in which nothing may go wrong. */
    async function open(url: string, options: Parameters<Browser['newPage']>[0] = {}): Promise<Page> {
      const page = await browser.newPage({
        locale: 'en-GB',
        viewport: { width: 1_280, height: 800 },
        ...options
      })
      onTestFinished(() => page.close())
      const wrong: string[] = []
      // Clients reject with objects that are no errors: a page error alone does not say what they hold.
      await page.exposeFunction('tell', (text: string) => void wrong.push(text))
      await page.addInitScript("addEventListener('unhandledrejection', e => tell(JSON.stringify(e.reason)))")
      page.on('pageerror', error => void wrong.push(error.message))
      page.on('console', message => void (message.type() === 'error' && wrong.push(message.text())))
      onTestFinished(() => expect(wrong).toEqual([]))
      await page.goto(url)
      return page
    }

    interface Side {
      readonly pane: Locator
      readonly messages: Locator
      readonly conversation: (name: string) => Locator
      readonly logIn: () => Promise<void>
      readonly write: (text: string) => Promise<void>
    }
    function side(page: Page, name: string): Side {
      const pane = page.getByRole('region', { name })
      return {
        pane,
        messages: pane.getByRole('list', { name: 'Messages' }).getByRole('listitem'),
        conversation: other => pane.getByRole('navigation').getByRole('button', { name: other }),
        async logIn() {
          await pane.getByRole('button', { name: 'Log in' }).click()
          await pane.getByText('Connected', { exact: true }).waitFor()
        },
        async write(text) {
          await pane.getByRole('textbox').fill(text)
          await pane.getByRole('button', { name: 'Send' }).click()
        }
      }
    }
    const sides = (page: Page): readonly [Side, Side] => [side(page, 'Lin'), side(page, 'Wei')]

    test('two people write to each other, read, type, take back, and find it all after a reload', async () => {
      const page = await open(await chat())
      const [lin, wei] = sides(page)
      await lin.logIn()
      await wei.logIn()
      await lin.conversation('Wei').click()
      await lin.pane.getByText('online', { exact: true }).waitFor()

      await lin.write('Hello <b>Wei</b>')
      await lin.messages.getByText('Hello <b>Wei</b>').waitFor()
      await lin.messages.getByText('sent', { exact: true }).waitFor()
      const badge = wei.conversation('Lin').getByLabel('1 unread')
      await badge.waitFor()
      await wei.pane.getByText('Choose a conversation').waitFor()
      await wei.conversation('Lin').click()
      await wei.messages.getByText('Hello <b>Wei</b>').waitFor()
      await wei.pane.locator('input:focus').waitFor()
      await badge.waitFor({ state: 'hidden' })
      await lin.messages.getByText('read', { exact: true }).waitFor()

      await wei.pane.getByRole('textbox').pressSequentially('Hi')
      await lin.pane.getByText('is typing…').waitFor()
      await wei.write('Hi Lin')
      await lin.messages.getByText('Hi Lin').waitFor()
      await lin.pane.getByText('is typing…').waitFor({ state: 'hidden' })
      // Lin's side is in view, but nobody has looked at it since.
      await wei.messages.getByText('sent', { exact: true }).waitFor()
      await lin.pane.getByRole('heading', { name: 'Lin' }).click()
      await wei.messages.getByText('read', { exact: true }).waitFor()

      mkdirSync('coverage', { recursive: true })
      await page.screenshot({ path: 'coverage/im-demo.png' })

      await lin.messages.first().getByRole('button', { name: 'Take back' }).click()
      await Promise.all([lin, wei].map(({ messages }) => messages.getByText('was taken back').waitFor()))
      expect(await wei.messages.getByText('Hello').count()).toBe(0)

      await page.reload()
      for (const { logIn } of [lin, wei]) await logIn()
      await wei.conversation('Lin').click()
      await wei.messages.getByText('Hi Lin').waitFor()
      expect(await wei.messages.locator('p').allInnerTexts()).toEqual([
        'The message was taken back',
        'Hi Lin'
      ])
      await wei.pane.getByRole('button', { name: 'Log out' }).click()
      await wei.pane.getByText('Logged out').waitFor()
      await lin.conversation('Wei').click()
      await lin.pane.getByText('offline', { exact: true }).waitFor()
    })

    test('pictures are uploaded by the client of the browser, and both see them', async () => {
      const page = await open(await chat())
      const [lin, wei] = sides(page)
      await lin.logIn()
      await wei.logIn()
      await lin.conversation('Wei').click()
      await wei.conversation('Lin').click()
      const drawn = await page.evaluate<string>(
        "(() => { const c = document.createElement('canvas'); c.width = 60; c.height = 40; c.getContext('2d').fillRect(0, 0, 60, 40); return c.toDataURL('image/png') })()"
      )
      const buffer = Buffer.from(drawn.replace(/.*,/, ''), 'base64')
      const file = { name: '图 1.png', mimeType: 'image/png', buffer }
      await lin.pane.getByLabel('Picture').setInputFiles(file)
      for (const { messages } of [lin, wei]) {
        const picture = messages.getByRole('img', { name: 'A picture' })
        await picture.waitFor()
        const size = (): Promise<number[]> =>
          picture.evaluate(image => {
            const { naturalWidth, naturalHeight } = image as unknown as Record<string, number>
            return [naturalWidth ?? 0, naturalHeight ?? 0]
          })
        await expect.poll(size).toEqual([60, 40])
      }
      await lin.messages
        .getByText('sent', { exact: true })
        .or(lin.messages.getByText('read', { exact: true }))
        .waitFor()
      expect(await wei.conversation('Lin').innerText()).toContain('A picture')
      await page.screenshot({ path: 'coverage/im-demo-picture.png' })
    })

    test('one button makes a group of both, once', async () => {
      const page = await open(await chat())
      const [lin, wei] = sides(page)
      const button = page.getByRole('button', { name: 'Make a group of both' })
      expect(await button.isDisabled()).toBe(true)
      await lin.logIn()
      await wei.logIn()
      await button.click()
      await wei.messages.getByText('The group was made').waitFor()
      await lin.write('Hello everybody')
      await wei.messages.getByText('Hello everybody').waitFor()
      await wei.messages.getByText('Lin 林', { exact: true }).waitFor()
      await button.click()
      await lin.messages.getByText('Hello everybody').waitFor()
      expect(await lin.conversation('Lin and Wei').count()).toBe(1)
    })

    test('what is older than a page comes when it is asked for', async () => {
      const page = await open(await chat())
      const [lin, wei] = sides(page)
      await lin.logIn()
      await wei.logIn()
      await lin.conversation('Wei').click()
      for (let index = 1; index <= 25; index++) await lin.write(`number ${index}.`)
      await lin.messages.getByText('number 25.').waitFor()
      await wei.conversation('Lin').getByLabel('25 unread').waitFor()
      await wei.conversation('Lin').click()
      await wei.messages.getByText('number 6.').waitFor()
      expect(await wei.messages.count()).toBe(20)
      await wei.pane.getByRole('button', { name: 'Earlier messages' }).click()
      await wei.messages.getByText('number 1.').waitFor()
      const texts = await wei.messages.locator('p').allInnerTexts()
      expect(texts).toEqual(Array.from({ length: 25 }, (_, index) => `number ${index + 1}.`))
      await expect.poll(() => wei.pane.getByRole('button', { name: 'Earlier messages' }).count()).toBe(0)
    })

    test('a second page ends the login of the first, which can log in again', async () => {
      const url = await chat('/')
      const [first] = sides(await open(url))
      await first.logIn()
      const [second] = sides(await open(url))
      await second.logIn()
      await first.pane.getByText('Logged in elsewhere').waitFor()
      await first.logIn()
      await second.pane.getByText('Logged in elsewhere').waitFor()
      expect(await first.pane.getByText('Connected', { exact: true }).isVisible()).toBe(true)
    })

    test('it is in Chinese for those who read it, and dark where they want it so', async () => {
      const page = await open(await chat(), { locale: 'zh-CN', colorScheme: 'dark' })
      await page.getByRole('region', { name: 'Lin' }).getByRole('button', { name: '登录' }).click()
      await page.getByText('已连接').waitFor()
      expect(await page.evaluate("getComputedStyle(document.querySelector('.pane')).backgroundColor")).toBe(
        'rgb(26, 33, 30)'
      )
      await page.setViewportSize({ width: 375, height: 800 })
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(375)
      await page.screenshot({ path: 'coverage/im-demo-dark.png', fullPage: true })
    })
  })
}
