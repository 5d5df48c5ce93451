import type { FastifyRequest } from 'fastify'
import { expect, test } from 'vitest'
import { readCookie, setCookie } from '../../../src/plugins/wechat-scan/login-cookie.ts'
import { browserName } from '../../../src/plugins/wechat-scan/login-agent.ts'

const cookie = { name: 'paifang-scan', path: '/v1/scan', alwaysSecure: false }
const secret = 'a'.repeat(43)
const request = (protocol: string, header?: string): FastifyRequest =>
  ({ protocol, headers: { cookie: header } }) as unknown as FastifyRequest

test('without TLS the cookie goes to its own paths alone', () => {
  expect(setCookie(request('http'), cookie, secret)).toBe(
    `paifang-scan=${secret}; Path=/v1/scan; HttpOnly; SameSite=Lax`
  )
})

test('over TLS it is bound to the host', () => {
  expect(setCookie(request('https'), cookie, secret)).toBe(
    `__Host-paifang-scan=${secret}; Path=/; HttpOnly; Secure; SameSite=Lax`
  )
  expect(setCookie(request('http'), { ...cookie, alwaysSecure: true }, secret)).toContain('__Host-')
})

test('pages of other sites have a cookie of their own, over TLS alone', () => {
  expect(setCookie(request('https'), cookie, secret, true)).toContain('SameSite=None; Partitioned')
  expect(setCookie(request('http'), cookie, secret, true)).toContain('SameSite=Lax')
})

test('it is taken away under the name that it has', () => {
  expect(setCookie(request('https'), cookie, undefined)).toBe(
    '__Host-paifang-scan=; Path=/; HttpOnly; Secure; SameSite=Lax; Max-Age=0'
  )
})

test('a cookie that anybody could have planted does not count over TLS', () => {
  expect(readCookie(request('https', `paifang-scan=${secret}`), cookie)).toBeUndefined()
  expect(readCookie(request('https', `a=b; __Host-paifang-scan=${secret}`), cookie)).toBe(secret)
  expect(readCookie(request('http', `paifang-scan=${secret}; c=d`), cookie)).toBe(secret)
})

test('what is no secret of ours is no cookie of ours', () => {
  for (const header of [undefined, '', 'paifang-scan=', 'paifang-scan=short', `xpaifang-scan=${secret}`])
    expect(readCookie(request('http', header), cookie)).toBeUndefined()
})

test('a browser is named so that its user knows it', () => {
  const chrome = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/120.0.0.0 Safari/537.36'
  expect(browserName(chrome)).toBe('Chrome, Windows')
  expect(browserName(`${chrome} Edg/120.0`)).toBe('Edge, Windows')
  const safari =
    'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Version/17.1 Safari/605.1.15'
  expect(browserName(safari)).toBe('Safari, macOS')
  expect(browserName('Mozilla/5.0 (iPhone; CPU iPhone OS 17_0) MicroMessenger/8.0')).toBe('WeChat, iOS')
  expect(browserName('<script>')).toBe('')
  expect(browserName(undefined)).toBe('')
})
