import { Type } from 'typebox'
import { describe, expect, test } from 'vitest'
import { definePlugin, requestCompiler } from '../../src/core/index.ts'
import { gatewayOf } from './kernel.ts'

const Item = Type.Object({
  count: Type.Integer(),
  on: Type.Boolean(),
  name: Type.String(),
  tags: Type.Array(Type.String())
})
const good = { count: 1, on: true, name: 'x', tags: ['a'] }

const routes = definePlugin({
  name: 'routes',
  description: '',
  setup: app => {
    app.addSchema({ $id: 'shared', type: 'object', required: ['n'], properties: { n: { type: 'integer' } } })
    app.post('/items', { schema: { body: Item } }, request => request.body)
    app.post(
      '/defaults',
      { schema: { body: Type.Object({ a: Type.Integer({ default: 7 }) }) } },
      ({ body }) => body
    )
    app.post(
      '/typed',
      { schema: { body: { content: { 'application/json': { schema: Item } } } } },
      ({ body }) => body as object
    )
    app.post('/shared', { schema: { body: Type.Ref('shared#') as never } }, request => request.body as object)
    const Query = Type.Object({ n: Type.Integer(), on: Type.Boolean(), list: Type.Array(Type.String()) })
    app.get('/query', { schema: { querystring: Query } }, request => request.query)
    app.get(
      '/shared',
      { schema: { querystring: Type.Ref('shared#') as never } },
      request => request.query as object
    )
    app.get(
      '/items/:id',
      { schema: { params: Type.Object({ id: Type.Integer() }) } },
      request => request.params
    )
    app.get(
      '/headers',
      { schema: { headers: Type.Object({ 'x-count': Type.Integer() }) } },
      request => request.headers
    )
  }
})

const status = async (url: string, payload?: object): Promise<number> => {
  await using app = await gatewayOf([routes])
  return (await app.inject({ method: payload ? 'POST' : 'GET', url, ...(payload && { payload }) })).statusCode
}

describe('a body is taken as it is', () => {
  test('when it fits', async () => {
    expect(await status('/items', good)).toBe(200)
    expect(await status('/typed', good)).toBe(200)
  })

  test.for([
    ['a number as text', { count: '1' }],
    ['a boolean as text', { on: 'true' }],
    ['a boolean as a number', { on: 1 }],
    ['text as a number', { name: 5 }],
    ['a list of one without the list', { tags: 'a' }],
    ['null for text', { name: null }]
  ] as const)('and refused with %s', async ([, wrong]) => {
    expect(await status('/items', { ...good, ...wrong })).toBe(400)
    expect(await status('/typed', { ...good, ...wrong })).toBe(400)
  })

  test('but for its defaults', async () => {
    await using app = await gatewayOf([routes])
    expect((await app.inject({ method: 'POST', url: '/defaults', payload: {} })).json()).toEqual({ a: 7 })
  })
})

describe('what is text on the wire is converted', () => {
  test.for([
    ['/query?n=5&on=true&list=a', { n: 5, on: true, list: ['a'] }],
    ['/query?n=5&on=false&list=a&list=b', { n: 5, on: false, list: ['a', 'b'] }],
    ['/items/7', { id: 7 }]
  ] as const)('%s', async ([url, value]) => {
    await using app = await gatewayOf([routes])
    expect((await app.inject(url)).json()).toEqual(value)
  })

  test('in headers too', async () => {
    await using app = await gatewayOf([routes])
    expect((await app.inject({ url: '/headers', headers: { 'x-count': '5' } })).json()).toMatchObject({
      'x-count': 5
    })
  })

  test.for(['/query?n=five&on=true&list=a', '/items/seven', '/headers'])('%s is refused', async url => {
    expect(await status(url)).toBe(400)
  })
})

test('shared schemas work in both', async () => {
  expect(await status('/shared', { n: 1 })).toBe(200)
  expect(await status('/shared', { n: '1' })).toBe(400)
  expect(await status('/shared?n=1')).toBe(200)
  expect(await status('/shared?n=x')).toBe(400)
})

describe('requests that are validated elsewhere', () => {
  const compile = requestCompiler({ shared: { $id: 'shared', type: 'integer' } })
  const shape = Type.Object({ n: Type.Integer(), a: Type.Integer({ default: 7 }) })

  test('are treated alike: queries are converted, bodies are taken as they are, defaults are filled in', () => {
    const query: unknown = { n: '1' }
    expect(compile(shape, 'querystring')(query)).toBe(true)
    expect(query).toEqual({ n: 1, a: 7 })
    const body = compile(shape, 'body')
    expect(body({ n: '1' })).toBe(false)
    expect(body.errors).toMatchObject([{ instancePath: '/n', message: 'must be integer' }])
  })

  test('may refer to shared schemas', () => {
    const validate = compile({ type: 'object', properties: { n: { $ref: 'shared#' } } }, 'body')
    expect([validate({ n: 1 }), validate({ n: 'x' })]).toEqual([true, false])
  })

  test('need a schema that is one', () => {
    expect(() => compile({ type: 'no such type' }, 'body')).toThrow(/type/)
  })
})
