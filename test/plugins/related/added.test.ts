import { describe, expect, test } from 'vitest'
import { definePlugin } from '../../../src/core/index.ts'
import cache from '../../../src/plugins/cache/index.ts'
import { FileRoutes } from '../../../src/plugins/file-routes/service.ts'
import type { RelatedMethods, RelatedResources } from '../../../src/plugins/related/service.ts'
import { gateway } from './gateway.ts'

const thrown: Readonly<Record<string, unknown>> = {
  text: '余额不足',
  number: 403,
  unknown: new Error('boom'),
  nothing: undefined,
  value: { a: 1 }
}

/** Routes whose handlers add resources before they return or throw. */
const adding =
  (path: string, methods: string | RelatedMethods = '校园卡') =>
  (app: Parameters<Parameters<typeof gateway>[0]['routes']>[0], related: RelatedResources): void => {
    for (const url of ['/api', '/api/', '/api/index', '/'])
      app.get(url, request => {
        related.add(request, path, methods)
        return 1
      })
    for (const [name, error] of Object.entries(thrown))
      app.get(`/fails/${name}`, async request => {
        related.add(request, path, methods)
        throw error
      })
  }

describe('what a handler adds', () => {
  test.each([
    ['card', '/api/card', '/card'],
    ['./card', '/api/card', '/card'],
    ['../card', '/card', '/card'],
    ['/card', '/card', '/card'],
    ['https://example.com/', 'https://example.com/', 'https://example.com/']
  ])('is found from the path of the request: %s', async (path, url, fromRoot) => {
    await using app = await gateway({ routes: adding(path) })
    for (const current of ['/api', '/api/', '/api/index', '/api?a=/b/'])
      expect(await app.relatedTo(current)).toEqual([{ url, get: '校园卡' }])
    expect(await app.relatedTo('/')).toEqual([{ url: fromRoot, get: '校园卡' }])
  })

  test.each(Object.keys(thrown))('is part of a failure, whatever is thrown: %s', async name => {
    await using app = await gateway({ routes: adding('../card') })
    const body = (await app.inject(`/fails/${name}`)).json()
    expect(body).toMatchObject({ success: false, related: [{ url: '/fails/card', get: '校园卡' }] })
  })

  test.each(['plain', 'flask', 'problem'] as const)('is a link in %s', async dialect => {
    await using app = await gateway({ dialect, routes: adding('card', { get: 'The card', put: 'Lock it' }) })
    const link = '</api/card>; rel="related"; title="The card"'
    expect((await app.inject('/api')).headers.link).toBe(link)
    expect((await app.inject('/fails/text')).headers.link).toBe(link.replace('/api', '/fails/text'))
  })

  test('has the methods that have a text, and may be without any', async () => {
    const methods = { get: '看', post: '加', put: undefined, patch: '', delete: '删' }
    await using app = await gateway({ routes: adding('x', methods) })
    expect(await app.relatedTo('/api')).toEqual([{ url: '/api/x', get: '看', post: '加', delete: '删' }])
    await using bare = await gateway({ routes: adding('x', {}) })
    expect(await bare.relatedTo('/api')).toEqual([{ url: '/api/x' }])
  })

  test('is one resource a path, and none is no member', async () => {
    await using app = await gateway({
      routes(routes, related) {
        routes.get('/', request => {
          related.add(request, 'a', { get: 'old', put: 'put' })
          related.add(request, 'b', 'b')
          related.add(request, '/a', 'new')
          return 1
        })
        routes.get('/none', () => 1)
      }
    })
    expect(await app.relatedTo('/')).toEqual([
      { url: '/a', get: 'new', put: 'put' },
      { url: '/b', get: 'b' }
    ])
    expect((await app.inject('/none')).json()).toEqual({ success: true, code: 200, result: 1 })
  })

  test('has the prefix that callers see, unless it is elsewhere', async () => {
    const routes = adding('card')
    await using app = await gateway({ config: { publicPrefix: 'https://example.com/gw' }, routes })
    expect(await app.relatedTo('/api')).toEqual([{ url: 'https://example.com/gw/api/card', get: '校园卡' }])
    await using elsewhere = await gateway({ config: { publicPrefix: '/gw' }, routes: adding('//cdn/x') })
    expect(await elsewhere.relatedTo('/api')).toEqual([{ url: '//cdn/x', get: '校园卡' }])
  })

  test('belongs to one request alone', async () => {
    await using app = await gateway({
      routes: (routes, related) =>
        void routes.get('/:id', async request => {
          const { id } = request.params as { id: string }
          related.add(request, `x${id}`, id)
          await new Promise(resolve => setImmediate(resolve))
          return 1
        })
    })
    const told = await Promise.all(['1', '2', '3'].map(id => app.relatedTo(`/${id}`)))
    expect(told).toEqual(['1', '2', '3'].map(id => [{ url: `/${id}/x${id}`, get: id }]))
  })

  test('beyond 100 resources or 2,000 characters is left out, with a line in the log', async () => {
    const logs: string[] = []
    await using app = await gateway({
      logs,
      routes(routes, related) {
        routes.get('/many', request => {
          for (let index = 0; index < 101; index++) related.add(request, String(index), 'x')
          related.add(request, '99', 'last')
          return 1
        })
        routes.get('/long', request => {
          related.add(request, 'a', 'x'.repeat(2_001))
          related.add(request, 'b'.repeat(2_001), 'x')
          return 1
        })
      }
    })
    const many = (await app.relatedTo('/many')) as unknown[]
    expect(many).toHaveLength(100)
    expect(many[99]).toEqual({ url: '/many/99', get: 'last' })
    expect(await app.relatedTo('/long')).toBeUndefined()
    expect(logs.filter(line => line.includes('a related resource is left out'))).toHaveLength(3)
  })

  test.each([
    [7, 'x', 'the path of a related resource is a string'],
    ['x', 7, 'a resource has a text, or an object with a text for each method'],
    ['x', { get: 7 }, "the text of 'get' is no string"],
    ['x', { GET: 'x' }, "'GET' is no method of a resource"]
  ])('is refused when it is none: %j, %j', async (path, methods, fault) => {
    let message = ''
    await using app = await gateway({
      routes(routes, related) {
        routes.get('/', request => {
          try {
            related.add(request, path as string, methods as string)
          } catch (error) {
            message = `${(error as Error).name}: ${(error as Error).message}`
          }
          return 1
        })
      }
    })
    expect(await app.relatedTo('/')).toBeUndefined()
    expect(message).toContain(`TypeError: ${fault}`)
  })
})

