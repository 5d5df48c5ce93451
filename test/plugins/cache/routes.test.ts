import { describe, expect, test } from 'vitest'
import { result } from '../../../src/plugins/api-error/service.ts'
import { gateway } from './gateway.ts'
import { person } from './people.ts'
import { minute } from './rig.ts'

const ws3 = { dialect: 'ws3' } as const

describe('a cached route', () => {
  test('does its work once, and every dialect wraps the value as ever', async () => {
    let calls = 0
    const work = () => ({ n: ++calls })
    await using app = await gateway({
      routes(routes) {
        routes.get('/plain', { config: { cache: '10m', dialect: 'plain' } }, work)
        routes.get('/ws3', { config: { cache: '10m', ...ws3 } }, async () => work())
        routes.get('/problem', { config: { cache: '10m' } }, work)
      }
    })
    const bodies = async (url: string): Promise<unknown[]> => [
      (await app.inject(url)).json(),
      (await app.inject(url)).json()
    ]
    expect(await bodies('/plain')).toEqual([
      { code: 200, msg: '成功', data: { n: 1 } },
      { code: 200, msg: '成功', data: { n: 1 } }
    ])
    expect(await bodies('/ws3')).toEqual([
      { success: true, code: 200, result: { n: 2 } },
      { success: true, code: 200, result: { n: 2 } }
    ])
    expect(await bodies('/problem')).toEqual([{ n: 3 }, { n: 3 }])
  })

  test('has a key made of parameters and query in any order, and answers HEAD from the same value', async () => {
    let calls = 0
    await using app = await gateway({
      routes: routes =>
        void routes.get('/card/:id', { config: { cache: '10m' } }, ({ params, query }) => ({
          params,
          query,
          n: ++calls
        }))
    })
    const numbers: unknown[] = []
    for (const url of [
      '/card/1?a=1&b=2',
      '/card/1?b=2&a=1',
      '/card/2?a=1&b=2',
      '/card/1?a=1',
      '/card/1?a=1&a=2'
    ])
      numbers.push((await app.inject(url)).json<{ n: number }>().n)
    expect(numbers).toEqual([1, 1, 2, 3, 4])
    const head = await app.inject({ method: 'HEAD', url: '/card/2?a=1&b=2' })
    expect([head.statusCode, head.headers['cache-status'], calls]).toEqual([
      200,
      expect.stringMatching(/^paifang; hit; ttl=\d+$/),
      4
    ])
  })

  test('keeps the status, the headers and what is said about the value', async () => {
    await using app = await gateway({
      routes: routes =>
        void routes.get('/', { config: { cache: '10m' } }, (_request, reply) => {
          reply
            .code(203)
            .header('X-Made', 'yes')
            .headers({ 'X-Other': ['a', 'b'], 'X-Gone': '1' })
          reply.removeHeader('x-gone')
          if (reply.hasHeader('X-Gone') || reply.getHeader('x-made') !== 'yes') return 'wrong'
          return result(['a'], { page: { total: 41, page: 1, size: 1 } })
        })
    })
    for (const _ of ['first', 'later']) {
      const { statusCode, headers, body } = await app.inject('/')
      expect([statusCode, body]).toEqual([203, '["a"]'])
      expect(headers).toMatchObject({ 'x-made': 'yes', 'x-other': ['a', 'b'], 'x-total-count': '41' })
      expect(headers).not.toHaveProperty('x-gone')
    }
  })

  test('may answer with text of another type, bytes, and whatever is falsy', async () => {
    let calls = 0
    await using app = await gateway({
      users: () => person('alice', Buffer.alloc(32, 1)),
      routes(routes) {
        for (const scope of ['public', 'user'] as const) {
          const config = { cache: { policy: '10m', scope } }
          routes.get(
            `/${scope}/html`,
            { config },
            (_, reply) => (calls++, reply.type('text/html'), '<p>x</p>')
          )
          routes.get(
            `/${scope}/bytes`,
            { config },
            (_, reply) => (calls++, reply.type('image/png'), Buffer.from([0, 255]))
          )
          routes.get(`/${scope}/zero`, { config: { ...config, ...ws3 } }, () => (calls++, 0))
        }
      }
    })
    for (const scope of ['public', 'user'])
      for (const _ of ['first', 'later']) {
        const [html, bytes, zero] = await Promise.all(
          ['html', 'bytes', 'zero'].map(name => app.inject(`/${scope}/${name}`))
        )
        expect([html?.headers['content-type'], html?.body]).toEqual(['text/html', '<p>x</p>'])
        expect([bytes?.headers['content-type'], bytes?.rawPayload]).toEqual([
          'image/png',
          Buffer.from([0, 255])
        ])
        expect(zero?.json()).toEqual({ success: true, code: 200, result: 0 })
      }
    expect(calls).toBe(6)
  })

  test('applies a response schema to the stored value, not to what was written', async () => {
    const schema = { response: { 200: { type: 'object', properties: { a: { type: 'number' } } } } }
    await using app = await gateway({
      routes: routes =>
        void routes.get('/', { config: { cache: '10m', ...ws3 }, schema }, () => ({ a: 1, hidden: 2 }))
    })
    for (const _ of ['first', 'later'])
      expect((await app.inject('/')).json()).toEqual({ success: true, code: 200, result: { a: 1 } })
  })

  test('answers without dialects as Fastify does', async () => {
    let calls = 0
    await using app = await gateway({
      errors: false,
      routes(routes) {
        routes.get('/', { config: { cache: '10m+' } }, () => result({ n: ++calls }, { message: 'x' }))
        routes.get('/text', { config: { cache: '10m' } }, () => 'text')
      }
    })
    const numbers: number[] = []
    for (const minutes of [0, 1, 10, 0]) {
      await app.clock.advance(minutes * minute)
      expect((await app.inject('/text')).body).toBe('text')
      numbers.push((await app.inject('/')).json<{ n: number }>().n)
    }
    expect(numbers).toEqual([1, 1, 1, 2])
  })

  test('is cached under a prefix with and without a slash, in a child', async () => {
    let calls = 0
    await using app = await gateway({
      routes: routes =>
        void routes.register(async child => child.get('/', { config: { cache: '10m' } }, () => ++calls), {
          prefix: '/p'
        })
    })
    for (const url of ['/p', '/p/']) for (const _ of [1, 2]) await app.inject(url)
    expect(calls).toBe(1)
    expect((await app.inject('/p/')).headers['cache-status']).toMatch(/^paifang; hit; ttl=\d+$/)
  })
})

