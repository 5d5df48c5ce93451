import { mkdirSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { createGateway, definePlugin, Type } from '../../src/index.ts'
import type { App } from '../../src/core/index.ts'
import apiError from '../../src/plugins/api-error/index.ts'
import openapi from '../../src/plugins/openapi/index.ts'
import sseHub from '../../src/plugins/sse-hub/index.ts'
import { hasChromium, launch } from './chromium.ts'

interface Call {
  readonly method: string
  readonly url: string
  readonly body: unknown
  readonly authorization: string | undefined
  readonly key: string | undefined
}

describe.skipIf(!hasChromium)('the reference page in Chromium', () => {
  let browser: Browser
  beforeAll(async () => {
    browser = await launch()
  })
  afterAll(() => browser.close())

  async function serve() {
    const calls: Call[] = []
    const lines: string[] = []
    function routes(app: App): void {
      const headers = Type.Object({ 'x-key': Type.Optional(Type.String({ examples: ['a'] })) })
      const params = Type.Object({ id: Type.String({ examples: ['7'] }) })
      const querystring = Type.Object({ page: Type.Integer({ default: 1, examples: [2] }) })
      const body = Type.Object({ item: Type.String() }, { examples: [{ item: "Ann's tea" }] })
      const response = { 200: Type.Object({ n: Type.Integer() }, { examples: [{ n: 1 }] }) }
      const note = (request: { method: string; url: string; body?: unknown; headers: object }): object => {
        const { authorization, 'x-key': key } = request.headers as Record<string, string | undefined>
        calls.push({ method: request.method, url: request.url, body: request.body, authorization, key })
        return { n: calls.length }
      }
      const read = { summary: 'Read an order', params, querystring, headers, response }
      app.get('/orders/:id', { schema: read, config: { access: 'public' } }, note as never)
      const make = { summary: 'Make an order', body, response, tags: ['making'] }
      app.post('/orders', { schema: make, config: { access: 'a token' } }, note as never)
      const events = { 200: { content: { 'text/event-stream': { schema: Type.String() } } } }
      app.get('/ticks', { schema: { summary: 'Ticks', response: events } }, (_, reply) => {
        reply.hijack()
        reply.raw.writeHead(200, { 'content-type': 'text/event-stream' }).write('data: tick\n\n')
        calls.push({
          method: 'GET',
          url: '/ticks',
          body: undefined,
          authorization: undefined,
          key: undefined
        })
        reply.raw.on('close', () => void calls.push({ ...calls.at(-1)!, method: 'GONE' }))
      })
    }
    const shop = definePlugin({ name: 'shop', description: 'Routes of a test.', setup: app => routes(app) })
    const app = await createGateway({
      builtins: [apiError, openapi, sseHub],
      env: {},
      logDestination: { write: line => void lines.push(line) },
      config: {
        server: { port: 0, adminPort: 0 },
        plugins: { 'api-error': true, openapi: true, shop: { use: shop } }
      }
    })
    onTestFinished(() => app.close())
    const url = await app.listen({ host: '127.0.0.1', port: 0 })
    const listening = lines.find(line => line.includes('"admin listener"')) ?? '{}'
    return { url, calls, admin: (JSON.parse(listening) as { url: string }).url }
  }

  /** The page, in which nothing may go wrong. */
  async function open(url: string, options: Parameters<Browser['newPage']>[0] = {}): Promise<Page> {
    const page = await browser.newPage({
      locale: 'en-GB',
      viewport: { width: 1_280, height: 900 },
      ...options
    })
    onTestFinished(() => page.close())
    const wrong: string[] = []
    page.on('pageerror', error => wrong.push(error.message))
    page.on('console', message => message.type() === 'error' && wrong.push(message.text()))
    onTestFinished(() => expect(wrong).toEqual([]))
    await page.goto(url)
    return page
  }

  const operation = (page: Page, heading: string) => page.getByRole('article', { name: heading, exact: true })

  /** What axe finds, in words. */
  async function faultsIn(page: Page): Promise<string[]> {
    await page.evaluate(await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8'))
    const found = await page.evaluate('axe.run(document, { resultTypes: ["violations"] })')
    const { violations } = found as {
      violations: { id: string; nodes: { target: unknown[]; failureSummary: string }[] }[]
    }
    return violations.flatMap(({ id, nodes }) =>
      nodes.map(({ target, failureSummary }) => `${id} ${target.join(' ')}: ${failureSummary}`)
    )
  }

  test('axe finds nothing wrong with it, light and dark, in both languages, with all open', async () => {
    const { url } = await serve()
    mkdirSync('coverage', { recursive: true })
    for (const [lang, colorScheme] of [
      ['en', 'light'],
      ['zh', 'dark']
    ] as const) {
      const page = await open(`${url}/openapi?lang=${lang}`, { colorScheme })
      await page.evaluate('for (const each of document.querySelectorAll("details")) each.open = true')
      expect(await faultsIn(page)).toEqual([])
      await page.screenshot({ path: `coverage/reference-${lang}.png`, fullPage: true })
    }
  }, 60_000)

  test('the search shows what has all the words, and says how much that is', async () => {
    const { url } = await serve()
    const page = await open(`${url}/openapi`)
    const all = await page.locator('article[data-words]').count()
    await page.getByLabel('Search operations').fill('order READ')
    await page.getByRole('status').getByText(`1 of ${all} operations`).waitFor()
    expect(await page.locator('article[data-words]:visible').count()).toBe(1)
    await operation(page, 'GET /orders/{id}').waitFor()
    expect(await page.getByRole('link', { name: 'POST Make an order' }).isVisible()).toBe(false)
    expect(await page.getByRole('heading', { name: 'making' }).count()).toBe(0)
    await page.getByLabel('Search operations').fill('')
    expect(await page.locator('article[data-words]:visible').count()).toBe(all)
    expect(await page.getByRole('status').first().textContent()).toBe('')
  })

  test('a call is tried by keyboard alone, with what is filled in, and answers beside its form', async () => {
    const { url, calls } = await serve()
    const page = await open(`${url}/openapi`)
    await page.getByLabel('Authorization: Bearer').fill('s3cret')
    const make = operation(page, 'POST /orders')
    await make.getByText('Try it').focus()
    await page.keyboard.press('Enter')
    await make.getByLabel('Body').waitFor()
    expect(await make.locator('.curl').textContent()).toBe(
      [
        `curl -s -X POST "${url}/orders"`,
        '-H "authorization: Bearer $BEARER"',
        "-H 'content-type: application/json'",
        String.raw`--data-raw '{` + '\n' + String.raw`  "item": "Ann'\''s tea"` + "\n}'"
      ].join(' \\\n  ')
    )
    await page.keyboard.press('Tab')
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    await make
      .getByLabel('Answer')
      .getByText(/^200 application\/json[\s\S]*"n": 1/)
      .waitFor()
    expect(calls).toEqual([
      {
        method: 'POST',
        url: '/orders',
        body: { item: "Ann's tea" },
        authorization: 'Bearer s3cret',
        key: undefined
      }
    ])
    expect(await make.locator('.curl').textContent()).not.toContain('s3cret')
    expect(new URL(page.url()).pathname).toBe('/openapi')
  })

  test('parameters go where they belong, also with characters that mean something to a shell', async () => {
    const { url, calls } = await serve()
    const page = await open(`${url}/openapi`)
    const read = operation(page, 'GET /orders/{id}')
    await read.getByText('Try it').click()
    await read.getByLabel('id path').fill(`a/b"$(x)'!`)
    await read.getByLabel('page query').fill('3')
    await read.getByLabel('x-key header').fill("it's")
    expect(await read.locator('.curl').textContent()).toBe(
      [`curl -s "${url}/orders/a%2Fb%22%24%28x%29%27%21?page=3"`, String.raw`-H 'x-key: it'\''s'`].join(
        ' \\\n  '
      )
    )
    await read.getByRole('button', { name: 'Send' }).click()
    await read.getByLabel('Answer').getByText('200 application/json').waitFor()
    expect(calls).toMatchObject([{ url: '/orders/a%2Fb%22%24%28x%29%27%21?page=3', key: "it's" }])
  })

  test('a stream is shown as it comes, until it is stopped', async () => {
    const { url, calls } = await serve()
    const page = await open(`${url}/openapi`)
    const ticks = operation(page, 'GET /ticks')
    await ticks.getByText('Try it').click()
    await ticks.getByRole('button', { name: 'Send' }).click()
    await ticks.getByLabel('Answer').getByText('data: tick').waitFor()
    await ticks.getByRole('button', { name: 'Stop' }).click()
    await expect.poll(() => calls.map(({ method }) => method)).toEqual(['GET', 'GONE'])
    await ticks.getByRole('button', { name: 'Stop' }).waitFor({ state: 'hidden' })
  })

  test('without JavaScript all is there but the search and the forms', async () => {
    const { url } = await serve()
    const page = await open(`${url}/openapi`, { javaScriptEnabled: false })
    await operation(page, 'POST /orders').locator('pre').getByText("Ann's tea").waitFor()
    await operation(page, 'POST /orders').getByText('Failures (').first().click()
    await operation(page, 'POST /orders')
      .getByRole('row', { name: 'param.invalid 400 Invalid request' })
      .waitFor()
    expect(await page.getByText('Try it').first().isVisible()).toBe(false)
    expect(await page.getByLabel('Search operations').isVisible()).toBe(false)
  })

  test('on the admin listener it writes curl lines for the gateway, and calls nothing', async () => {
    const { url, admin } = await serve()
    const page = await open(`${admin}/openapi`)
    const read = operation(page, 'GET /orders/{id}')
    await read.getByText('Try it').click()
    await read
      .getByText(`curl -s "${url}/orders/7?page=`)
      .or(read.getByText(`curl -s "${url}/orders/7"`))
      .waitFor()
    expect(await read.getByRole('button', { name: 'Send' }).count()).toBe(0)
  })

  test('it is in Chinese for those who read it, dark where they want it so, and fits a phone', async () => {
    const { url } = await serve()
    const phone = { locale: 'zh-CN', colorScheme: 'dark', viewport: { width: 375, height: 800 } } as const
    const page = await open(`${url}/openapi`, phone)
    await page.getByLabel('查找接口').waitFor()
    expect(await page.evaluate("getComputedStyle(document.querySelector('article')).backgroundColor")).toBe(
      'rgb(26, 33, 30)'
    )
    await page.evaluate('for (const each of document.querySelectorAll("details")) each.open = true')
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(375)
    await page.getByRole('link', { name: 'English' }).click()
    await page.getByLabel('Search operations').waitFor()
  })
})
