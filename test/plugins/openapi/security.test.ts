import { expect, test } from 'vitest'
import database from '../../../src/plugins/database/index.ts'
import sessions from '../../../src/plugins/sessions/index.ts'
import tokenAuth from '../../../src/plugins/token-auth/index.ts'
import type { OpenApiDocument } from '../../../src/plugins/openapi/service.ts'
import { faultsOf } from './document-faults.ts'
import { documentOf, type GatewayOptions } from './gateway.ts'

const tokens = [
  tokenAuth,
  {
    secret: 'a secret of tokens that only the tests have',
    prefixes: ['/v1'],
    scopes: { all: { allow: ['v1.*+*'] } }
  }
] as const
const logins = [
  [database, { file: ':memory:' }],
  [sessions, { secret: 'a secret of sessions that only tests have', kdf: 'scrypt', scryptCost: 10 }]
] as const

const routes: GatewayOptions['routes'] = app => {
  app.get('/v1/orders', () => 1)
  app.get('/v1/orders/:id', () => 1)
  app.get('/v1/news', { config: { auth: 'public' } }, () => 1)
  app.get('/v1/offers', { config: { auth: 'optional' } }, () => 1)
  app.get('/open', () => 1)
}

function needsOf(document: OpenApiDocument): Record<string, unknown> {
  expect(faultsOf(document)).toEqual([])
  const own = Object.entries(document.paths).filter(([path]) => /^\/(v1\/(?!token)|open|own)/.test(path))
  return Object.fromEntries(own.map(([path, item]) => [path, item['get']?.security]))
}

test('without sessions guarded routes need a bearer token, and others nothing', async () => {
  const document = await documentOf({ with: [tokens], routes })
  const bearer = { bearer: [] }
  expect(needsOf(document)).toEqual({
    '/v1/orders': [bearer],
    '/v1/orders/{id}': [bearer],
    '/v1/news': undefined,
    '/v1/offers': [{}, bearer],
    '/open': undefined
  })
})

test('without either nobody shows anything', async () => {
  const document = await documentOf(app => void app.get('/open', () => 1))
  expect(needsOf(document)).toEqual({ '/open': undefined })
  expect(document.components.securitySchemes).toEqual({})
})

test('guarded routes need a token, of token-auth or of sessions; others may look at that of sessions', async () => {
  const document = await documentOf({
    with: [...logins, tokens],
    routes(app) {
      routes(app)
      app.get('/own', { schema: { security: [{ token: [] }] } }, () => 1)
    }
  })
  const bearer = { bearer: [] }
  const token = { token: [] }
  expect(needsOf(document)).toEqual({
    '/v1/orders': [bearer, token],
    '/v1/orders/{id}': [bearer, token],
    '/v1/news': undefined,
    '/v1/offers': [{}, bearer, token],
    '/open': [{}, token],
    '/own': [token]
  })
  expect(document.components.securitySchemes).toMatchObject({
    bearer: { type: 'http', scheme: 'bearer' },
    token: { type: 'apiKey', in: 'header', name: 'token' }
  })
})
