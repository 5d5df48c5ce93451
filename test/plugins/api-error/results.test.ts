import type { RouteHandlerMethod } from 'fastify'
import { Readable } from 'node:stream'
import { describe, expect, test } from 'vitest'
import { ApiError, Errors, result } from '../../../src/plugins/api-error/service.ts'
import { build } from './build.ts'

const ws3 = { config: { dialect: 'ws3' } } as const

describe('what a handler returns', () => {
  test.each([
    ['a string', 'Hello', 'Hello'],
    ['nothing', undefined, ''],
    ['null', null, null],
    ['0', 0, 0],
    ['false', false, false],
    ['an empty list', [], []],
    ['an object', { a: 1 }, { a: 1 }]
  ])('is wrapped: %s', async (_name, value, wrapped) => {
    await using app = await build({
      routes(routes) {
        routes.get('/async', ws3, async () => value)
        routes.get('/sync', ws3, () => (value === undefined ? Promise.resolve() : value))
      }
    })
    for (const url of ['/async', '/sync']) {
      const response = await app.inject(url)
      expect(response.json()).toEqual({ success: true, code: 200, result: wrapped })
      expect(response.headers['content-type']).toBe('application/json; charset=utf-8')
    }
  })

  test('is wrapped for routes under a prefix, with and without a slash', async () => {
    await using app = await build({
      config: { dialect: 'plain' },
      routes: routes => void routes.register(async child => child.get('/', () => 1), { prefix: '/p' })
    })
    for (const url of ['/p', '/p/'])
      expect((await app.inject(url)).body).toBe('{"code":200,"msg":"成功","data":1}')
  })

  test('keeps its status where the dialect mirrors it', async () => {
    await using app = await build({
      config: { dialect: 'plain' },
      routes: routes =>
        routes.post('/', (_request, reply) => {
          reply.code(201)
          return 7
        })
    })
    const response = await app.inject({ method: 'POST', url: '/' })
    expect([response.statusCode, response.body]).toEqual([201, '{"code":200,"msg":"成功","data":7}'])
  })

  test('is bare in problem', async () => {
    await using app = await build({
      routes: routes => {
        routes.get('/text', () => 'Hello')
        routes.get('/object', async () => ({ a: 1 }))
      }
    })
    const text = await app.inject('/text')
    expect([text.body, text.headers['content-type']]).toEqual(['Hello', 'text/plain; charset=utf-8'])
    const object = await app.inject('/object')
    expect([object.body, object.headers['content-type']]).toEqual([
      '{"a":1}',
      'application/json; charset=utf-8'
    ])
  })
})

describe('what is left alone', () => {
  const bytes = Buffer.from('bytes')
  const handlers: Readonly<Record<string, RouteHandlerMethod>> = {
    sent: (_request, reply) => void reply.send('bytes'),
    'sent and returned': async (_request, reply) => reply.send('bytes'),
    later(_request, reply) {
      setImmediate(() => void reply.send('bytes'))
    },
    hijacked: async (_request, reply) => {
      reply.hijack().raw.end('bytes')
    },
    stream: () => Readable.from([bytes]),
    'web stream': async () => new Blob([bytes]).stream(),
    buffer: async () => bytes,
    'typed array': () => new Uint8Array(bytes),
    Response: () => new Response('bytes', { headers: { 'content-type': 'text/plain' } }),
    'another type': (_request, reply) => {
      reply.type('text/html')
      return 'bytes'
    },
    'an error status of its own': (_request, reply) => {
      reply.code(503)
      return 'bytes'
    }
  }

  test.each(Object.entries(handlers))('%s', async (name, handler) => {
    await using app = await build({ routes: routes => routes.get('/', ws3, handler) })
    const response = await app.inject('/')
    expect(response.body).toBe('bytes')
    expect(response.headers['vary']).toBeUndefined()
    expect(response.headers['x-request-id']).toBe(name === 'hijacked' ? undefined : 'req-1')
  })

  test.each([204, 205, 304])('status %i', async status => {
    await using app = await build({
      routes: routes => routes.get('/', ws3, async (_request, reply) => void reply.code(status))
    })
    const response = await app.inject('/')
    expect([response.statusCode, response.body]).toEqual([status, ''])
  })

  test('redirects', async () => {
    await using app = await build({
      routes: routes => {
        routes.get('/', ws3, (_request, reply) => reply.redirect('/x'))
        routes.get('/manual', ws3, async (_request, reply) => void reply.code(307).header('location', '/x'))
      }
    })
    for (const url of ['/', '/manual']) {
      const response = await app.inject(url)
      expect([response.statusCode >= 300 && response.statusCode < 400, response.headers.location]).toEqual([
        true,
        '/x'
      ])
    }
  })

  test('what a raw route returns, but not what it throws', async () => {
    await using app = await build({
      routes: routes => {
        routes.get('/', { config: { dialect: 'ws3', raw: true } }, async () => ({ keys: [] }))
        routes.get('/extras', { config: { dialect: 'ws3', raw: true } }, () => result('x', { status: 202 }))
        routes.get('/throws', { config: { dialect: 'ws3', raw: true } }, () => {
          throw 404
        })
      }
    })
    expect((await app.inject('/')).json()).toEqual({ keys: [] })
    const extras = await app.inject('/extras')
    expect([extras.statusCode, extras.body]).toEqual([202, 'x'])
    expect((await app.inject('/throws')).json()).toMatchObject({ success: false, code: 404 })
  })
})

