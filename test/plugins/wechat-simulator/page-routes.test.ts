import { request } from 'node:http'
import { expect, test } from 'vitest'
import { phoneTexts } from '../../../src/plugins/wechat-simulator/phone-texts.ts'
import { start } from './start.ts'

/** The status of an answer to headers that `fetch` does not let one set. */
function statusFor(
  url: string,
  headers: Record<string, string>,
  method = 'GET'
): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const call = request(url, { headers, method }, response => {
      response.resume()
      resolve(response.statusCode)
    })
    call.on('error', reject).end()
  })
}

test('the page runs no script and has no style but its own, and is framed by this machine alone', async () => {
  await using run = await start()
  const response = await fetch(`${run.simulator.apiBase}/wechat-simulator`)
  expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8')
  const policy = response.headers.get('content-security-policy') ?? ''
  expect(policy.split('; ')).toEqual([
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    "connect-src 'self'",
    "form-action 'none'",
    "base-uri 'none'",
    "frame-ancestors 'self' http://127.0.0.1:* http://localhost:*"
  ])
  expect(response.headers.get('x-content-type-options')).toBe('nosniff')
  expect(response.headers.get('cache-control')).toBe('no-store')
  const html = await response.text()
  expect(html.match(/<script/g)).toHaveLength(1)
  expect(html).toContain('<script type="module" src="/wechat-simulator/phone.js"></script>')
  expect(html).not.toMatch(/\sstyle=|<style|\son[a-z]+=/)
})

test.each([
  ['phone.js', 'text/javascript; charset=utf-8', 'addEventListener'],
  ['phone.css', 'text/css; charset=utf-8', 'color-scheme']
])('its %s comes from beside it', async (file, type, content) => {
  await using run = await start()
  const response = await fetch(`${run.simulator.apiBase}/wechat-simulator/${file}`)
  expect(response.headers.get('content-type')).toBe(type)
  expect(await response.text()).toContain(content)
})

test.each(['/', '/phone'])('%s leads to the page', async path => {
  await using run = await start()
  const response = await fetch(`${run.simulator.apiBase}${path}`)
  expect(response.url).toBe(`${run.simulator.apiBase}/wechat-simulator`)
  expect(response.status).toBe(200)
})

test.each([
  ['', 'zh-CN,zh;q=0.9', 'zh-CN'],
  ['', 'en-GB,zh;q=0.5', 'en'],
  ['', '*', 'en'],
  ['?lang=zh', 'en', 'zh-CN'],
  ['?lang=en', 'zh', 'en']
])('the page%s for a browser that wants %s is in %s', async (query, language, lang) => {
  await using run = await start()
  const headers = { 'accept-language': language }
  const response = await fetch(`${run.simulator.apiBase}/wechat-simulator${query}`, { headers })
  expect(await response.text()).toContain(`<html lang="${lang}">`)
})

test('the link to the other language keeps the code in view, and nothing breaks out of it', async () => {
  await using run = await start()
  const page = async (url: string) =>
    (await fetch(`${run.simulator.apiBase}/wechat-simulator?lang=en&url=${encodeURIComponent(url)}`)).text()
  expect(await page('http://weixin.qq.com/q/02x')).toContain(
    'href="?lang=zh&amp;url=http%3A%2F%2Fweixin.qq.com%2Fq%2F02x"'
  )
  expect(await page('"><script>')).toContain('href="?lang=zh&amp;url=%22%3E%3Cscript%3E"')
})

test('an unknown language is refused', async () => {
  await using run = await start()
  expect((await fetch(`${run.simulator.apiBase}/wechat-simulator?lang=fr`)).status).toBe(400)
})

test('both languages say the same things, and none needs to be escaped', () => {
  expect(Object.keys(phoneTexts.zh.script)).toEqual(Object.keys(phoneTexts.en.script))
  expect(JSON.stringify(Object.values(phoneTexts).map(texts => Object.values(texts)))).not.toMatch(
    /[<>&]|\\"/
  )
})

test.each(['/wechat-simulator', '/phone/codes', '/cgi-bin/token'])(
  '%s is not for pages of other sites, nor for names that point here',
  async path => {
    await using run = await start()
    const url = `${run.simulator.apiBase}${path}`
    const { host, port } = new URL(url)
    expect(await statusFor(url, { origin: 'https://evil.example' })).toBe(403)
    expect(await statusFor(url, { origin: 'null' })).toBe(403)
    expect(await statusFor(url, { host: `evil.example:${port}` })).toBe(403)
    expect(await statusFor(url, { host: `localhost:${port}`, origin: `http://localhost:${port}` })).toBe(200)
    expect(await statusFor(url, { host, origin: `http://${host}` })).toBe(200)
  }
)
