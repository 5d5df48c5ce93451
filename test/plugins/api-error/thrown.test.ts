import { anything, assert, asyncProperty, integer, jsonValue, oneof } from 'fast-check'
import type { InjectOptions } from 'fastify'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ApiError, defineErrors, Errors } from '../../../src/plugins/api-error/service.ts'
import { build } from './build.ts'

const Own = defineErrors({
  'sample.taken': { http: 409, flask: 4001, ws3: 400, title: { 'zh-CN': '样品已提交', en: 'Sample taken' } }
})

class SampleTaken extends ApiError {
  constructor(detail: string) {
    super(Own['sample.taken'], { detail })
  }
}

const named = (name: string) => Object.assign(new Error('aborted'), { name })
const coded = (code: string, extra = {}) => Object.assign(new Error('boom'), { code, ...extra })

/** What is thrown, and the key that it becomes. */
const conventions: readonly (readonly [name: string, thrown: unknown, key: string])[] = [
  ['undefined', undefined, 'param.invalid'],
  ['null', null, 'param.invalid'],
  ['0', 0, 'param.invalid'],
  ['-0', -0, 'param.invalid'],
  ['an empty string', '', 'param.invalid'],
  ['false', false, 'param.invalid'],
  ['a string', '余额不足', 'param.invalid'],
  ['true', true, 'internal'],
  ['NaN', Number.NaN, 'internal'],
  ['Infinity', Infinity, 'internal'],
  ['a symbol', Symbol('x'), 'internal'],
  ['a bigint', 404n, 'internal'],
  ['a function', () => 404, 'internal'],
  ['203', 203, 'internal'],
  ['302', 302, 'internal'],
  ['-404', -404, 'internal'],
  ['404.5', 404.5, 'internal'],
  ['600', 600, 'internal'],
  ['65536', 65_536, 'internal'],
  ['400', 400, 'http.400'],
  ['401', 401, 'auth.required'],
  ['403', 403, 'auth.forbidden'],
  ['404', 404, 'resource.not_found'],
  ['405', 405, 'route.method'],
  ['408', 408, 'upstream.timeout'],
  ['418', 418, 'http.418'],
  ['429', 429, 'rate.limited'],
  ['499, which no RFC names', 499, 'http.499'],
  ['500', 500, 'http.500'],
  ['502', 502, 'maintenance'],
  ['503', 503, 'upstream.unavailable'],
  ['504', 504, 'http.504'],
  ['999, a code of the catalogue', 999, 'internal'],
  ['1001, a code of the catalogue', 1001, 'param.invalid'],
  ['10032, a code of the catalogue', 10_032, 'auth.token_expired'],
  ["4001, a plugin's code", 4001, 'sample.taken'],
  ['an Error', new Error('secret'), 'internal'],
  ['an ApiError', new ApiError(Errors['auth.forbidden']), 'auth.forbidden'],
  ['a subclass of ApiError', new SampleTaken('no. 7'), 'sample.taken'],
  ["another copy's ApiError", brandOf(new SampleTaken('no. 7')), 'sample.taken'],
  ['an Error with statusCode 409', coded('X', { statusCode: 409 }), 'http.409'],
  ['an Error with statusCode 401', coded('X', { statusCode: 401 }), 'auth.required'],
  ['an Error with statusCode 408', coded('X', { statusCode: 408 }), 'http.408'],
  ['an Error with statusCode 200', coded('X', { statusCode: 200 }), 'internal'],
  ['an Error with statusCode "404"', coded('X', { statusCode: '404' }), 'internal'],
  ['an object with statusCode 404', { statusCode: 404 }, 'resource.not_found'],
  ['an Error with the status of somebody else’s answer', coded('X', { status: 404 }), 'internal'],
  ['an object', { code: 404 }, 'internal'],
  ['an array', [404], 'internal'],
  ['an Error whose message is no text', Object.assign(new Error('x'), { message: {} }), 'internal'],
  ['AbortError', named('AbortError'), 'upstream.timeout'],
  ['AbortSignal.timeout', named('TimeoutError'), 'upstream.timeout'],
  ['ETIMEDOUT', coded('ETIMEDOUT'), 'upstream.timeout'],
  ['ECONNREFUSED', coded('ECONNREFUSED'), 'upstream.unavailable'],
  ['fetch failed', new TypeError('fetch failed', { cause: coded('ENOTFOUND') }), 'upstream.unavailable'],
  ['undici, 401', coded('UND_ERR_RESPONSE', { statusCode: 401 }), 'upstream.unauthorized'],
  ['undici, 404', coded('UND_ERR_RESPONSE', { statusCode: 404 }), 'upstream.unavailable'],
  ['undici, 403', coded('UND_ERR_RESPONSE', { statusCode: 403 }), 'upstream.forbidden'],
  ['axios, 401', coded('X', { isAxiosError: true, response: { status: 401 } }), 'upstream.unauthorized'],
  ['axios, 500', coded('X', { isAxiosError: true, response: { status: 500 } }), 'upstream.unavailable'],
  ['axios, no answer', coded('ECONNABORTED', { isAxiosError: true }), 'upstream.timeout'],
  ['a hostile proxy', hostile(), 'internal'],
  ['__proto__', '__proto__', 'param.invalid']
]

