import type { FastifyInstance } from 'fastify'
import { describe, expect, test } from 'vitest'
import { ApiError, Errors, result, type Related } from '../../../src/plugins/api-error/service.ts'
import { build } from './build.ts'

const dialects = ['plain', 'flask', 'ws3', 'problem'] as const
const card: Related = { url: '/card', get: 'The card', put: 'Lock it' }
const link = '</card>; rel="related"; title="The card"'

/** What is thrown by whom, by the path that is asked for. */
const failures: Readonly<Record<string, unknown>> = {
  text: '校园卡已挂失',
  number: 403,
  code: 10_032,
  nothing: undefined,
  error: new Error('boom'),
  'known-error': new ApiError(Errors['upstream.timeout']),
  foreign: Object.assign(new Error('no'), { statusCode: 418 })
}

function addRoutes(app: FastifyInstance): void {
  app.get('/', () => ({ a: 1 }))
  app.get('/shaped', { schema: { response: { 200: { type: 'object', properties: { a: {} } } } } }, () => ({
    a: 1
  }))
  for (const [name, thrown] of Object.entries(failures))
    app.get(`/${name}`, () => {
      throw thrown
    })
  app.get('/early', { onRequest: async () => Promise.reject(new ApiError(Errors['auth.required'])) }, () => 1)
  const schema = { querystring: { type: 'object', required: ['n'], properties: { n: { type: 'integer' } } } }
  app.get('/invalid', { schema }, () => 1)
  app.get('/unwritable', () => ({ n: 1n }))
  app.post('/body', () => 1)
}

describe.each(dialects)('resources that a source tells, in %s', dialect => {
  const inBody = dialect === 'ws3'

  test.each(['/', '/shaped'])('are part of a success: %s', async url => {
    await using app = await build({
      config: { dialect },
      routes(routes, errors) {
        errors.relate(() => [card])
        addRoutes(routes)
      }
    })
    const response = await app.inject(url)
    expect(response.statusCode).toBe(200)
    expect(response.headers.link).toBe(inBody ? undefined : link)
    expect(response.json().related).toEqual(inBody ? [card] : undefined)
  })

  test.each([...Object.keys(failures), 'early', 'invalid', 'nowhere', 'unwritable', 'body'])(
    'are part of a failure: %s',
    async name => {
      await using app = await build({
        config: { dialect },
        routes(routes, errors) {
          errors.relate(({ url }) => [{ ...card, url: `/of${url}` }])
          addRoutes(routes)
        }
      })
      const sent = name === 'body' ? { payload: '{', headers: { 'content-type': 'application/json' } } : {}
      const response = await app.inject({
        method: name === 'body' ? 'POST' : 'GET',
        url: `/${name}`,
        ...sent
      })
      const told = { ...card, url: `/of/${name}` }
      expect(response.headers.link).toBe(inBody ? undefined : link.replace('/card', told.url))
      expect(response.json().related).toEqual(inBody || dialect === 'problem' ? [told] : undefined)
    }
  )
})

test('what an answer names itself comes first, of its value and of its failure', async () => {
  await using app = await build({
    config: { dialect: 'ws3' },
    routes(routes, errors) {
      errors.relate(() => [{ url: '/b' }])
      errors.relate(() => [])
      errors.relate(() => [{ url: '/c' }])
      routes.get('/', () => result(1, { related: [{ url: '/a' }] }))
      routes.get('/fails', () => {
        throw new ApiError(Errors['param.invalid'], { related: [{ url: '/a' }] })
      })
    }
  })
  const related = [{ url: '/a' }, { url: '/b' }, { url: '/c' }]
  expect((await app.inject('/')).json()).toEqual({ success: true, code: 200, result: 1, related })
  expect((await app.inject('/fails')).json()).toMatchObject({ code: 400, related })
})

test('nothing is told of what handlers send themselves, of raw routes, and of other types', async () => {
  let asked = 0
  await using app = await build({
    routes(routes, errors) {
      errors.relate(() => [{ url: `/${++asked}` }])
      routes.get('/sent', (_request, reply) => void reply.send({ a: 1 }))
      routes.get('/raw', { config: { raw: true } }, () => ({ a: 1 }))
      routes.get('/html', (_request, reply) => {
        reply.type('text/html')
        return '<p>'
      })
      routes.get('/bytes', () => Buffer.from('x'))
      routes.get('/none', async (_request, reply) => void reply.code(204))
    }
  })
  for (const url of ['/sent', '/raw', '/html', '/bytes', '/none'])
    expect((await app.inject(url)).headers.link).toBeUndefined()
  expect(asked).toBe(0)
})

test('of more than 100 resources the rest is left out', async () => {
  const many = Array.from({ length: 80 }, (_, index) => ({ url: `/${index}` }))
  await using app = await build({
    config: { dialect: 'ws3' },
    routes(routes, errors) {
      errors.relate(() => many)
      errors.relate(() => many)
      routes.get('/', () => 1)
      routes.get('/fails', () => {
        throw 404
      })
    }
  })
  for (const url of ['/', '/fails']) expect((await app.inject(url)).json().related).toHaveLength(100)
})

test.each(dialects)('a source that throws changes nothing of what the others say, in %s', async dialect => {
  await using app = await build({
    config: { dialect },
    routes(routes, errors) {
      errors.relate(() => {
        throw new Error('secret')
      })
      errors.relate(() => [card])
      routes.get('/', () => 1)
      routes.get('/fails', () => {
        throw '坏了'
      })
    }
  })
  for (const url of ['/', '/fails']) {
    const response = await app.inject(url)
    const told = response.headers.link ?? JSON.stringify(response.json().related)
    expect(told).toContain('/card')
    expect(response.body).not.toContain('secret')
  }
})

test('a link of the handler stays, before those of the dialect', async () => {
  await using app = await build({
    config: { dialect: 'plain' },
    routes(routes, errors) {
      errors.relate(() => [card])
      routes.get('/', (_request, reply) => {
        reply.header('link', ['</style.css>; rel="preload"', '</help>; rel="help"'])
        return result([], { page: { total: 2, page: 2, size: 1 } })
      })
    }
  })
  expect((await app.inject('/')).headers.link).toBe(
    `</style.css>; rel="preload", </help>; rel="help", </?page=1>; rel="prev", ${link}`
  )
})
