import Fastify from 'fastify'
import { expect, onTestFinished, test } from 'vitest'
import { createGateway, definePlugin, Type } from '../../../src/index.ts'
import type { App } from '../../../src/core/index.ts'
import apiError from '../../../src/plugins/api-error/index.ts'
import openapi from '../../../src/plugins/openapi/index.ts'

const hostile = '"><img src=x onerror=alert(1)>'

function routes(app: App): void {
  const querystring = Type.Object({
    page: Type.Integer({ default: 1, minimum: 1, maximum: 9, description: 'Of `many`.', examples: [2] }),
    sort: Type.Optional(Type.Union([Type.Literal('new'), Type.Literal('old')]))
  })
  app.get(
    '/orders',
    { schema: { summary: 'All orders', querystring }, config: { access: 'public' } },
    () => []
  )
  const body = Type.Object({ item: Type.String({ maxLength: 20 }) }, { examples: [{ item: hostile }] })
  const response = { 201: Type.Object({ id: Type.Optional(Type.Integer()) }, { examples: [{ id: 7 }] }) }
  app.post('/orders', { schema: { summary: hostile, tags: [hostile], body, response } }, () => ({}))
}

async function start(settings: object = {}, env: NodeJS.ProcessEnv = {}) {
  const lines: string[] = []
  const shop = definePlugin({ name: 'shop', description: 'Routes of a test.', setup: app => routes(app) })
  const app = await createGateway({
    builtins: [apiError, openapi],
    env,
    logDestination: { write: line => void lines.push(line) },
    config: {
      server: { port: 0, adminPort: 0 },
      plugins: { 'api-error': true, openapi: { title: hostile, ...settings }, shop: { use: shop } }
    }
  })
  onTestFinished(() => app.close())
  const { url } = JSON.parse(lines.find(line => line.includes('"admin listener"')) ?? '{}') as { url: string }
  return { app, admin: url }
}

test('the page shows every operation, and what routes say is text', async () => {
  const { app } = await start()
  const { statusCode, headers, body } = await app.inject('/openapi?lang=en')
  expect(statusCode).toBe(200)
  expect(headers['content-type']).toBe('text/html; charset=utf-8')
  for (const id of ['shop.getOrders', 'shop.postOrders', 'api-error.getErrors', 'gateway.getReadyz'])
    expect(body).toMatch(new RegExp(`<article\\s+id="${id.replace('.', '\\.')}"`))
  expect(body).not.toContain('<img')
  expect(body).toContain('All orders')
  expect(body).toContain('Of <code>many</code>.')
  expect(body).toContain('integer · 1…9 · default 1')
  expect(body).toMatch(/one of these<\/span>\s*<code>&#34;new&#34;<\/code>\s*<code>&#34;old&#34;<\/code>/)
})

test('it has no script or style in it, loads two files beside it, and says so to the browser', async () => {
  const { app } = await start({ referencePath: '/docs/reference' })
  const { headers, body } = await app.inject('/docs/reference')
  expect(headers['content-security-policy']).toBe(
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; connect-src 'self'; form-action 'none'; " +
      "base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'"
  )
  expect(body).not.toMatch(/<style|\sstyle="|\son\w+="|<script(?! defer src=")|javascript:/)
  const loaded = [...body.matchAll(/(?:src|href)="([^"#?]+)"/g)].map(([, url]) => url)
  expect(loaded).toEqual(['data:,', 'reference/reference.css', 'reference/reference.js', '../openapi.json'])
  for (const [name, type] of [
    ['css', 'text/css'],
    ['js', 'text/javascript']
  ]) {
    const file = await app.inject(`/docs/reference/reference.${name}`)
    expect([file.statusCode, file.headers['content-type']]).toEqual([200, `${type}; charset=utf-8`])
    expect(file.headers['x-content-type-options']).toBe('nosniff')
  }
})

test('it speaks the language that is asked for, English to everybody else', async () => {
  const { app } = await start()
  const languageOf = async (url: string, accepted?: string): Promise<string | undefined> => {
    const { body } = await app.inject({ url, ...(accepted && { headers: { 'accept-language': accepted } }) })
    return /<html lang="([^"]+)"/.exec(body)?.[1]
  }
  expect(await languageOf('/openapi')).toBe('en')
  expect(await languageOf('/openapi', 'zh-TW,en;q=0.5')).toBe('zh-CN')
  expect(await languageOf('/openapi?lang=en', 'zh')).toBe('en')
  expect(await languageOf('/openapi?lang=zh')).toBe('zh-CN')
  expect((await app.inject('/openapi?lang=fr')).statusCode).toBe(400)
})

test.each([
  ['development', {}, 200],
  ['development', { NODE_ENV: 'production' }, 404],
  ['always', { NODE_ENV: 'production' }, 200],
  ['never', {}, 404]
])('set to %s with %j it answers %i, and the document does not care', async (reference, env, status) => {
  const { app } = await start({ reference }, env)
  expect((await app.inject('/openapi')).statusCode).toBe(status)
  expect((await app.inject('/openapi/reference.js')).statusCode).toBe(status)
  expect((await app.inject('/openapi.json')).statusCode).toBe(200)
})

test('the admin listener has it in production, too, and names where the gateway is', async () => {
  const { app, admin } = await start({}, { NODE_ENV: 'production' })
  const before = await (await fetch(`${admin}/openapi`)).text()
  expect(before).toContain(' data-origin=""')
  const url = await app.listen({ host: '127.0.0.1', port: 0 })
  const page = await (await fetch(`${admin}/openapi`)).text()
  expect(page).toContain(` data-page="/openapi" data-origin="${url}"`)
  expect((await fetch(`${admin}/openapi/reference.css`)).status).toBe(200)
})

test('without the kernel there is a page as well', async () => {
  const app = Fastify()
  await app.register(openapi)
  app.get('/later', { schema: { summary: 'Came later' } }, () => 1)
  await app.ready()
  expect((await app.inject('/openapi')).body).toContain('Came later')
  await app.close()
})
