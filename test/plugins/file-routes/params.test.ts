import { describe, expect, test } from 'vitest'
import { serve, type Rig } from './rig.ts'

const form = { 'content-type': 'application/x-www-form-urlencoded' }

/** Says all that a function is given. */
const say = `function (params, { params: strict, query, body = null, path }) {
  return { first: params, same: params === strict, params: this.params, query, body, path }
}`
const all = `export const get = ${say}, post = get, put = get, patch = get; const del = get; export { del as delete }`

interface Said {
  readonly first: unknown
  readonly same: boolean
  readonly params: unknown
  readonly query: unknown
  readonly body: unknown
  readonly path: unknown
}

async function said(rig: Rig, method: string, url: string, payload?: unknown, headers = {}): Promise<Said> {
  const answer = await rig.inject({
    method: method as 'POST',
    url,
    headers,
    ...(payload !== undefined && { payload: payload as object })
  })
  return answer.json<{ result: Said }>().result
}

describe('parameters are strict', () => {
  test('those of GET are the query', async () => {
    await using rig = await serve({ 'all.js': all })
    const given = await said(rig, 'GET', '/all?q=1&q=2&r=')
    const query = { q: ['1', '2'], r: '' }
    expect(given).toEqual({ first: query, same: true, params: query, query, body: null, path: {} })
  })

  test('those of DELETE are the query, whatever the body is', async () => {
    await using rig = await serve({ 'all.js': all })
    const given = await said(rig, 'DELETE', '/all?q=1', { q: 2 })
    expect(given).toMatchObject({ first: { q: '1' }, same: true, query: { q: '1' }, body: { q: 2 } })
  })

  test.for(['POST', 'PUT', 'PATCH'])('those of %s are the body, whatever the query is', async method => {
    await using rig = await serve({ 'all.js': all })
    const given = await said(rig, method, '/all?q=1&only=query', { q: 2 })
    expect(given).toMatchObject({ first: { q: 2 }, same: true, params: { q: 2 }, body: { q: 2 } })
    expect(given.query).toEqual({ q: '1', only: 'query' })
  })

  test('whoever sends no body sends none', async () => {
    await using rig = await serve({ 'all.js': all })
    expect(await said(rig, 'POST', '/all?q=1')).toMatchObject({ first: {}, body: null })
    expect(await said(rig, 'POST', '/all', 'null', { 'content-type': 'application/json' })).toMatchObject({
      first: {},
      body: null
    })
  })

  test('HEAD has those of GET', async () => {
    await using rig = await serve({
      'a.js': `export const get = ({ q }, { reply }) => { reply.header('x-q', q); return q }`
    })
    const answer = await rig.inject({ method: 'HEAD', url: '/a?q=5' })
    expect([answer.headers['x-q'], answer.body]).toEqual(['5', ''])
  })

  test('what the path says is apart from them', async () => {
    await using rig = await serve({ 'card/[id]/[part].js': all })
    const given = await said(rig, 'GET', '/card/1%202/x?id=9')
    expect([given.first, given.path]).toEqual([{ id: '9' }, { id: '1 2', part: 'x' }])
  })
})

describe('with mergeParams', () => {
  test('the first argument is the body with the query over it, and all else is strict', async () => {
    await using rig = await serve({ 'all.js': all }, { settings: { mergeParams: true } })
    const given = await said(rig, 'POST', '/all?q=1&only=query', { q: 2, also: 'body' })
    expect(given.first).toEqual({ q: '1', only: 'query', also: 'body' })
    expect(given.params).toEqual({ q: 2, also: 'body' })
    expect((await said(rig, 'GET', '/all?q=1')).first).toEqual({ q: '1' })
    expect((await said(rig, 'POST', '/all?q=1', [1, 2])).first).toEqual({ q: '1' })
  })
})

describe('bodies', () => {
  test('are JSON, of any kind', async () => {
    await using rig = await serve({ 'all.js': all })
    expect((await said(rig, 'POST', '/all', { a: [1, { b: null }] })).first).toEqual({ a: [1, { b: null }] })
    expect((await said(rig, 'POST', '/all', [1, 'two'])).first).toEqual([1, 'two'])
  })

  test('are forms, in which a field that comes several times is a list', async () => {
    await using rig = await serve({ 'all.js': all })
    const given = await said(rig, 'POST', '/all', 'a=1&b=x+y&b=%E4%BD%A0&c', form)
    expect(given.first).toEqual({ a: '1', b: ['x y', '你'], c: '' })
  })

  test('are texts', async () => {
    await using rig = await serve({ 'all.js': all })
    expect((await said(rig, 'POST', '/all', 'hello', { 'content-type': 'text/plain' })).first).toBe('hello')
  })
})

