import { EventEmitter, once } from 'node:events'
import { Readable } from 'node:stream'
import { describe, expect, test } from 'vitest'
import { ApiError, Errors as CommonErrors } from '../../../src/plugins/api-error/service.ts'
import { gateway } from './gateway.ts'

const ws3 = { dialect: 'ws3' } as const

describe('failures of a cached route', () => {
  test('are rendered by its dialect, shared, and never stored', async () => {
    let calls = 0
    await using app = await gateway({
      routes: routes =>
        void routes.get('/', { config: { cache: '10m', ...ws3 } }, async () => {
          calls++
          await Promise.resolve()
          throw new ApiError(CommonErrors['upstream.unavailable'])
        })
    })
    const answers = await Promise.all(Array.from({ length: 50 }, () => app.inject('/')))
    expect(calls).toBe(1)
    for (const answer of answers) {
      expect(answer.json()).toEqual({ success: false, code: 503, reason: '上游服务出现故障' })
      expect(answer.headers).not.toHaveProperty('cache-status')
      expect(answer.headers['cache-control']).toBe('no-store')
    }
    await app.inject('/')
    expect(calls).toBe(2)
  })

  test('that a dialect finds in the stored value are no stored answers', async () => {
    await using app = await gateway({
      with: [],
      routes: routes => void routes.get('/', { config: { cache: '10m' } }, () => ({ a: 1n }))
    })
    for (const _ of ['first', 'later']) {
      const { statusCode, headers } = await app.inject('/')
      expect([statusCode, headers['cache-status'], headers['cache-control']]).toEqual([
        500,
        undefined,
        'no-store'
      ])
    }
  })

  test.each([
    [404, 'a body'],
    [302, ''],
    [500, 'a body']
  ])('a handler that answers with %i by itself is not cached', async (status, body) => {
    let calls = 0
    await using app = await gateway({
      routes: routes =>
        void routes.get('/', { config: { cache: '10m' } }, (_, reply) => (calls++, reply.code(status), body))
    })
    for (const _ of ['first', 'later']) expect((await app.inject('/')).statusCode).toBe(status)
    expect(calls).toBe(2)
  })

  test('the work goes on when its first caller has gone, and is for the others', async () => {
    let finish: (value: number) => void = () => {}
    const work = new Promise<number>(resolve => (finish = resolve))
    const arrivals = new EventEmitter()
    await using app = await gateway({
      routes: routes =>
        void routes.get(
          '/',
          { config: { cache: '10m' }, preHandler: async () => void arrivals.emit('request') },
          () => work
        )
    })
    const url = await app.listen()
    const gone = new AbortController()
    const first = fetch(url, { signal: gone.signal }).catch((error: unknown) => error)
    await once(arrivals, 'request')
    const other = fetch(url).then(response => response.text())
    await once(arrivals, 'request')
    gone.abort()
    expect(await first).toMatchObject({ name: 'AbortError' })
    finish(7)
    expect(await other).toBe('7')
    expect((await fetch(url)).headers.get('cache-status')).toMatch(/^paifang; hit/)
    expect(app.cache.stats().counters['fetches_total']).toBe(1)
  })
})

describe('a handler of a cached route has no reply to send by', () => {
  test.each([
    ['send', (reply: { send(value: unknown): unknown }) => reply.send(1), 'has no reply.send'],
    ['raw', (reply: { raw: object }) => ({ raw: reply.raw }), 'has no reply.raw'],
    ['hijack', (reply: { hijack(): unknown }) => reply.hijack(), 'has no reply.hijack'],
    ['notFound', (reply: { notFound(): unknown }) => reply.notFound(), 'has no reply.notFound'],
    [
      'a cookie',
      (reply: { header(name: string, value: string): unknown }) => reply.header('Set-Cookie', 'a=b'),
      'its handler sets no cookies'
    ],
    ['itself', (reply: unknown) => reply, 'returns the value, not the reply'],
    ['itself, later', async (reply: unknown) => reply, 'returns the value, not the reply'],
    ['a stream', () => Readable.from(['x']), 'A stream or a Response cannot be cached']
  ])('%s', async (_name, work, reason) => {
    const logs: string[] = []
    await using app = await gateway({
      logs,
      routes: routes =>
        void routes.get('/x', { config: { cache: '10m' } }, (_, reply) =>
          (work as (reply: unknown) => unknown)(reply)
        )
    })
    expect((await app.inject('/x')).statusCode).toBe(500)
    expect(logs.join('')).toContain(reason)
  })

  test('but the request, its log and the server', async () => {
    await using app = await gateway({
      routes: routes =>
        void routes.get('/x', { config: { cache: '10m' } }, function (request, reply) {
          reply.log.info('x')
          reply.statusCode = 201
          return [
            reply.request === request,
            reply.server === request.server,
            reply.sent,
            reply.statusCode,
            this === reply.server
          ]
        })
    })
    const { statusCode, body } = await app.inject('/x')
    expect([statusCode, body]).toEqual([201, '[true,true,false,201,true]'])
  })
})
