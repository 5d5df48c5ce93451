import * as fc from 'fast-check'
import { once } from 'node:events'
import { get, request, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Readable } from 'node:stream'
import { describe, expect, test } from 'vitest'
import { Type } from 'typebox'
import { definePlugin } from '../../src/core/index.ts'
import { requestId } from '../../src/operations/logging.ts'
import { gatewayOf, logLines } from '../core/kernel.ts'

const routes = definePlugin({
  name: 'routes',
  description: '',
  setup: app => {
    app.get('/items/:id', () => 'item')
    app.post('/items', { schema: { body: Type.Object({ name: Type.String() }) } }, () => 'made')
    app.get('/fails', () => {
      throw new Error('broken')
    })
    app.get(
      '/unserializable',
      { schema: { response: { 200: Type.Object({ a: Type.String() }) } } },
      () => ({}) as never
    )
    const Picky = Type.Object({ reason: Type.String() })
    app.get('/bad-error', { schema: { response: { 500: Picky } } }, () => {
      throw new Error('no reason')
    })
    app.get('/bad-header', (_, reply) => {
      void reply.header('x-bad', 's3cret\n')
      throw new Error('and a bad header')
    })
    app.get('/stream', (_, reply) => reply.send(Readable.from(['a', 'b'])))
    app.get('/bad-stream', (_, reply) => {
      const source = new Readable({ read() {} })
      source.push('a')
      void reply.send(source)
      setImmediate(() => setImmediate(() => source.destroy(new Error('source broke'))))
    })
    app.get('/endless', (_, reply) => {
      const source = new Readable({ read() {} })
      source.push('a')
      void reply.send(source)
    })
  }
})

async function logged() {
  const log = logLines()
  const app = await gatewayOf([routes], { logLevel: 'debug' }, { logDestination: log })
  return { app, lines: log.lines }
}

const line = (rest: object): object => ({ level: 30, msg: 'request', plugin: 'routes', ...rest })

describe('a request leaves one line', () => {
  test('with method, route pattern, status, time, id and plugin, and nothing else', async () => {
    const { app, lines } = await logged()
    await app.inject({ url: '/items/7?token=s3cret', headers: { authorization: 's3cret', cookie: 's3cret' } })
    expect(lines).toEqual([
      {
        level: 30,
        time: expect.any(Number) as number,
        pid: process.pid,
        hostname: expect.any(String) as string,
        reqId: expect.any(String) as string,
        method: 'GET',
        route: '/items/:id',
        status: 200,
        ms: expect.any(Number) as number,
        plugin: 'routes',
        msg: 'request'
      }
    ])
    await app.close()
  })

  test.for([
    [
      'a route that does not exist',
      { url: '/nowhere?token=s3cret' },
      { level: 30, status: 404, route: null }
    ],
    [
      'a body that does not fit',
      { method: 'POST', url: '/items', payload: { name: 5, pin: 's3cret' } },
      { level: 30, status: 400, route: '/items' }
    ],
    [
      'a body that is no JSON',
      {
        method: 'POST',
        url: '/items',
        payload: '{"pin": s3cret',
        headers: { 'content-type': 'application/json' }
      },
      { level: 30, status: 400 }
    ],
    [
      'a body of an unknown type',
      { method: 'POST', url: '/items', payload: 's3cret', headers: { 'content-type': 'a/b' } },
      { level: 30, status: 415 }
    ],
    ['a URL that cannot be decoded', { url: '/items/%zzs3cret' }, { level: 30, status: 400 }],
    [
      'a handler that throws',
      { url: '/fails?token=s3cret' },
      { level: 50, status: 500, err: { message: 'broken' } }
    ],
    ['an answer that does not fit', { url: '/unserializable' }, { level: 50, status: 500, err: {} }],
    ['an error that does not fit', { url: '/bad-error?s3cret' }, { level: 50, status: 500, err: {} }],
    ['a header that cannot be sent', { url: '/bad-header?s3cret' }, { level: 50, status: 500, err: {} }],
    ['a stream', { url: '/stream' }, { level: 30, status: 200, route: '/stream' }]
  ] as const)('for %s, without what the client sent', async ([, asked, expected]) => {
    const { app, lines } = await logged()
    await app.inject({ ...asked })
    expect(lines).toMatchObject([{ ...expected, reqId: expect.any(String) as string }])
    expect(JSON.stringify(lines)).not.toContain('s3cret')
    await app.close()
  })

  test('for a stream that breaks, with the reason', async () => {
    const { app, lines } = await logged()
    await app.listen({ port: 0, host: '127.0.0.1' })
    const [response] = (await once(
      get({ port: (app.server.address() as AddressInfo).port, path: '/bad-stream?s3cret' }),
      'response'
    )) as [IncomingMessage]
    response.on('error', () => {}).resume()
    await new Promise(resolve => void response.on('close', resolve))
    await app.close()
    const mine = lines.filter(({ msg }) => !String(msg).startsWith('Server listening'))
    expect(mine).toMatchObject([
      { level: 50, route: '/bad-stream', plugin: 'routes', err: { message: 'source broke' } }
    ])
    expect(JSON.stringify(lines)).not.toContain('s3cret')
  })

  test('for a client that leaves in the middle of a stream', async () => {
    const { app, lines } = await logged()
    const closed = new Promise<void>(resolve => {
      app.server.on('connection', socket => socket.on('close', () => resolve()))
    })
    await app.listen({ port: 0, host: '127.0.0.1' })
    const asked = request({ port: (app.server.address() as AddressInfo).port, path: '/endless?s3cret' }).end()
    asked.on('error', () => {})
    const [response] = (await once(asked, 'response')) as [IncomingMessage]
    await once(response, 'data')
    asked.destroy()
    await closed
    await app.close()
    const mine = lines.filter(({ msg }) => !String(msg).startsWith('Server listening'))
    expect(mine).toMatchObject([{ level: 30, route: '/endless', plugin: 'routes', status: 200 }])
    expect(JSON.stringify(lines)).not.toContain('s3cret')
  })
})

