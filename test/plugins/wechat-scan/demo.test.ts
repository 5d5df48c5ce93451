import Fastify from 'fastify'
import { expect, test } from 'vitest'
import type { App } from '../../../src/core/index.ts'
import { addDemo } from '../../../src/plugins/wechat-scan/demo.ts'

const phone = 'http://127.0.0.1:4711/wechat-simulator'

function site(settings: { phone: string | undefined } = { phone }): App {
  const app = Fastify() as unknown as App
  addDemo(app, settings)
  return app
}

test('everything that the page names is there, and of this origin but for the phone', async () => {
  const app = site()
  const { body } = await app.inject('/v1/scan/demo')
  const named = [...body.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, url = '']) => url)
  const own = named.filter(url => url.startsWith('/'))
  expect(named.filter(url => !url.startsWith('/') && !url.startsWith('?'))).toEqual([
    `${phone}?lang=en`,
    `${phone}?lang=en`
  ])
  expect(own).toContain('/v1/scan/widget.js')
  for (const url of own.filter(path => path !== '/v1/scan/widget.js')) {
    const { statusCode, headers } = await app.inject(url)
    expect([url, statusCode, headers['x-content-type-options']]).toEqual([url, 200, 'nosniff'])
  }
})

test('it runs under a policy that allows its own files and the phone alone', async () => {
  const { headers, body } = await site().inject('/v1/scan/demo')
  const policy = String(headers['content-security-policy'])
  expect(policy).toContain("default-src 'none'")
  expect(policy).toContain('frame-src http://127.0.0.1:4711;')
  expect(policy).toContain("frame-ancestors 'none'")
  expect(policy).not.toContain('unsafe')
  expect(body).not.toMatch(/<style|style=|<script>|\son[a-z]+=/)
  expect(headers['cache-control']).toBe('no-store')
})

test('without a simulator there is no phone', async () => {
  const { headers, body } = await site({ phone: undefined }).inject('/v1/scan/demo')
  expect(body).not.toContain('<iframe')
  expect(headers['content-security-policy']).toContain("frame-src 'none'")
})

test.each([
  ['/v1/scan/demo', 'zh-CN,zh;q=0.9', 'zh-CN'],
  ['/v1/scan/demo', 'de, en', 'en'],
  ['/v1/scan/demo?lang=zh', 'en', 'zh-CN'],
  ['/v1/scan/demo?lang=en', 'zh', 'en']
])('%s with Accept-Language: %s is in %s', async (url, language, lang) => {
  const { body } = await site().inject({ url, headers: { 'accept-language': language } })
  expect(body).toContain(`<html lang="${lang}">`)
})

test('a language that it does not speak is refused, and nothing of a request comes back in it', async () => {
  const { statusCode, body } = await site().inject('/v1/scan/demo?lang=%3Cscript%3E')
  expect(statusCode).toBe(400)
  expect(body).not.toContain('<script>')
})