test('values of a route are cleared by the tags that its policy and the request give them', async () => {
  let calls = 0
  await using app = await gateway({
    routes: routes =>
      void routes.get<{ Params: { id: string } }>(
        '/:id',
        {
          config: {
            cache: {
              policy: { ttl: '10m', tags: ['all'] },
              tags: request => [`card-${(request.params as { id: string }).id}`]
            }
          }
        },
        () => ++calls
      )
  })
  const read = async () => [await app.inject('/1'), await app.inject('/2')].map(({ body }) => body)
  expect(await read()).toEqual(['1', '2'])
  await app.cache.clearTag('card-1')
  expect(await read()).toEqual(['3', '2'])
  await app.cache.clearTag('all')
  expect(await read()).toEqual(['4', '5'])
})

test('a policy that is off runs the handler with its own reply', async () => {
  let calls = 0
  await using app = await gateway({
    routes: routes =>
      void routes.get('/', { config: { cache: 'off' } }, (_, reply) => reply.send({ n: ++calls }))
  })
  for (const n of [1, 2]) {
    const response = await app.inject('/')
    expect([response.json(), response.headers['cache-status']]).toEqual([{ n }, 'paifang; fwd=bypass'])
  }
})

test('a query that is nested too deep is the caller’s fault', async () => {
  await using app = await gateway({
    server: {},
    routes(routes) {
      routes.addHook('preHandler', async request => {
        let nested: unknown = 'x'
        for (let depth = 0; depth < 40; depth++) nested = [nested]
        request.query = { nested }
      })
      routes.get('/', { config: { cache: '10m' } }, () => 1)
    }
  })
  expect((await app.inject('/')).statusCode).toBe(400)
})