/** An error as a second copy of the package makes it: of another class, with the same mark. */
function brandOf({ entry, context }: ApiError): Error {
  return Object.assign(new Error('copy'), { entry, context, [Symbol.for('paifang.ApiError')]: true })
}

function hostile(): object {
  const refuse = () => {
    throw new Error('do not touch')
  }
  return new Proxy({}, { get: refuse, has: refuse, getPrototypeOf: refuse, ownKeys: refuse })
}

let thrown: unknown
let app: Awaited<ReturnType<typeof build>>

beforeAll(async () => {
  app = await build({
    routes(routes, errors) {
      errors.define('samples', Own)
      routes.get('/async', async () => {
        throw thrown
      })
      routes.get('/auth', () => {
        throw thrown
      })
      routes.get('/hook', { onRequest: (_request, _reply, done) => done(thrown as Error) }, () => 'unreached')
      for (const dialect of ['plain', 'flask', 'ws3', 'problem'] as const)
        routes.get(`/${dialect}`, { config: { dialect } }, async () => {
          throw thrown
        })
    }
  })
})
afterAll(() => app.close())

function throwing(value: unknown, request: InjectOptions = {}) {
  thrown = value
  return app.inject({ url: '/async', ...request })
}

describe('whatever a handler throws is a kind of failure', () => {
  test.each(conventions)('%s', async (_name, value, key) => {
    const response = await throwing(value)
    const { code, status } = response.json()
    expect(code).toBe(key)
    expect(response.statusCode).toBe(status)
    expect(response.headers['content-type']).toBe('application/problem+json; charset=utf-8')
  })

  test('thrown before the handler or by one that is not async', async () => {
    expect((await throwing(404, { url: '/hook' })).json()).toMatchObject({ code: 'resource.not_found' })
    expect((await throwing(404, { url: '/auth' })).json()).toMatchObject({ code: 'resource.not_found' })
  })
})

describe('401 says what is missing', () => {
  test('a login, on the path of logins', async () => {
    expect((await throwing(401, { url: '/auth?x=/' })).json()).toMatchObject({ code: 'auth.failed' })
  })

  test.each(['authorization', 'token'])('a valid token, where one came in %s', async header => {
    const response = await throwing(401, { headers: { [header]: 'x' } })
    expect(response.json()).toMatchObject({ code: 'auth.token_invalid' })
  })
})