describe('the text of a method', () => {
  const text = '{ id: integer, page?: integer = 1, tag?: string[] } A list'
  const files = {
    'a.js': `${all}; export const meta = { get: '${text}', post: '${text}', delete: '${text}' }`
  }

  test('validates, converts and fills in the query of GET and DELETE', async () => {
    await using rig = await serve(files)
    const wanted = { id: 5, page: 1, tag: ['x'] }
    expect((await said(rig, 'GET', '/a?id=5&tag=x')).first).toEqual(wanted)
    expect((await said(rig, 'DELETE', '/a?id=5&tag=x')).first).toEqual(wanted)
    expect(await rig.get('/a?id=five')).toMatchObject({
      success: false,
      code: 400,
      reason: '请求出错：id 应为整数'
    })
    expect(await rig.get('/a')).toMatchObject({ code: 400, reason: '请求出错：id 不能缺少' })
  })

  test('validates the body of the others: JSON as it is, forms like queries', async () => {
    await using rig = await serve(files)
    expect((await said(rig, 'POST', '/a?id=7', { id: 5 })).first).toEqual({ id: 5, page: 1 })
    expect((await said(rig, 'POST', '/a', 'id=5&page=2', form)).first).toEqual({ id: 5, page: 2 })
    const refused = [
      { payload: { id: '5' } },
      { payload: 'id=five', headers: form },
      { payload: 'text', headers: { 'content-type': 'text/plain' } },
      {}
    ]
    for (const request of refused)
      expect((await rig.inject({ method: 'POST', url: '/a', ...request })).json()).toMatchObject({
        code: 400
      })
  })

  test('fills in defaults where there is no body', async () => {
    const optional = {
      'b.js': `export const post = p => p; export const meta = { post: '{ page?=1 } A page' }`
    }
    await using rig = await serve(optional)
    expect((await rig.inject({ method: 'POST', url: '/b' })).json()).toMatchObject({ result: { page: 1 } })
  })

  test('says nothing of a method that has a schema', async () => {
    await using rig = await serve({
      'c.js': `export default {
        get: p => p,
        meta: { get: '{ id: integer } One' },
        schema: { get: {
          querystring: { type: 'object', properties: { id: { type: 'string', maxLength: 2 } } },
          headers: { type: 'object', required: ['X-Count'], properties: { 'X-Count': { type: 'integer' } } },
          response: { 200: { type: 'object', properties: { id: { type: 'string' } } } }
        } }
      }`
    })
    const headers = { 'x-count': '5' }
    expect(await rig.get('/c?id=ab&more=1', headers)).toEqual({
      success: true,
      code: 200,
      result: { id: 'ab' }
    })
    expect(await rig.get('/c?id=abc', headers)).toMatchObject({ code: 400 })
    expect(await rig.get('/c?id=ab')).toMatchObject({ code: 400 })
    expect(await rig.get('/c?id=ab', { 'x-count': 'many' })).toMatchObject({ code: 400 })
  })

  test('is answered by Fastify’s own error where api-error is off', async () => {
    await using rig = await serve(files, { errors: false })
    const answer = await rig.inject('/a?id=five')
    expect([answer.statusCode, answer.json()]).toMatchObject([
      400,
      { code: 'FST_ERR_VALIDATION', message: 'querystring/id must be integer' }
    ])
  })
})

test('the schema of a query has two names, as in Fastify', async () => {
  const schema = `{ get: { query: { type: 'object', properties: { n: { type: 'integer' } } } } }`
  await using rig = await serve({ 'a.js': `export const get = p => p; export const schema = ${schema}` })
  expect(await rig.get('/a?n=5')).toMatchObject({ result: { n: 5 } })
  expect(await rig.get('/a?n=five')).toMatchObject({ code: 400 })
})

describe('schemas of parameters in the path', () => {
  test('convert and refuse', async () => {
    await using rig = await serve({
      '[id].js': `export default {
        get() { return this.path },
        schema: { get: { params: { type: 'object', properties: { id: { type: 'integer' } } } } }
      }`
    })
    expect(await rig.get('/5')).toMatchObject({ result: { id: 5 } })
    expect(await rig.get('/five')).toMatchObject({ code: 400 })
  })
})