describe('results with extras', () => {
  const page = { total: 41, page: 2, size: 20 }

  test('have them in the body where the dialect has a place', async () => {
    await using app = await build({
      routes: routes => {
        const related = [{ url: '/next', get: '下一步' }]
        const stale = { ageMs: 1000, reason: 'timeout' }
        routes.get('/ws3', ws3, () => result(['x'], { stale, related }))
        routes.get('/flask', { config: { dialect: 'flask' } }, async () =>
          result(['x'], { page, message: '好' })
        )
      }
    })
    expect((await app.inject('/ws3')).json()).toEqual({
      success: true,
      code: 203,
      result: ['x'],
      related: [{ url: '/next', get: '下一步' }]
    })
    expect((await app.inject('/flask')).json()).toEqual({ code: 200, data: ['x'], message: '好', total: 41 })
  })

  test('have them in headers where it has none', async () => {
    await using app = await build({
      routes: routes => routes.get('/items', () => result(['x'], { page, status: 206 }))
    })
    const response = await app.inject('/items?page=2')
    expect([response.statusCode, response.body]).toEqual([206, '["x"]'])
    expect(response.headers).toMatchObject({
      'x-total-count': '41',
      link: '</items?page=1>; rel="prev", </items?page=3>; rel="next"'
    })
  })

  test('are sent as their value where there is no api-error', () => {
    expect(JSON.stringify(result({ a: 1 }, { page }))).toBe('{"a":1}')
  })

  test('may come from another copy of the package', async () => {
    const copy = { data: 7, extras: { status: 202 }, [Symbol.for('paifang.Result')]: true }
    await using app = await build({
      routes: routes => routes.get('/', { config: { dialect: 'plain' } }, () => copy)
    })
    const response = await app.inject('/')
    expect([response.statusCode, response.json().data]).toEqual([202, 7])
  })

  test('may be missing, and still have related resources', async () => {
    await using app = await build({
      config: { ws3: { falsyAs404: true } },
      routes: routes => {
        routes.get('/', ws3, () => result('', { related: [{ url: '/index' }] }))
        routes.get('/nothing', ws3, async () => {})
      }
    })
    expect((await app.inject('/')).json()).toEqual({
      success: false,
      code: 404,
      reason: '内容不存在',
      related: [{ url: '/index' }]
    })
    const { body } = await app.inject({ url: '/nothing', headers: { 'accept-language': 'en' } })
    expect(body).toBe('{"success":false,"code":404,"reason":"Not found"}')
  })
})