describe('what the caller sees of a failure', () => {
  test('a thrown text, word for word', async () => {
    expect((await throwing('余额不足 {limit}')).json()).toMatchObject({
      status: 400,
      title: '请求出错',
      detail: '余额不足 {limit}'
    })
  })

  test('the detail of a refusal, not that of a breakdown', async () => {
    expect((await throwing(new SampleTaken('no. 7'))).json()).toMatchObject({ detail: 'no. 7' })
    const breakdown = new ApiError(Errors['upstream.unavailable'], { detail: 'db-7.internal refused' })
    expect((await throwing(breakdown, remote)).body).not.toContain('db-7')
    const foreign = coded('X', { statusCode: 503, message: 'db-7.internal refused' })
    expect((await throwing(foreign, remote)).body).not.toContain('db-7')
  })

  test('the detail of a breakdown that its definition exposes', async () => {
    const entry = { ...Own['sample.taken'], http: 503, expose: true }
    const response = await throwing(new ApiError(entry, { detail: 'try on Monday' }), remote)
    expect(response.json()).toMatchObject({ detail: 'try on Monday' })
  })

  test('neither stack nor message of an unknown failure', async () => {
    const { body } = await throwing(new Error('secret', { cause: new Error('deeper') }), remote)
    expect(body).not.toMatch(/secret|deeper|at /)
  })

  test('its headers, and when to come back in whole seconds', async () => {
    const failure = new ApiError(Errors['circuit.open'], {
      retryAfter: 1.2,
      headers: { 'x-circuit': 'open' }
    })
    const response = await throwing(failure)
    expect(response.headers).toMatchObject({ 'retry-after': '2', 'x-circuit': 'open' })
    expect(response.json()).toMatchObject({ retryAfter: 2 })
  })

  test('the headers of http-errors', async () => {
    const failure = coded('X', { statusCode: 401, headers: { 'www-authenticate': 'Bearer', n: 1, no: {} } })
    const { headers } = await throwing(failure)
    expect(headers).toMatchObject({ 'www-authenticate': 'Bearer', n: '1' })
    expect(headers).not.toHaveProperty('no')
  })

  test('nothing that the handler had said about the answer that did not come about', async () => {
    await using other = await build({
      routes: routes =>
        routes.get('/', (_request, reply) => {
          reply.headers({ etag: '"1"', 'content-disposition': 'attachment', 'cache-control': 'public' })
          reply.code(201).type('text/csv').header('set-cookie', 'a=1')
          throw 404
        })
    })
    const { headers, statusCode } = await other.inject('/')
    expect(statusCode).toBe(404)
    expect(headers).toMatchObject({ 'cache-control': 'no-store', 'set-cookie': 'a=1' })
    expect(headers).not.toHaveProperty('etag')
    expect(headers).not.toHaveProperty('content-disposition')
  })
})

const remote: InjectOptions = { remoteAddress: '192.0.2.7' }

describe('any value that can be thrown', () => {
  test('gives a well-formed answer with the right status in every dialect', async () => {
    const values = oneof(jsonValue(), integer({ min: 390, max: 610 }), anything())
    await assert(
      asyncProperty(values, async value => {
        thrown = value
        const [plain, flask, ws3, problem] = await Promise.all([
          app.inject('/plain'),
          app.inject('/flask'),
          app.inject('/ws3'),
          app.inject('/problem')
        ])
        const { status, errorCode, code, title } = problem.json()
        expect(problem.statusCode).toBe(status)
        expect(status).toBeGreaterThanOrEqual(400)
        expect(title).not.toBe('')
        expect(code).toMatch(/^[a-z]+(\.\w+)?$/)
        expect(plain.statusCode).toBe(status)
        expect(plain.json()).toEqual({ code: status, msg: expect.any(String), data: false })
        expect(flask.statusCode).toBe(200)
        expect(flask.json()).toMatchObject({ code: errorCode, request: 'GET /flask' })
        expect(ws3.statusCode).toBe(200)
        expect(ws3.json()).toMatchObject({ success: false, reason: expect.any(String) })
        expect(ws3.json().code).toBeGreaterThanOrEqual(400)
      }),
      { numRuns: 150 }
    )
  })
})

test('what a field is blamed for is said in the caller’s language, or as it was put', async () => {
  const message = { 'zh-CN': '不能为负', en: 'must not be negative' }
  const fields = [
    { path: '/amount', code: 'negative', message },
    { path: '/note', code: 'odd', message: 'odd' }
  ]
  await using blaming = await build({
    routes: gateway => {
      gateway.get('/x', () => {
        throw new ApiError(Errors['param.invalid'], { fields })
      })
    }
  })
  const fieldsIn = async (language: string): Promise<unknown> =>
    (await blaming.inject({ url: '/x', headers: { 'accept-language': language } })).json<{
      errors: unknown
    }>().errors
  const said = (text: string) => [
    { pointer: '/amount', code: 'negative', message: text },
    { pointer: '/note', code: 'odd', message: 'odd' }
  ]
  expect(await fieldsIn('en')).toEqual(said('must not be negative'))
  expect(await fieldsIn('zh')).toEqual(said('不能为负'))
})
