import { describe, expect, test } from 'vitest'
import { consoleRig } from './gateway.ts'

const paths = ['/', '/_console/console.css', '/_console/console.js', '/_console/events']

describe('in development the page is at / for this machine', () => {
  test('with its files, which no page of another origin may read', async () => {
    const { app } = await consoleRig()
    await using _ = app
    for (const url of paths.slice(0, -1)) {
      const { statusCode, headers } = await app.inject(url)
      expect(statusCode).toBe(200)
      expect(headers['content-security-policy']).toMatch(
        /^default-src 'none'; script-src 'self'; style-src 'self'/
      )
      expect(headers['content-security-policy']).not.toContain('unsafe')
      expect(headers).toMatchObject({ 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' })
    }
    const { body } = await app.inject('/')
    expect(body).not.toMatch(/<script(?![^>]*src=)|<style|style=|\son\w+=/)
    expect((await app.inject({ url: '/?lang=fr' })).statusCode).toBe(400)
  })

  test.each(['localhost', 'LOCALHOST:3000', '127.0.0.1', '127.0.0.1:80', '[::1]:3000'])(
    'as %s',
    async host => {
      const { app } = await consoleRig()
      await using _ = app
      expect((await app.inject({ url: '/', headers: { host } })).statusCode).toBe(200)
    }
  )

  test.each<[string, object]>([
    ['a name that somebody’s DNS points here', { headers: { host: 'evil.example' } }],
    ['a name that begins like ours', { headers: { host: 'localhost.evil.example' } }],
    ['a page of another origin', { headers: { origin: 'https://evil.example' } }],
    ['a proxy', { headers: { 'x-forwarded-for': '192.0.2.1' } }],
    [
      'a page that says what proxies say',
      { headers: { host: 'evil.example', 'x-forwarded-host': 'localhost' } }
    ],
    ['another machine', { remoteAddress: '192.0.2.1' }]
  ])('but there is nothing for %s', async (_name, request) => {
    const { app } = await consoleRig({ server: { trustProxy: true } })
    await using _ = app
    const nothing = await app.inject('/nothing')
    for (const url of paths) {
      const { statusCode, body } = await app.inject({ url, ...request })
      expect(statusCode).toBe(404)
      expect(Object.keys(JSON.parse(body))).toEqual(Object.keys(nothing.json()))
    }
  })

  test('and there is nothing without api-error either', async () => {
    const { app } = await consoleRig({ errors: false })
    await using _ = app
    expect((await app.inject('/')).statusCode).toBe(200)
    expect((await app.inject({ url: '/', remoteAddress: '192.0.2.1' })).statusCode).toBe(404)
  })
})

test('the path is a setting', async () => {
  const { app } = await consoleRig({ config: { path: '/dev/console' } })
  await using _ = app
  expect((await app.inject('/')).statusCode).toBe(404)
  expect((await app.inject('/dev/console')).statusCode).toBe(200)
  expect((await app.inject('/dev/console/console.js')).statusCode).toBe(200)
  expect(app.service.path).toBe('/dev/console')
})

test.each(['console', '/a/', '/:a', '/a*', '/a?b', '/"'])('%s is no path', async path => {
  await expect(consoleRig({ config: { path } })).rejects.toThrow('path')
})

test('production has nothing at /, and the page on the admin listener all the same', async () => {
  const lines: string[] = []
  const { app } = await consoleRig({
    env: { NODE_ENV: 'production' },
    server: { adminPort: 0, logLevel: 'info' },
    logDestination: { write: line => void lines.push(line) }
  })
  await using _ = app
  for (const url of paths) expect((await app.inject(url)).statusCode).toBe(404)
  expect(app.service.path).toBeUndefined()
  const { url } = JSON.parse(lines.find(line => line.includes('admin listener')) ?? '{}') as { url: string }
  const page = await fetch(`${url}/console`)
  expect(page.status).toBe(200)
  const files = [...(await page.text()).matchAll(/(?:src|href)="(\/[^"]+)"/g)].map(([, path]) => path)
  expect(files).toEqual(['/console/console.css', '/console/console.js'])
  for (const file of files) expect((await fetch(url + file)).status).toBe(200)
  expect((await fetch(`${url}/console`, { headers: { origin: 'https://evil.example' } })).status).toBe(403)
})

test('a path that another plugin has is left to it', async () => {
  const { app } = await consoleRig({ routes: child => void child.get('/', () => 'mine') })
  await using _ = app
  expect((await app.inject('/')).body).toBe('mine')
  expect(app.service.path).toBeUndefined()
})
