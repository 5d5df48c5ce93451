import type { InjectOptions, RouteHandlerMethod } from 'fastify'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { build } from './build.ts'

const body = {
  type: 'object',
  required: ['str', 'kind'],
  properties: {
    str: { type: 'string', minLength: 1 },
    kind: { anyOf: [{ const: 'a' }, { const: 'b' }] },
    list: { type: 'array', items: { type: 'object', properties: { 'a/b~c': { type: 'integer' } } } }
  }
}

function gateway(config = {}) {
  return build({
    config,
    server: { bodyLimit: 1000, routerOptions: { maxParamLength: 50 } },
    routes(app) {
      app.post('/sign', { schema: { body } }, () => 'signed')
      app.get('/items/:id', () => 'item')
      app.put('/items/:id', () => 'item')
      app.get(
        '/page',
        { schema: { querystring: { type: 'object', properties: { page: { type: 'integer' } } } } },
        () => 1
      )
      app.get('/slow', { handlerTimeout: 20 }, async () => new Promise(() => {}))
      app.get('/files/*', () => 'file')
      for (const name of ['notFound', 'conflict', 'unauthorized', 'badGateway'] as const)
        app.get(`/${name}`, async (_request, reply) => reply[name]('because'))
      app.get('/call-not-found', (_request, reply) => reply.callNotFound())
      app.get(
        '/broken',
        { schema: { response: { 200: { type: 'object', required: ['n'] } } } },
        async () => ({})
      )
      app.get('/circular', async () => {
        const value: Record<string, unknown> = {}
        return Object.assign(value, { value })
      })
    }
  })
}

const json = { 'content-type': 'application/json' }
const sources: readonly (readonly [name: string, InjectOptions, status: number, key: string])[] = [
  ['an unknown path', { url: '/nowhere' }, 404, 'route.not_found'],
  ['another method', { method: 'DELETE', url: '/items/7?x=1' }, 405, 'route.method'],
  ['a method with a body', { method: 'PATCH', url: '/page', payload: {} }, 405, 'route.method'],
  ['an invalid body', { method: 'POST', url: '/sign', payload: {} }, 400, 'param.invalid'],
  ['an invalid query', { url: '/page?page=x' }, 400, 'param.invalid'],
  ['malformed JSON', { method: 'POST', url: '/sign', headers: json, payload: '{"a' }, 400, 'http.400'],
  ['no JSON at all', { method: 'POST', url: '/sign', headers: json, payload: '' }, 400, 'http.400'],
  [
    '__proto__ in JSON',
    { method: 'POST', url: '/sign', headers: json, payload: '{"__proto__":{}}' },
    400,
    'http.400'
  ],
  ['a body too large', { method: 'POST', url: '/sign', payload: { str: 'x'.repeat(1000) } }, 413, 'http.413'],
  [
    'an unknown media type',
    { method: 'POST', url: '/sign', headers: { 'content-type': 'x/y' }, payload: 'x' },
    415,
    'http.415'
  ],
  [
    'a bad media type',
    { method: 'POST', url: '/sign', headers: { 'content-type': '/' }, payload: 'x' },
    415,
    'http.415'
  ],
  ['a badly encoded path', { url: '/items/%zz' }, 400, 'http.400'],
  ['a parameter too long', { url: `/items/${'x'.repeat(51)}` }, 414, 'http.414'],
  ['a slow handler', { url: '/slow' }, 503, 'route.timeout'],
  ['reply.notFound()', { url: '/notFound' }, 404, 'resource.not_found'],
  ['reply.conflict()', { url: '/conflict' }, 409, 'http.409'],
  ['reply.unauthorized()', { url: '/unauthorized' }, 401, 'auth.required'],
  ['reply.badGateway()', { url: '/badGateway' }, 502, 'http.502'],
  ['reply.callNotFound()', { url: '/call-not-found' }, 404, 'route.not_found'],
  ['a value against its schema', { url: '/broken' }, 500, 'internal'],
  ['a value that is no JSON', { url: '/circular' }, 500, 'internal']
]

describe('every source of failures', () => {
  let problem: Awaited<ReturnType<typeof build>>
  let plain: Awaited<ReturnType<typeof build>>
  beforeAll(async () => {
    problem = await gateway()
    plain = await gateway({ dialect: 'plain' })
  })
  afterAll(() => Promise.all([problem.close(), plain.close()]))

  test.each(sources)('%s is rendered as problem details', async (_name, request, status, key) => {
    const response = await problem.inject(request)
    expect(response.statusCode).toBe(status)
    expect(response.json()).toMatchObject({ status, code: key, requestId: response.headers['x-request-id'] })
    expect(response.headers).toMatchObject({
      'content-type': 'application/problem+json; charset=utf-8',
      'content-language': 'zh-CN',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff'
    })
  })

  test.each(sources)('%s is rendered in an envelope', async (_name, request, status) => {
    await using app = await gateway({ dialect: 'plain' })
    const response = await app.inject(request)
    expect(response.statusCode).toBe(status)
    expect(response.json()).toEqual({
      code: status,
      msg: expect.stringMatching(/\p{Script=Han}/u),
      data: false
    })
  })
})

