import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { textReplyXml } from '../../src/wechat/text-reply.ts'
import { startReceiver } from '../plugins/wechat-simulator/receiver.ts'
import { start, type Run } from '../plugins/wechat-simulator/start.ts'
import { hasChromium, launch } from './chromium.ts'

describe.skipIf(!hasChromium)('the simulated phone in Chromium', () => {
  let browser: Browser
  beforeAll(async () => {
    browser = await launch()
  })
  afterAll(() => browser.close())

  /** The page, in which nothing may go wrong. */
  async function open({ simulator }: Run, query = ''): Promise<Page> {
    const page = await browser.newPage({ locale: 'en-GB' })
    page.on('pageerror', error => expect.unreachable(error.message))
    await page.goto(`${simulator.apiBase}/wechat-simulator${query}`)
    return page
  }
  const chat = (page: Page, text: string): Promise<void> =>
    page.locator('#chat li', { hasText: text }).waitFor()

  test('scans the code in view, answers in the chat, and follows', async () => {
    const menu = '<a href="weixin://bizmsgmenu?msgmenucontent=Yes&msgmenuid=ok">Confirm</a>'
    await using receiver = await startReceiver(({ body }, count) => {
      const content = count === 1 ? `Signing in to <b>Shop</b>. ${menu}` : `Heard push ${count}`
      const to = /<FromUserName><!\[CDATA\[([\w-]+)/.exec(body)?.[1] ?? ''
      return textReplyXml({ to, from: run.simulator.account.originalId, createdAt: 1, content })
    })
    await using run: Run = await start({ callbackUrl: receiver.url, account: { mode: 'plain' } })
    const { openid } = run.simulator.people.make()
    const { url } = await run.api.scene('shown')
    await run.api.scene('stock')
    const page = await open(run, `?url=${encodeURIComponent(url)}`)

    await page.locator('#codes .in-view', { hasText: 'shown' }).getByRole('button').click()
    await chat(page, 'Signing in to <b>Shop</b>')
    await page.getByRole('button', { name: 'Confirm' }).click()
    await chat(page, 'Heard push 2')
    await page.getByPlaceholder('Message to the account').fill('Hello')
    await page.getByRole('button', { name: 'Send' }).click()
    await chat(page, 'Heard push 3')
    await page.getByRole('button', { name: 'Unfollow' }).click()
    await chat(page, 'You do not follow this account any more')
    expect(run.simulator.people.find(openid)?.chat.map(({ from }) => from)).toEqual([
      'wechat',
      'account',
      'user',
      'account',
      'user',
      'account',
      'wechat'
    ])
    await page.close()
  })

  test('has room in a narrow frame: only the code in view is there', async () => {
    await using run = await start()
    const { url } = await run.api.scene('shown')
    await run.api.scene('stock')
    const page = await open(run, `?url=${encodeURIComponent(url)}`)
    await page.locator('#codes li').nth(1).waitFor()
    await page.setViewportSize({ width: 420, height: 600 })
    const codes = await page.locator('#codes li').all()
    expect(await Promise.all(codes.map(code => code.isVisible()))).toEqual([true, false])
    await page.close()
  })

  test('says why something cannot be done', async () => {
    await using run = await start()
    run.simulator.people.make()
    const page = await open(run)
    await page.getByPlaceholder('Message to the account').fill('Hello')
    await page.getByRole('button', { name: 'Send' }).click()
    const status = page.locator('#status')
    await expect.poll(() => status.innerText()).toBe('Follow the account first.')
    await page.getByRole('button', { name: 'Follow the account' }).click()
    await expect.poll(() => status.innerText()).toContain('Pushes have nowhere to go')
    await page.close()
  })

  test('hands the phone to somebody new, or to whoever is named', async () => {
    await using run = await start()
    const page = await open(run)
    await page.getByRole('button', { name: 'Somebody new' }).click()
    await page.locator('#person option').waitFor({ state: 'attached' })
    await page.getByPlaceholder('An OpenID of your own').fill('oAnn')
    await page.getByRole('button', { name: 'Use' }).click()
    const holder = page.locator('#person')
    await expect.poll(() => holder.inputValue()).toBe('oAnn')
    run.simulator.people.make()
    await page.reload()
    await expect.poll(() => holder.inputValue()).toBe('oAnn')
    expect(await holder.locator('option').count()).toBe(3)
    await page.close()
  })

  test('says when the simulator is gone', async () => {
    const run = await start()
    const page = await open(run)
    await page.getByText('There are none yet').waitFor()
    await run.simulator.close()
    await expect
      .poll(() => page.getByText('The simulator does not answer.').isVisible(), { timeout: 5_000 })
      .toBe(true)
    await page.close()
  })
})
