import { expect, test } from 'vitest'
import { Type } from '../../../src/index.ts'
import { routeText } from '../../../src/plugins/related/service.ts'
import { faultsOf } from './document-faults.ts'
import { documentOf, gateway } from './gateway.ts'

const meta = '{ id: integer 1.. (编号), sort?: new|old, page?=1 } 一页订单'

test('meta is the summary, and gives the parameters of the query or of the body', async () => {
  const document = await documentOf(app => {
    for (const method of ['GET', 'DELETE', 'POST', 'PUT'])
      app.route({ method, url: '/orders', config: { meta }, handler: () => 1 })
    // As file-routes does it.
    const schema = { body: routeText(meta).parameters }
    app.route({ method: 'PATCH', url: '/orders', config: { meta }, schema, handler: () => 1 })
  })
  expect(faultsOf(document)).toEqual([])
  const { get, delete: remove, post, put, patch } = document.paths['/orders'] ?? {}
  const parameters = [
    { in: 'query', name: 'id', required: true, description: '编号', schema: { type: 'integer', minimum: 1 } },
    { in: 'query', name: 'sort', required: false, schema: { type: 'string', enum: ['new', 'old'] } },
    { in: 'query', name: 'page', required: false, schema: { type: 'integer', default: 1 } }
  ]
  for (const operation of [get, remove]) {
    expect(operation).toMatchObject({ summary: '一页订单', tags: ['shop'], parameters })
    expect(operation).not.toHaveProperty('requestBody')
  }
  const schema = {
    type: 'object',
    properties: {
      id: { type: 'integer', minimum: 1, description: '编号' },
      sort: { type: 'string', enum: ['new', 'old'] },
      page: { type: 'integer', default: 1 }
    },
    required: ['id']
  }
  for (const operation of [post, put, patch]) {
    expect(operation?.requestBody).toEqual({ required: true, content: { 'application/json': { schema } } })
    expect(operation).not.toHaveProperty('parameters')
  }
})

test('what the schema of a route says stands, also under another name of Fastify', async () => {
  const document = await documentOf(app => {
    const schema = { summary: 'Own', tags: ['mine'], querystring: Type.Object({ q: Type.String() }) }
    app.get('/own', { config: { meta }, schema }, () => 1)
    app.get(
      '/query',
      { config: { meta }, schema: { query: { type: 'object', properties: { q: {} } } } as never },
      () => 1
    )
    app.post(
      '/body',
      { config: { meta: '{} 无' }, schema: { body: Type.Object({ b: Type.Boolean() }) } },
      () => 1
    )
    app.post('/none', { config: { meta: '{} 无' } }, () => 1)
    app.delete(
      '/both',
      { config: { meta: '{ a }' }, schema: { body: Type.Object({ b: Type.Boolean() }) } },
      () => 1
    )
  })
  expect(faultsOf(document)).toEqual([])
  const own = document.paths['/own']?.['get']
  expect(own).toMatchObject({ summary: 'Own', tags: ['mine'], parameters: [{ name: 'q' }] })
  expect(document.tags).toContainEqual({ name: 'mine' })
  expect(document.paths['/query']?.['get']?.parameters).toMatchObject([{ in: 'query', name: 'q' }])
  expect(document.paths['/body']?.['post']).toMatchObject({
    summary: '无',
    requestBody: { content: { 'application/json': { schema: { required: ['b'] } } } }
  })
  expect(document.paths['/none']?.['post']).not.toHaveProperty('requestBody')
  const { delete: both } = document.paths['/both'] ?? {}
  expect(both).toMatchObject({ parameters: [{ in: 'query', name: 'a' }], requestBody: { content: {} } })
  expect(both).not.toHaveProperty('summary')
})

test('every parameter of a path is told, whether a schema does so or not', async () => {
  const document = await documentOf(app => {
    const params = Type.Object({ b: Type.Integer({ description: 'Second' }), other: Type.String() })
    app.get('/:a/:b', { schema: { params } }, () => 1)
    for (const name of ['c', 'd', 'e']) app.get(`/${name}/:${name}`, () => 1)
    app.get('/files/*', () => 1)
  })
  expect(faultsOf(document)).toEqual([])
  expect(document.paths['/{a}/{b}']?.['get']?.parameters).toEqual([
    { in: 'path', name: 'a', required: true, schema: { type: 'string' } },
    { in: 'path', name: 'b', required: true, description: 'Second', schema: { type: 'integer' } }
  ])
})

test('schemas that plugins share are found, each plugin’s own', async () => {
  const document = await documentOf(app => {
    app.addSchema({ $id: 'order', type: 'object', properties: { n: { type: 'integer' } } })
    const response = { 200: { $ref: 'order#' } }
    app.post('/orders', { schema: { body: { type: 'array', items: { $ref: 'order#' } }, response } }, () => ({
      n: 1
    }))
  })
  expect(faultsOf(document)).toEqual([])
  const name = Object.keys(document.components.schemas).find(key => key.startsWith('def'))
  expect(document.components.schemas[name ?? '']).toMatchObject({ properties: { n: { type: 'integer' } } })
  expect(document.paths['/orders']?.['post']?.requestBody).toEqual({
    required: true,
    content: {
      'application/json': { schema: { type: 'array', items: { $ref: `#/components/schemas/${name}` } } }
    }
  })
})

test('a reference that leads nowhere in the document is left out, and told in the log', async () => {
  const logs: string[] = []
  await using started = await gateway({
    logs,
    routes(app) {
      const body = { type: 'object', properties: { a: { type: 'integer' }, b: { $ref: '#/properties/a' } } }
      app.post('/x', { schema: { body } }, () => 1)
    }
  })
  const document = await started.document()
  expect(faultsOf(document)).toEqual([])
  expect(document.paths['/x']?.['post']?.requestBody).toMatchObject({
    content: { 'application/json': { schema: { properties: { a: { type: 'integer' }, b: {} } } } }
  })
  expect(logs.join('')).toContain('"references":["#/properties/a"]')
})

test('what has a default may be left out, and so may a body that may be null', async () => {
  const document = await documentOf(app => {
    const body = Type.Object({
      page: Type.Integer({ default: 1 }),
      name: Type.String(),
      lines: Type.Array(Type.Object({ count: Type.Integer({ default: 1 }) }))
    })
    const querystring = Type.Object({ q: Type.String({ default: '' }), r: Type.String() })
    app.post('/filled', { schema: { body, querystring } }, () => 1)
    app.post(
      '/either',
      { schema: { body: Type.Union([Type.Null(), Type.Object({ n: Type.Integer() })]) } },
      () => 1
    )
  })
  expect(faultsOf(document)).toEqual([])
  const { post } = document.paths['/filled'] ?? {}
  expect(post?.parameters?.map(({ name, required }) => [name, required])).toEqual([
    ['q', false],
    ['r', true]
  ])
  expect(post?.requestBody).toMatchObject({
    required: true,
    content: { 'application/json': { schema: { required: ['name', 'lines'] } } }
  })
  const lines = { ...Object(post?.requestBody).content['application/json'].schema.properties.lines.items }
  expect(lines).not.toHaveProperty('required')
  expect(document.paths['/either']?.['post']?.requestBody).toMatchObject({ required: false })
})