describe('a header that cannot be written', () => {
  const unwritable = { 'x-name': '中文', 'x-lines': 'a\r\nb: c' }
  const handlers: readonly (readonly [string, RouteHandlerMethod, number])[] = [
    ['of an answer', (_request, reply) => reply.headers(unwritable).send({}), 500],
    [
      'of what was thrown',
      () => {
        throw Object.assign(new Error(), { statusCode: 409, headers: { 'not a name': 'x', ...unwritable } })
      },
      409
    ]
  ]
  // Over a connection: injected requests take any header.
  test.each(handlers)('%s is left out of the failure', async (_, handler, status) => {
    await using app = await build({
      config: { dialect: 'plain' },
      routes: routes => routes.get('/', handler)
    })
    const response = await fetch(await app.listen({ port: 0, host: '127.0.0.1' }))
    expect(response.status).toBe(status)
    expect(await response.json()).toMatchObject({ code: status, data: false })
  })
})

describe('invalid input', () => {
  const invalid: InjectOptions = {
    method: 'POST',
    url: '/sign',
    payload: { str: '', kind: 'c', list: [{ 'a/b~c': 'x' }] }
  }

  test('is told by field, with pointer, code and text', async () => {
    await using app = await gateway()
    const { errors } = (await app.inject({ ...invalid, payload: { kind: 'a' } })).json()
    expect(errors).toEqual([{ pointer: '/str', code: 'required', message: '不能缺少' }])
  })

  test('is told in the language of the caller', async () => {
    await using app = await gateway()
    const { errors, title } = (await app.inject({ ...invalid, headers: { 'accept-language': 'en' } })).json()
    expect(title).toBe('Invalid request')
    expect(errors).toEqual([
      { pointer: '/str', code: 'minLength', message: 'must have at least 1 characters' }
    ])
  })

  test('is told in one text where there is no place for fields', async () => {
    await using app = await gateway({ dialect: 'ws3' })
    const { reason } = (await app.inject({ ...invalid, payload: { str: 'x', kind: 'c' } })).json()
    expect(reason).toBe('请求出错：kind 应为 a, b 之一')
  })
})

describe('a path that exists under other methods', () => {
  test('says which', async () => {
    await using app = await gateway()
    const response = await app.inject({ method: 'DELETE', url: '/items/a%20b' })
    expect(response.headers.allow?.split(', ').toSorted()).toEqual(['GET', 'HEAD', 'PUT'])
  })

  test('says so for OPTIONS too', async () => {
    await using app = await gateway()
    const response = await app.inject({ method: 'OPTIONS', url: '/items/7' })
    expect([response.statusCode, response.json().code]).toEqual([405, 'route.method'])
  })

  test('does not exist because something answers OPTIONS everywhere', async () => {
    await using app = await build({ routes: routes => routes.options('*', () => '') })
    expect((await app.inject('/nowhere')).statusCode).toBe(404)
  })

  test('says which when the handler itself throws 405', async () => {
    await using app = await build({
      routes(routes) {
        routes.post('/x', () => 1)
        routes.put('/x', () => {
          throw 405
        })
      }
    })
    expect((await app.inject({ method: 'PUT', url: '/x' })).headers.allow).toBe('POST')
  })
})

describe('a handler that is too late', () => {
  test('has its value dropped', async () => {
    const late = deferred()
    const seen: unknown[] = []
    await using app = await build({
      server: { handlerTimeout: 20 },
      routes(routes, errors) {
        errors.transform(value => seen.push(value))
        routes.get('/', async () => late.promise)
      }
    })
    expect((await app.inject('/')).statusCode).toBe(503)
    late.resolve('too late')
    await late.promise
    expect(seen).toEqual([])
  })
})

function deferred() {
  let resolve: (value: unknown) => void = () => {}
  const promise = new Promise(settle => (resolve = settle))
  return { promise, resolve }
}

test('a validator that breaks is no fault of the caller', async () => {
  await using app = await build({
    routes: routes =>
      routes.post(
        '/',
        {
          schema: { body: {} },
          validatorCompiler: () => () => {
            throw new Error('broken validator')
          }
        },
        () => 1
      )
  })
  const response = await app.inject({ method: 'POST', url: '/', payload: {}, remoteAddress: '192.0.2.7' })
  expect(response.json()).toMatchObject({ status: 500 })
  expect(response.body).not.toContain('broken')
})

test('an answer that has begun is cut, not followed by another', async () => {
  await using app = await build({
    routes: routes =>
      routes.get('/', async (_request, reply) => {
        reply.raw.writeHead(200, { 'content-type': 'text/event-stream' }).write('data: 1\n\n')
        throw new Error('broken')
      })
  })
  await app.listen({ port: 0, host: '127.0.0.1' })
  const response = await fetch(app.listeningOrigin)
  await expect(response.text()).rejects.toThrow('terminated')
})
