import Fastify from 'fastify'
import { expect, test } from 'vitest'
import { createGateway } from '../../../src/index.ts'
import openapi from '../../../src/plugins/openapi/index.ts'
import { OpenApi, type OpenApiDocument } from '../../../src/plugins/openapi/service.ts'
import { faultsOf } from './document-faults.ts'
import { gateway } from './gateway.ts'

const secrets = {
  sessions: 'secret-of-sessions-that-nobody-must-see',
  tokens: 'secret-of-tokens-that-nobody-must-see',
  workers: 'secret-of-workers-that-nobody-must-see',
  admin: 'secret-of-administration-that-nobody-sees',
  im: 'secret-of-chat-tokens-that-nobody-must-see',
  events: 'secret-of-events-that-nobody-must-ever-see',
  key: '8765432112345678'
}

/** A gateway with what most gateways have; openapi starts last, as far as that is up to the configuration. */
const startWhole = () =>
  createGateway({
    env: {},
    config: {
      server: { logLevel: 'silent' },
      plugins: {
        'api-error': { prefixes: { '/v1/im': 'ws3' } },
        cors: true,
        state: true,
        cache: true,
        database: { file: ':memory:' },
        'crypto-envelope': { legacyKey: secrets.key },
        sessions: { secret: secrets.sessions, kdf: 'scrypt', scryptCost: 10 },
        'token-auth': {
          secret: secrets.tokens,
          prefixes: ['/v1/customs179'],
          scopes: { all: { modules: ['v1.customs179'] } }
        },
        'sign-simulator': true,
        'sign-bridge': true,
        customs179: true,
        'sse-hub': { endpoint: true, tokenSecret: secrets.events },
        'wechat-simulator': true,
        'wechat-scan': true,
        'fetch-workers': { secret: secrets.workers },
        'http-client': true,
        'im-ws-gateway': { adminSecret: secrets.admin, tokenSecret: secrets.im, demo: true },
        related: true,
        openapi: true
      }
    }
  })

test('the document of a whole gateway is one, and tells nothing that is secret or internal', async () => {
  const app = await startWhole()
  try {
    const response = await app.inject('/openapi.json')
    expect(response.statusCode).toBe(200)
    const document = response.json<OpenApiDocument>()
    expect(faultsOf(document)).toEqual([])
    const told = Object.entries(document.paths).flatMap(([path, item]) =>
      Object.keys(item).map(method => `${method} ${path}`)
    )
    for (const operation of [
      'get /_errors',
      'post /auth',
      'delete /auth',
      'post /v1/token',
      'post /getCode',
      'post /v1/sign',
      'get /v1/sign/certificates/{certNo}',
      'post /v1/customs179/sign',
      'get /v1/events',
      'post /v1/scan',
      'get /v1/im/users/{userID}'
    ])
      expect(told).toContain(operation)
    expect(told.filter(each => /openapi|demo|spider|wechat_event|widget| \/im/.test(each))).toEqual([])
    for (const secret of Object.values(secrets)) expect(response.body).not.toContain(secret)
    expect(document.paths['/v1/customs179/sign']?.['post']?.security).toEqual([{ bearer: [] }, { token: [] }])
    expect(Object.keys(document.components.schemas)).toEqual(
      expect.arrayContaining(['Problem', 'PlainFailure', 'FlaskFailure', 'Ws3Failure'])
    )
  } finally {
    await app.close()
  }
})

test('it is served as it is, in whatever dialect answers are, and made once', async () => {
  const config = {
    path: '/docs/api.json',
    title: '校园',
    version: '3',
    description: 'x',
    publicPrefix: '/gw'
  }
  const routes = (app: { get(url: string, handler: () => number): unknown }): void =>
    void app.get('/a', () => 1)
  await using started = await gateway({ config, errors: { dialect: 'ws3' }, routes })
  const response = await started.app.inject({
    url: '/docs/api.json',
    headers: { accept: 'application/problem+json' }
  })
  expect(response.headers).toMatchObject({
    'content-type': 'application/json; charset=utf-8',
    'cache-control': 'no-cache'
  })
  expect(response.json()).toMatchObject({
    openapi: '3.1.0',
    info: { title: '校园', version: '3', description: 'x' },
    servers: [{ url: '/gw' }],
    tags: [{ name: 'api-error' }, { name: 'health' }, { name: 'shop' }]
  })
  expect(await started.document()).toBe(await started.document())
  expect((await started.app.inject('/openapi.json')).statusCode).toBe(200)
  expect((await started.app.inject('/openapi.json')).json()).toMatchObject({ success: false, code: 404 })
})

test('without the kernel it tells the routes that are added after it', async () => {
  const app = Fastify()
  await app.register(openapi)
  await app.register(async child => child.get('/a/:b', { config: { meta: '{ c } 说明' } }, () => 1), {
    prefix: '/p'
  })
  await app.ready()
  const document = await app.getDecorator<OpenApi>(OpenApi.name).document()
  expect(faultsOf(document)).toEqual([])
  expect(document.paths['/p/a/{b}']?.['get']).toMatchObject({
    operationId: 'gateway.getPAByB',
    summary: '说明',
    parameters: [
      { in: 'query', name: 'c' },
      { in: 'path', name: 'b' }
    ]
  })
  await app.close()
})