describe('a response schema', () => {
  const data = { type: 'object', properties: { a: { type: 'integer' } } }

  test.each([
    ['the status', { 200: data }],
    ['a class of statuses', { '2xx': data }],
    ['any status', { default: data }],
    ['a media type', { 200: { content: { 'application/json': { schema: data } } } }]
  ])('for %s shapes the value inside the envelope', async (_name, response) => {
    await using app = await build({
      config: { dialect: 'plain' },
      routes: routes => routes.get('/', { schema: { response } }, () => ({ a: '7', secret: 'x' }))
    })
    expect((await app.inject('/')).body).toBe('{"code":200,"msg":"成功","data":{"a":7}}')
  })

  test('for another status shapes nothing', async () => {
    await using app = await build({
      config: { dialect: 'plain' },
      routes: routes => routes.get('/', { schema: { response: { 201: data } } }, () => ({ b: 1 }))
    })
    expect((await app.inject('/')).body).toBe('{"code":200,"msg":"成功","data":{"b":1}}')
  })

  test('lets null through', async () => {
    await using app = await build({
      config: { dialect: 'flask' },
      routes: routes => routes.get('/', { schema: { response: { 200: data } } }, async () => ({}))
    })
    expect((await app.inject('/')).body).toBe('{"code":200,"data":null,"message":"ok"}')
  })

  test('shapes what the handler sends itself as ever', async () => {
    await using app = await build({
      config: { dialect: 'plain' },
      routes: routes =>
        routes.get('/', { schema: { response: { 200: data } } }, (_request, reply) =>
          reply.send({ a: 1, b: 2 })
        )
    })
    expect((await app.inject('/')).body).toBe('{"a":1}')
  })
})

describe('transforms', () => {
  test('change the value, one after the other, before the dialect', async () => {
    await using app = await build({
      config: { dialect: 'plain' },
      routes(routes, errors) {
        errors.transform(value => `<${JSON.stringify(value)}>`)
        errors.transform(async value => `[${String(value)}]`)
        errors.transform((value, request, reply) => {
          reply.header('x-sealed', request.url)
          return `(${String(value)})`
        })
        routes.get('/', { schema: { response: { 200: { type: 'object' } } } }, () => ({ a: 1 }))
        routes.get('/extras', async () => result(7, { message: '好' }))
        routes.get('/raw', { config: { raw: true } }, () => 7)
      }
    })
    const response = await app.inject('/')
    expect(response.json()).toEqual({ code: 200, msg: '成功', data: '([<{"a":1}>])' })
    expect(response.headers['x-sealed']).toBe('/')
    expect((await app.inject('/extras')).json()).toEqual({ code: 200, msg: '好', data: '([<7>])' })
    expect((await app.inject('/raw')).body).toBe('([<7>])')
  })

  test.each(['plain', 'flask', 'ws3', 'problem'] as const)(
    'that throw leave nothing of the value in %s',
    async dialect => {
      await using app = await build({
        config: { dialect },
        routes(routes, errors) {
          errors.transform((_value, request) => {
            const failure = new ApiError(Errors.internal, { detail: 'no key' })
            if (request.url === '/async') return Promise.reject(failure)
            throw failure
          })
          routes.get('/', () => ({ pin: 'secret' }))
          routes.get('/async', async () => ({ pin: 'secret' }))
        }
      })
      for (const url of ['/', '/async']) {
        const { body } = await app.inject({ url, remoteAddress: '192.0.2.7' })
        expect(body).not.toContain('secret')
        expect(body).toContain('服务器出错')
      }
    }
  )
})

test('HEAD has the headers of GET and no body, for results and failures', async () => {
  await using app = await build({
    config: { dialect: 'plain' },
    routes(routes) {
      routes.get('/', () => 'Hello')
      routes.get('/fails', async () => {
        throw 404
      })
      routes.head('/own', () => 'Hello')
    }
  })
  await app.listen({ port: 0, host: '127.0.0.1' })
  for (const path of ['/', '/fails', '/nowhere']) {
    const [get, head] = await Promise.all(
      ['GET', 'HEAD'].map(method => fetch(`${app.listeningOrigin}${path}`, { method }))
    )
    expect(head?.status).toBe(get?.status)
    for (const name of ['content-type', 'content-length'])
      expect(head?.headers.get(name)).toBe(get?.headers.get(name))
    expect(await head?.text()).toBe('')
  }
  const own = await fetch(`${app.listeningOrigin}/own`, { method: 'HEAD' })
  expect([own.headers.get('content-length'), await own.text()]).toEqual(['42', ''])
})
