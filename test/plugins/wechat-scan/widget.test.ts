import Fastify from 'fastify'
import { gunzipSync, gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import type { App } from '../../../src/core/index.ts'
import { addWidget, widgetScript } from '../../../src/plugins/wechat-scan/widget.ts'

function site(origins: readonly string[] = []): App {
  const app = Fastify() as unknown as App
  addWidget(app, { origins })
  return app
}

test('the script is one module without imports, and takes less than 6 KB', () => {
  const script = widgetScript()
  expect(script).toContain("customElements.define('paifang-scan'")
  expect(script).not.toMatch(/^\s*(import|export)\b(?!\.meta)/m)
  expect(script).not.toMatch(/import\(|require\(|https?:\/\//)
  expect(gzipSync(script).length).toBeLessThan(6_000)
})

test('it builds nothing out of markup, and evaluates nothing', () => {
  expect(widgetScript()).not.toMatch(
    /innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(|Function\(|\.style\b/
  )
})

test('it is served as a script that may be kept for a while and is not sent again', async () => {
  const app = site()
  const first = await app.inject('/v1/scan/widget.js')
  expect(first.body).toBe(widgetScript())
  expect(first.headers).toMatchObject({
    'content-type': 'text/javascript; charset=utf-8',
    'cache-control': 'public, max-age=300',
    'x-content-type-options': 'nosniff',
    vary: 'accept-encoding'
  })
  const headers = { 'if-none-match': String(first.headers.etag) }
  const second = await app.inject({ url: '/v1/scan/widget.js', headers })
  expect([second.statusCode, second.body, second.headers.etag]).toEqual([304, '', first.headers.etag])
  const other = await app.inject({ url: '/v1/scan/widget.js', headers: { 'if-none-match': 'W/"x"' } })
  expect(other.statusCode).toBe(200)
})

test.each([
  ['gzip, deflate, br', true],
  ['br;q=1, gzip;q=0.5', true],
  ['gzip;q=0', false],
  ['gzip;q=0.0, br', false],
  ['br', false],
  ['', false]
])('with Accept-Encoding: %s it is packed: %s', async (encoding, isPacked) => {
  const answer = await site().inject({ url: '/v1/scan/widget.js', headers: { 'accept-encoding': encoding } })
  expect(answer.headers['content-encoding']).toBe(isPacked ? 'gzip' : undefined)
  const text = isPacked ? gunzipSync(answer.rawPayload).toString() : answer.body
  expect(text).toBe(widgetScript())
})

test('other sites may load it only where some may start logins', async () => {
  const closed = await site().inject('/v1/scan/widget.js')
  expect(closed.headers['cross-origin-resource-policy']).toBe('same-origin')
  expect(closed.headers['access-control-allow-origin']).toBeUndefined()
  const open = await site(['https://shop.example']).inject('/v1/scan/widget.js')
  expect(open.headers['cross-origin-resource-policy']).toBe('cross-origin')
  expect(open.headers['access-control-allow-origin']).toBe('*')
})