test('lines that the level leaves out are not made', async () => {
  const log = logLines()
  await using app = await gatewayOf([routes], { logLevel: 'warn' }, { logDestination: log })
  await app.inject('/items/1')
  expect(log.lines).toEqual([])
  await app.inject('/fails')
  expect(log.lines).toMatchObject([{ level: 50, status: 500 }])
})

describe('the id of a request', () => {
  const idFor = (given: string | string[] | undefined): string =>
    requestId({ headers: { 'x-request-id': given } } as unknown as IncomingMessage)

  test.for(['abc', 'A-b_c.d:e=1', '0f8fad5b-d9cb-469f-a165-70867728950e', 'x'.repeat(128)])(
    'is the caller’s: %s',
    given => {
      expect(idFor(given)).toBe(given)
    }
  )

  test.for([undefined, '', ' ', 'a b', 'a\n', 'a"', '${jndi}', 'é', '<x>', 'x'.repeat(129), ['a', 'b']])(
    'is a new one in place of %j',
    given => {
      expect(idFor(given)).toMatch(/^[\w-]{8,128}$/)
      expect(idFor(given)).not.toBe(idFor(given))
    }
  )

  test('is safe in logs and headers whatever comes', () => {
    const anything = fc.oneof(
      fc.string(),
      fc.string({ unit: 'binary' }),
      fc.array(fc.string()),
      fc.constant(undefined)
    )
    fc.assert(
      fc.property(anything, given => {
        expect(idFor(given)).toMatch(/^[\w\-.=:]{1,128}$/)
      }),
      { numRuns: 50 }
    )
  })

  test('stands in the log line', async () => {
    const { app, lines } = await logged()
    await app.inject({ url: '/items/1', headers: { 'x-request-id': 'mine-1' } })
    await app.inject({ url: '/items/1', headers: { 'x-request-id': 'not mine' } })
    expect(lines[0]).toMatchObject(line({ reqId: 'mine-1' }))
    expect(lines[1]?.['reqId']).not.toContain(' ')
    await app.close()
  })
})
