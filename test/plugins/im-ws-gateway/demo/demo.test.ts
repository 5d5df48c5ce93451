import Fastify from 'fastify'
import { expect, onTestFinished, test } from 'vitest'
import type { App } from '../../../../src/core/index.ts'
import { addDemo, type DemoParts } from '../../../../src/plugins/im-ws-gateway/demo/demo.ts'

interface Site {
  readonly app: App
  /** What was asked of the parts, in order. */
  readonly asked: readonly (readonly unknown[])[]
}

function site(parts: Partial<DemoParts> = {}): Site {
  const app = Fastify() as unknown as App
  onTestFinished(() => app.close())
  const asked: unknown[][] = []
  addDemo(app, {
    settings: { path: '/im' },
    hasFiles: true,
    issuer: {
      issue: (userID, platformID) => {
        asked.push(['issue', userID, platformID])
        return Promise.resolve({ token: `token of ${userID}`, expireTimeSeconds: 60 })
      }
    },
    backOffice: {
      registerUser: user => {
        asked.push(['register', user.userID, user.nickname])
        return Promise.resolve({ created: true })
      }
    },
    ...parts
  })
  return { app, asked }
}

test('everything that the page and its modules name is there, of this origin', async () => {
  const { app } = site()
  const left = ['/demo/chat']
  const seen = new Set<string>()
  for (let path = left.pop(); path !== undefined; path = left.pop()) {
    if (seen.has(path)) continue
    seen.add(path)
    const { statusCode, headers, body } = await app.inject(path)
    expect([path, statusCode, headers['x-content-type-options']]).toEqual([path, 200, 'nosniff'])
    if (path.endsWith('open-im-sdk.js')) continue
    for (const [, url = ''] of body.matchAll(/(?:(?:src|href)=|\bfrom )["']([^"']+)["']/g))
      if (!url.startsWith('data:') && !url.startsWith('?')) left.push(url.replace(/^\.\//, '/demo/chat/'))
  }
  expect([...seen].toSorted()).toEqual(
    [
      '/demo/chat',
      ...['account', 'chat', 'conversation-list', 'message-list', 'open-conversation', 'open-im-sdk', 'page']
        .concat('pane')
        .map(name => `/demo/chat/${name}.js`),
      '/demo/chat/chat.css'
    ].toSorted()
  )
})

test('it runs under a policy that allows its own files and sockets alone', async () => {
  const { headers, body } = await site().app.inject('/demo/chat')
  const policy = String(headers['content-security-policy'])
  expect(policy).toContain("default-src 'none'")
  expect(policy).toContain("connect-src 'self'")
  expect(policy).toContain("frame-ancestors 'none'")
  expect(policy).not.toContain('unsafe')
  expect(body).not.toMatch(/<style|style=|<script>|\son[a-z]+=/)
  expect(headers['cache-control']).toBe('no-store')
})

test('it says where clients connect', async () => {
  const { body } = await site({ settings: { path: '/chat/socket' } }).app.inject('/demo/chat')
  expect(body).toContain('data-path="/chat/socket" data-platform="5"')
})

test('pictures can be chosen where files can be sent', async () => {
  const [shown, hidden] = await Promise.all(
    [true, false].map(hasFiles => site({ hasFiles }).app.inject('/demo/chat'))
  )
  expect(shown?.body).toContain('<input type="file" accept="image/')
  expect(shown?.headers['content-security-policy']).toContain("img-src data: 'self';")
  expect(hidden?.body).not.toContain('type="file"')
})

test('every text that its script asks for is there', async () => {
  const { app } = site()
  const { body: page } = await app.inject('/demo/chat')
  const names = ['chat', 'pane', 'conversation-list', 'message-list']
  const scripts = await Promise.all(names.map(name => app.inject(`/demo/chat/${name}.js`)))
  const wanted = scripts.flatMap(({ body }) => [...body.matchAll(/textOf\('(\w+)'\)/g)])
  expect(wanted.length).toBeGreaterThan(5)
  for (const [, key] of wanted) expect(page).toMatch(new RegExp(` data-${key}="[^"]+"`))
})

test.each([
  ['/demo/chat', 'zh-CN,zh;q=0.9', 'zh-CN'],
  ['/demo/chat', 'de, en', 'en'],
  ['/demo/chat?lang=zh', 'en', 'zh-CN'],
  ['/demo/chat?lang=en', 'zh', 'en']
])('%s with Accept-Language: %s is in %s', async (url, language, lang) => {
  const { body } = await site().app.inject({ url, headers: { 'accept-language': language } })
  expect(body).toContain(`<html lang="${lang}">`)
})

test('a language that it does not speak is refused, and nothing of a request comes back in it', async () => {
  const { statusCode, body } = await site().app.inject('/demo/chat?lang=%3Cscript%3E')
  expect(statusCode).toBe(400)
  expect(body).not.toContain('<script>')
})

test('a session makes both users and logs both in for browsers', async () => {
  const { app, asked } = site()
  const { statusCode, headers, body } = await app.inject({ method: 'POST', url: '/demo/chat/session' })
  expect(statusCode).toBe(200)
  expect(headers['cache-control']).toBe('no-store')
  expect(JSON.parse(body)).toEqual({
    users: [
      { userID: 'demo-lin', nickname: 'Lin 林', token: 'token of demo-lin' },
      { userID: 'demo-wei', nickname: 'Wei 魏', token: 'token of demo-wei' }
    ]
  })
  expect(asked).toContainEqual(['register', 'demo-lin', 'Lin 林'])
  expect(asked.findIndex(([what]) => what === 'issue')).toBeGreaterThan(0)
  expect(asked).toContainEqual(['issue', 'demo-wei', 5])
})

test('a body, which nobody needs, is bounded, and what is in it changes nothing', async () => {
  const { app, asked } = site()
  const url = '/demo/chat/session'
  const large = await app.inject({ method: 'POST', url, payload: { userID: 'x'.repeat(2_000) } })
  expect(large.statusCode).toBe(413)
  await app.inject({ method: 'POST', url, payload: { userID: 'admin' } })
  expect(asked.flat()).not.toContain('admin')
})

test('without the client the page says how to get it, and nobody is logged in', async () => {
  const { app, asked } = site({ clientFrom: '/nowhere/gateway.js' })
  const { statusCode, body, headers } = await app.inject('/demo/chat?lang=en')
  expect(statusCode).toBe(501)
  expect(body).toContain('<code>npm install open-im-sdk@3.5.2</code>')
  expect(body).not.toContain('<script')
  expect(headers['content-security-policy']).toContain("default-src 'none'")
  expect((await app.inject({ method: 'POST', url: '/demo/chat/session' })).statusCode).toBe(404)
  expect((await app.inject('/demo/chat/open-im-sdk.js')).statusCode).toBe(404)
  expect(asked).toEqual([])
})
