import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { createGateway, definePlugin, service } from '../../src/core/index.ts'
import apiError from '../../src/plugins/api-error/index.ts'
import consolePlugin from '../../src/plugins/console/index.ts'
import cryptoEnvelope from '../../src/plugins/crypto-envelope/index.ts'
import database from '../../src/plugins/database/index.ts'
import imWsGateway from '../../src/plugins/im-ws-gateway/index.ts'
import metrics from '../../src/plugins/metrics/index.ts'
import signBridge from '../../src/plugins/sign-bridge/index.ts'
import signSimulator from '../../src/plugins/sign-simulator/index.ts'
import sseHub from '../../src/plugins/sse-hub/index.ts'
import state from '../../src/plugins/state/index.ts'
import { hasChromium, launch } from './chromium.ts'

describe.skipIf(!hasChromium)('the console in Chromium', () => {
  let browser: Browser
  let folder: string
  beforeAll(async () => {
    browser = await launch()
    folder = mkdtempSync(join(tmpdir(), 'paifang-console-'))
  })
  afterAll(async () => {
    await browser.close()
    rmSync(folder, { recursive: true })
  })

  /** Starts a gateway with a plugin whose health is up to the test. Resolves with where it and its admin listener are. */
  async function serve(
    settings: { readonly env?: NodeJS.ProcessEnv; readonly im?: object; readonly port?: number } = {}
  ) {
    const mood: { reason: string | undefined } = { reason: undefined }
    const lines: string[] = []
    const printer = definePlugin({
      name: 'printer',
      description: 'Prints.',
      provides: service<object>('printer'),
      setup: () => ({}),
      health: () => {
        if (mood.reason !== undefined) throw new Error(mood.reason)
      }
    })
    const app = await createGateway({
      builtins: [
        apiError,
        consolePlugin,
        cryptoEnvelope,
        database,
        imWsGateway,
        metrics,
        signBridge,
        signSimulator,
        sseHub,
        state
      ],
      env: settings.env ?? {},
      logDestination: { write: line => void lines.push(line) },
      config: {
        server: { port: 0, adminPort: 0 },
        plugins: {
          console: true,
          'api-error': true,
          'sse-hub': true,
          metrics: true,
          printer: { use: printer },
          state: true,
          database: { file: ':memory:' },
          'crypto-envelope': { legacyKey: '1234567887654321' },
          ...(settings.env
            ? {}
            : { 'sign-simulator': true, 'sign-bridge': { keyFile: join(folder, 'sign-bridge.secret') } }),
          ...(settings.im && {
            'im-ws-gateway': { tokenSecret: 'of no use to anybody else', ...settings.im }
          })
        }
      }
    })
    onTestFinished(() => app.close())
    const url = await app.listen({ host: '127.0.0.1', port: settings.port ?? 0 })
    const listening = lines.find(line => line.includes('"admin listener"')) ?? '{}'
    return { url, admin: (JSON.parse(listening) as { url: string }).url, mood, app }
  }

  /** The page, in which nothing may go wrong but what `expected` says. */
  async function open(
    url: string,
    options: Parameters<Browser['newPage']>[0] = {},
    expected = /^$/
  ): Promise<Page> {
    const page = await browser.newPage({
      locale: 'en-GB',
      viewport: { width: 1_280, height: 900 },
      ...options
    })
    onTestFinished(() => page.close())
    const wrong: string[] = []
    const note = (text: string): void => void (expected.test(text) || wrong.push(text))
    page.on('pageerror', error => note(error.message))
    page.on('console', message => message.type() === 'error' && note(message.text()))
    onTestFinished(() => expect(wrong).toEqual([]))
    await page.goto(url)
    return page
  }

  const row = (page: Page, name: string) =>
    page.getByRole('row').filter({ has: page.getByRole('rowheader', { name }) })

  test('a plugin that falls ill turns red without a reload, and an error appears as it happens', async () => {
    const { url, mood } = await serve()
    const page = await open(url)
    await page.getByText('live', { exact: true }).waitFor()
    await page.getByText('All 10 plugins are up').waitFor()
    const printer = row(page, 'printer')
    await printer.getByText('up', { exact: true }).waitFor()
    await page.getByText('No errors so far.').waitFor()
    const colour = () =>
      page.evaluate("getComputedStyle(document.querySelector('[data-key=printer] .health')).color")
    const healthy = await colour()

    mood.reason = 'out of paper'
    await printer.getByText('down', { exact: true }).waitFor()
    await printer.getByText('out of paper').waitFor()
    await page.getByText('1 of 10 plugins are down: printer').waitFor()
    expect(healthy).toBe('rgb(10, 108, 64)')
    expect(await colour()).toBe('rgb(180, 35, 24)')

    await fetch(`${url}/v1/nothing?pin=s3cret`, { headers: { 'x-request-id': 'mine-1' } })
    await page.getByRole('row', { name: 'route.not_found 404 GET (no route) mine-1' }).waitFor()
    await page.getByText('New error: route.not_found, 404').waitFor()
    expect(await page.getByText('No errors so far.').isVisible()).toBe(false)
    expect(await page.content()).not.toContain('s3cret')
    mkdirSync('coverage', { recursive: true })
    await page.screenshot({ path: 'coverage/console.png', fullPage: true })

    mood.reason = undefined
    await page.getByText('All 10 plugins are up').waitFor()
  })

  test('what is tried answers beside its button, a signature by a simulated card as well', async () => {
    const { url } = await serve()
    const page = await open(url)
    const form = (path: string) => page.locator('form').filter({ hasText: path })
    await form('/v1/sign/devices').getByRole('button').click()
    await form('/v1/sign/devices').getByText('"ready"').waitFor()
    await page.getByRole('button', { name: 'Send: POST /getCode' }).focus()
    await page.keyboard.press('Enter')
    await form('/getCode')
      .getByText(/^200 application\/json[\s\S]*"data": "[0-9A-F]+"/)
      .waitFor()
    expect(new URL(page.url()).pathname).toBe('/')
  })

  test('it comes back with a gateway that was away', async () => {
    const { url, app } = await serve()
    // The browser says for itself that it did not reach the gateway.
    const page = await open(url, {}, /ERR_/)
    for (let count = 0; count < 3; count++) await fetch(`${url}/nothing`)
    const failures = page.getByRole('row', { name: 'route.not_found' })
    await expect.poll(() => failures.count()).toBe(3)
    await app.close()
    await page.getByText('connection lost, trying again').waitFor()
    const { mood } = await serve({ port: Number(new URL(url).port) })
    mood.reason = 'out of paper'
    await row(page, 'printer').getByText('out of paper').waitFor()
    await page.getByText('live', { exact: true }).waitFor()
    expect(await failures.count()).toBe(0)
  })

  test('without JavaScript it is all there, and what can be tried leads to its answer', async () => {
    const { url, mood } = await serve()
    mood.reason = 'out of paper'
    const page = await open(url, { javaScriptEnabled: false })
    await row(page, 'printer').getByText('out of paper').waitFor()
    await page.locator('noscript p').waitFor()
    expect(await page.getByRole('button', { name: 'POST /getCode' }).count()).toBe(0)
    await page.getByRole('button', { name: 'Send: GET /v1/sign/devices' }).click()
    expect(new URL(page.url()).pathname).toBe('/v1/sign/devices')
  })

  test('production has it on the admin listener alone, live, with links to the gateway', async () => {
    const { url, admin, mood } = await serve({
      env: { NODE_ENV: 'production', PAIFANG_CRYPTO_ENVELOPE_ENABLED: 'false' }
    })
    expect((await fetch(url)).status).toBe(404)
    const page = await open(`${admin}/console`)
    await page.getByText('live', { exact: true }).waitFor()
    mood.reason = 'out of paper'
    await row(page, 'printer').getByText('out of paper').waitFor()
    expect(await page.getByRole('link', { name: 'Error catalogue' }).getAttribute('href')).toBe(
      `${url}/_errors`
    )
    await page.getByRole('button', { name: 'Send: GET /_errors' }).click()
    await page.waitForURL(`${url}/_errors**`)
  })

  test('it leaves / to chat clients that want it', async () => {
    const { url, admin } = await serve({ im: { path: '/' } })
    expect((await fetch(url)).status).toBe(426)
    await (await open(`${admin}/console`)).getByText('All 11 plugins are up').waitFor()
  })

  test('it is in Chinese for those who read it, dark where they want it so, and fits a phone', async () => {
    const { url } = await serve()
    const page = await open(url, {
      locale: 'zh-CN',
      colorScheme: 'dark',
      viewport: { width: 375, height: 800 }
    })
    await page.getByText('10 个插件全部正常').waitFor()
    await page.getByText('实时', { exact: true }).waitFor()
    expect(await page.evaluate("getComputedStyle(document.querySelector('section')).backgroundColor")).toBe(
      'rgb(26, 33, 30)'
    )
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(375)
    await page.screenshot({ path: 'coverage/console-dark.png', fullPage: true })
  })
})
