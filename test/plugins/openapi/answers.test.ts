import { Readable } from 'node:stream'
import { expect, test } from 'vitest'
import { Type } from '../../../src/index.ts'
import type { App } from '../../../src/core/index.ts'
import type { OpenApiDocument } from '../../../src/plugins/openapi/service.ts'
import { ApiErrors, Errors as CommonErrors, result } from '../../../src/plugins/api-error/service.ts'
import { faultsOf, validatorOf } from './document-faults.ts'
import { documentOf, gateway } from './gateway.ts'

const data = Type.Object({ n: Type.Integer() }, { additionalProperties: false })

const routes = (app: App): void => {
  app.get('/shaped', { schema: { response: { 200: data } } }, () => ({ n: 1 }))
  app.post('/made', { schema: { response: { 201: data } } }, (_request, reply) => {
    reply.code(201)
    return { n: 1 }
  })
  app.get('/class', { schema: { response: { '2xx': data } } }, () => ({ n: 1 }))
  app.get('/default', { schema: { response: { default: data } } }, () => ({ n: 1 }))
  app.get('/any', () => [1, 'a'])
  app.get('/paged', { schema: { response: { 200: Type.Array(Type.String()) } } }, () =>
    result(['a'], { page: { total: 1, page: 1, size: 1 }, related: [{ url: '/x', get: 'X' }] })
  )
  app.get('/throws', { schema: { response: { 200: data } } }, () => {
    throw 404
  })
  app.get(
    '/refuses',
    { schema: { querystring: Type.Object({ n: Type.Integer() }), response: { 200: data } } },
    () => ({ n: 1 })
  )
  app.get('/raw', { config: { raw: true }, schema: { summary: 'Raw', response: { 200: data } } }, () => ({
    n: 1
  }))
  app.get('/raw-throws', { config: { raw: true }, schema: { summary: 'Raw' } }, () => {
    throw '坏了'
  })
}

const isEmpty = (list: unknown): boolean => Array.isArray(list) && list.length === 0

/** The schema of an answer in the document. */
function pointerTo(
  document: OpenApiDocument,
  method: string,
  url: string,
  status: number,
  type: string
): string {
  const { responses } = document.paths[url]?.[method] ?? { responses: {} }
  const key = [String(status), '2XX', 'default'].find(each => Object.hasOwn(responses, each)) ?? 'none'
  return `/paths/~1${url.slice(1)}/${method}/responses/${key}/content/${type.replace('/', '~1')}/schema`
}

const calls: readonly (readonly [method: 'GET' | 'POST', url: string])[] = [
  ['GET', '/shaped'],
  ['POST', '/made'],
  ['GET', '/class'],
  ['GET', '/default'],
  ['GET', '/any'],
  ['GET', '/paged'],
  ['GET', '/throws'],
  ['GET', '/refuses'],
  ['GET', '/raw'],
  ['GET', '/raw-throws']
]

test.each([
  { dialect: 'problem' },
  { dialect: 'plain' },
  { dialect: 'plain', plain: { status: 'always200' } },
  { dialect: 'flask' },
  { dialect: 'flask', flask: { status: 'mirror', shape: 'code-msg' } },
  { dialect: 'ws3' },
  { dialect: 'openim' }
])('answers fit what the document says of them: %j', async errors => {
  await using started = await gateway({ errors, routes })
  const document = await started.document()
  expect(faultsOf(document)).toEqual([])
  const fits = validatorOf(document)
  for (const [method, url] of calls) {
    const response = await started.app.inject({ method, url })
    const type = String(response.headers['content-type']).replace(/;.*/, '')
    const pointer = pointerTo(document, method.toLowerCase(), url, response.statusCode, type)
    expect([url, fits(pointer, response.json())]).toEqual([url, []])
    const saysNothing = url === '/any' && errors.dialect === 'problem'
    expect([url, isEmpty(fits(pointer, 'something else'))]).toEqual([url, saysNothing])
  }
})

test('each status has a description, and there is one failure for all', async () => {
  const document = await documentOf(app => {
    const response = { 200: data, 201: { ...data, description: 'Made it' }, 204: Type.Null(), 409: data }
    app.get('/x', { schema: { response } }, () => ({ n: 1 }))
  })
  expect(faultsOf(document)).toEqual([])
  const json = { 'application/json': { schema: { ...data } } }
  expect(document.paths['/x']?.['get']?.responses).toMatchObject({
    200: { description: 'OK', content: json },
    201: { description: 'Made it' },
    204: { description: 'No Content' },
    409: { description: 'Conflict', content: json },
    default: {
      description: 'A failure',
      content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } }
    }
  })
  expect(document.paths['/x']?.['get']?.responses['204']).not.toHaveProperty('content')
})