test('in a cached route it is told once, when the handler runs, and is not stored', async () => {
  await using app = await gateway({
    with: [[cache]],
    routes(routes, related) {
      routes.get('/', { config: { cache: '1h', related: { always: 'x' } } }, request => {
        related.add(request, 'once', 'x')
        return 1
      })
    }
  })
  const [always, once] = [
    { url: '/always', get: 'x' },
    { url: '/once', get: 'x' }
  ]
  expect(await app.relatedTo('/')).toEqual([once, always])
  expect(await app.relatedTo('/')).toEqual([always])
})

test('route files have it as a member of their context', async () => {
  const members = new Map<string, Parameters<FileRoutes['extend']>[1]>()
  const files = definePlugin({
    name: 'files',
    description: 'Stands in for file-routes.',
    provides: FileRoutes,
    setup: app => {
      app.get('/file', (request, reply) => {
        const add = members.get('related')?.(request, reply) as (path: string, text: string) => void
        add('../card', '校园卡')
        throw '余额不足'
      })
      return { extend: (name, make) => void members.set(name, make), routes: () => [] }
    }
  })
  await using app = await gateway({ with: [[files]], routes: () => undefined })
  expect(await app.relatedTo('/file')).toEqual([{ url: '/card', get: '校园卡' }])
})
