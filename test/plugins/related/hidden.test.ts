import { expect, test } from 'vitest'
import tokenAuth from '../../../src/plugins/token-auth/index.ts'
import { hashPassword } from '../../../src/plugins/sessions/service.ts'
import { gateway, type GatewayOptions } from './gateway.ts'

const password = await hashPassword('paifang', { logN: 4, r: 1, p: 1 })
const users = ['user', 'admin'].map(username => ({ username, password, scopes: [username] }))
const scopes = {
  user: { allow: ['v1.order+get*', 'v1.shop+get*'] },
  admin: { allow: ['v1.order+*', 'v1.shop+*', 'v1.admin+*'] }
}

const routes: GatewayOptions['routes'] = (app, related) => {
  const meta = 'x'
  app.get('/v1/shop', { config: { related: ['/v1/order', '/v1/admin', '/open', '/v1/news'] } }, () => 1)
  app.get('/v1/order', { config: { meta } }, () => 1)
  app.delete('/v1/order', { config: { meta } }, () => 1)
  app.get('/v1/admin', { config: { meta } }, () => 1)
  app.get('/v1/news', { config: { meta, auth: 'public' } }, () => 1)
  app.get('/v1/order/:id', () => 1)
  app.put('/v1/order/:id', () => 1)
  app.get('/open', { config: { meta, related: ['/v1/order', '/v1/news'] } }, request => {
    related.add(request, 'https://example.com', 'x')
    return 1
  })
  app.get('/v1/shop/added', request => {
    related.add(request, '/v1/order/7?a=1', { get: 'x', put: 'x' })
    related.add(request, '/v1/admin', {})
    related.add(request, '/v1/nowhere', {})
    related.add(request, '/v1/news', {})
    return 1
  })
}

async function start(config: object = {}) {
  const settings = { secret: 'a secret of tokens that only the tests have', prefixes: ['/v1'], scopes, users }
  const app = await gateway({ routes, config, with: [[tokenAuth, settings]] })
  return Object.assign(app, {
    async as(username: string, url: string): Promise<unknown> {
      const payload = { username, password: 'paifang' }
      const login = await app.inject({ method: 'POST', url: '/v1/token', payload })
      const { token } = login.json<{ data: { token: string } }>().data
      return app.relatedTo({ url, headers: { authorization: `Bearer ${token}` } })
    }
  })
}

test('a caller is told of what the scopes permit', async () => {
  await using app = await start()
  expect(await app.as('user', '/v1/shop')).toEqual([
    { url: '/v1/order', get: 'x' },
    { url: '/open', get: 'x' },
    { url: '/v1/news', get: 'x' }
  ])
  expect(await app.as('admin', '/v1/shop')).toEqual([
    { url: '/v1/order', get: 'x', delete: 'x' },
    { url: '/v1/admin', get: 'x' },
    { url: '/open', get: 'x' },
    { url: '/v1/news', get: 'x' }
  ])
})

test('what a handler adds is looked up as the route that answers it; without texts it is about GET', async () => {
  await using app = await start()
  expect(await app.as('user', '/v1/shop/added')).toEqual([
    { url: '/v1/order/7?a=1', get: 'x' },
    { url: '/v1/news' }
  ])
  expect(await app.as('admin', '/v1/shop/added')).toEqual([
    { url: '/v1/order/7?a=1', get: 'x', put: 'x' },
    { url: '/v1/admin' },
    { url: '/v1/news' }
  ])
})

test('a guest is told of what everybody may call, also with the failure', async () => {
  await using app = await start()
  expect(await app.relatedTo('/open')).toEqual([
    { url: 'https://example.com', get: 'x' },
    { url: '/v1/news', get: 'x' }
  ])
  const refused = await app.inject('/v1/shop')
  expect(refused.json()).toMatchObject({
    code: 401,
    related: [
      { url: '/open', get: 'x' },
      { url: '/v1/news', get: 'x' }
    ]
  })
})

test('everybody is told of everything where the settings say so', async () => {
  await using app = await start({ hideForbidden: false })
  expect(await app.relatedTo('/open')).toEqual([
    { url: 'https://example.com', get: 'x' },
    { url: '/v1/order', get: 'x', delete: 'x' },
    { url: '/v1/news', get: 'x' }
  ])
})