test('where failures have status 200, every success has it, too', async () => {
  const document = await documentOf({
    errors: { dialect: 'ws3' },
    routes(app) {
      const response = { 200: data, 201: Type.Object({ m: Type.Null() }), 204: Type.Null(), 409: data }
      app.get('/x', { schema: { response } }, () => ({ n: 1 }))
    }
  })
  const responses = document.paths['/x']?.['get']?.responses ?? {}
  expect(Object.keys(responses)).toEqual(['200', '204', '409'])
  expect(responses['200']).toMatchObject({
    description: 'OK',
    content: {
      'application/json': {
        schema: {
          anyOf: [
            { properties: { result: { properties: { n: {} } } } },
            { properties: { result: { properties: { m: {} } } } },
            { $ref: '#/components/schemas/Ws3Failure' }
          ]
        }
      }
    }
  })
})

test('another type than JSON stays as it is', async () => {
  const content = { 'text/csv': { schema: Type.String() } }
  const document = await documentOf({
    errors: { dialect: 'plain' },
    routes: app =>
      void app.get('/x', { schema: { response: { 200: { content } } } }, (_request, reply) => {
        reply.type('text/csv')
        return Readable.from(['a,b']) as never
      })
  })
  expect(document.paths['/x']?.['get']?.responses['200']).toEqual({
    description: 'OK',
    content: { 'text/csv': { schema: { type: 'string' } } }
  })
})

test('failures have the codes of the catalogue', async () => {
  const errors = { prefixes: { '/flask': 'flask' } }
  const document = await documentOf({
    errors,
    routes(app) {
      app.get('/problem', () => 1)
      app.get('/flask', () => 1)
    }
  })
  const fits = validatorOf(document)
  const { Problem, FlaskFailure } = document.components.schemas as Record<string, { properties: object }>
  expect(Object.keys(Problem?.properties ?? {})).toContain('code')
  const code = '/components/schemas/Problem/properties/code'
  expect([fits(code, 'auth.required'), fits(code, 'http.599')]).toEqual([[], []])
  expect(fits(code, 'auth.nonsense')).not.toEqual([])
  expect(FlaskFailure?.properties).toMatchObject({ code: { type: 'integer' } })
  const number = '/components/schemas/FlaskFailure/properties/error_code'
  expect(fits(number, 10_032)).toEqual([])
  expect(fits(number, 10_033)).not.toEqual([])
})

test('without api-error there are values alone', async () => {
  const document = await documentOf({ errors: false, routes })
  expect(faultsOf(document)).toEqual([])
  expect(document.paths['/shaped']?.['get']?.responses).toEqual({
    200: {
      description: 'OK',
      content: {
        'application/json': {
          schema: {
            type: 'object',
            required: ['n'],
            properties: { n: { type: 'integer' } },
            additionalProperties: false
          }
        }
      }
    }
  })
  expect(document.components.schemas).toEqual({})
})

test('examples of a good answer are in its envelope, and failures have the kinds of the plugin', async () => {
  const own = { key: 'shop.closed', http: 503, flask: 7_001, title: { en: 'Closed', 'zh-CN': '打烊了' } }
  const body = Type.Object({ n: Type.Integer() }, { examples: [{ n: 7 }] })
  const response = { 200: Type.Object({ n: Type.Integer() }, { examples: [{ n: 8 }] }) }
  const documentIn = (dialect: string) =>
    documentOf({
      errors: { dialect },
      routes(app) {
        app.getDecorator<ApiErrors>(ApiErrors.name).define('shop', { closed: own })
        app.post('/x', { schema: { body, response }, config: { access: 'token of a session' } }, () => ({
          n: 8
        }))
        app.get('/y', { config: { failures: [CommonErrors['rate.limited']] } }, () => 1)
      }
    })

  const problem = await documentIn('problem')
  const { post } = problem.paths['/x'] ?? {}
  expect(post).toMatchObject({
    'x-access': 'token of a session',
    requestBody: { content: { 'application/json': { example: { n: 7 } } } },
    responses: { 200: { content: { 'application/json': { examples: { success: { value: { n: 8 } } } } } } }
  })
  const failures = Object(post?.responses['default']).content['application/problem+json'].examples as object
  expect(Object.keys(failures)).toEqual(['param.invalid', 'auth.required', 'shop.closed', 'internal'])
  expect(Object.values(failures)).toContainEqual({ $ref: '#/components/examples/problem.shop.closed' })
  expect(problem.components.examples?.['problem.shop.closed']).toMatchObject({
    summary: '503 Closed',
    value: { status: 503, code: 'shop.closed', errorCode: 7_001, title: '打烊了' }
  })

  const { get } = problem.paths['/y'] ?? {}
  const told = Object(get?.responses['default']).content['application/problem+json'].examples as object
  expect(Object.keys(told)).toEqual(['rate.limited', 'internal'])

  const flask = await documentIn('flask')
  const answer = Object(flask.paths['/x']?.['post']?.responses['200']).content['application/json']
  expect(answer.examples).toMatchObject({
    success: { value: { code: 200, data: { n: 8 }, message: 'ok' } },
    'shop.closed': { $ref: '#/components/examples/flask.shop.closed' }
  })
  expect(faultsOf(flask)).toEqual([])
})
