import { once } from 'node:events'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { describe, expect, test } from 'vitest'
import { build } from './build.ts'

/** Sends bytes and returns all that comes back until the connection is closed. */
async function exchange(
  origin: string,
  bytes: string
): Promise<{ status: number; head: string; body: string }> {
  const { hostname, port } = new URL(origin)
  const socket = connect(Number(port), hostname)
  socket.write(bytes)
  const [head = '', body = ''] = (await text(socket)).split('\r\n\r\n')
  return { status: Number(head.split(' ')[1]), head, body }
}

const broken: readonly (readonly [name: string, bytes: string, status: number])[] = [
  ['no HTTP', 'hello\r\n\r\n', 400],
  ['an unknown method', 'BREW / HTTP/1.1\r\nHost: a\r\n\r\n', 400],
  ['a bad header', 'GET / HTTP/1.1\r\nHost: a\r\nX Y: 1\r\n\r\n', 400],
  [
    'a bad chunk',
    'POST / HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nZ\r\n',
    400
  ],
  [
    'chunk extensions too large',
    `POST / HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n1;${'x'.repeat(20_000)}\r\n`,
    413
  ],
  ['headers too large', `GET / HTTP/1.1\r\nHost: a\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`, 431],
  ['a URL too long', `GET /${'x'.repeat(20_000)} HTTP/1.1\r\nHost: a\r\n\r\n`, 414]
]

describe('malformed HTTP', () => {
  test.each([
    ['no Host', 'GET / HTTP/1.1\r\nConnection: close\r\n\r\n', 400],
    ['an expectation nobody knows', 'GET / HTTP/1.1\r\nHost: a\r\nExpect: miracles\r\n\r\n', 417]
  ])('%s is a problem too, which Node alone would answer with nothing', async (_name, bytes, status) => {
    await using app = await build({ routes: routes => routes.get('/', () => 1) })
    await app.listen({ port: 0, host: '127.0.0.1' })
    const response = await exchange(app.listeningOrigin, bytes)
    expect(response.status).toBe(status)
    expect(JSON.parse(response.body)).toMatchObject({ status, code: `http.${status}` })
    expect(response.head).toMatch(/x-request-id: /i)
  })

  test('HTTP/1.0 needs no Host', async () => {
    await using app = await build({ routes: routes => routes.get('/', () => 1) })
    await app.listen({ port: 0, host: '127.0.0.1' })
    expect((await exchange(app.listeningOrigin, 'GET / HTTP/1.0\r\n\r\n')).status).toBe(200)
  })

  test.each(broken)('%s is a problem, and the end of the connection', async (_name, bytes, status) => {
    await using app = await build({ routes: routes => routes.post('/', () => 1) })
    await app.listen({ port: 0, host: '127.0.0.1' })
    const response = await exchange(app.listeningOrigin, bytes)
    expect(response.status).toBe(status)
    expect(JSON.parse(response.body)).toMatchObject({
      status,
      code: `http.${status}`,
      title: /\p{Script=Han}/u
    })
    const { requestId, instance } = JSON.parse(response.body) as { requestId: string; instance?: string }
    expect(instance).toBeUndefined()
    expect(response.head.split('\r\n')).toEqual(
      expect.arrayContaining([
        'Content-Type: application/problem+json; charset=utf-8',
        `Content-Length: ${Buffer.byteLength(response.body)}`,
        'Content-Language: zh-CN',
        'Cache-Control: no-store',
        'Connection: close',
        `X-Request-Id: ${requestId}`
      ])
    )
  })
})

test('a request that does not come to its end in time is a problem', async () => {
  await using app = await build({
    server: { requestTimeout: 30, http: { headersTimeout: 20, connectionsCheckingInterval: 10 } }
  })
  await app.listen({ port: 0, host: '127.0.0.1' })
  const response = await exchange(app.listeningOrigin, 'GET / HTTP/1.1\r\nHost: a\r\n')
  expect([response.status, JSON.parse(response.body).code]).toEqual([408, 'http.408'])
})

test('the status is real in every dialect, the body that of the default one', async () => {
  await using app = await build({ config: { dialect: 'ws3', locale: 'en' } })
  await app.listen({ port: 0, host: '127.0.0.1' })
  const { status, body } = await exchange(app.listeningOrigin, 'hello\r\n\r\n')
  expect([status, body]).toEqual([400, '{"success":false,"code":400,"reason":"Bad Request"}'])
})

test('an answer that is on its way is cut, not mixed with another', async () => {
  await using app = await build({
    routes: routes =>
      routes.get('/', (_request, reply) => {
        reply.hijack().raw.writeHead(200, { 'content-length': '100' }).write('begun')
      })
  })
  await app.listen({ port: 0, host: '127.0.0.1' })
  const socket = connect(Number(new URL(app.listeningOrigin).port), '127.0.0.1')
  socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n')
  const [begun] = (await once(socket, 'data')) as [Buffer]
  socket.write('hello\r\n\r\n')
  expect(begun.toString() + (await text(socket))).toMatch(/^HTTP\/1\.1 200 OK\r\n[^]*\r\n\r\nbegun$/)
})

test('a caller that goes away is answered nothing, and the next one is', async () => {
  await using app = await build({ routes: routes => routes.get('/', () => 'hello') })
  await app.listen({ port: 0, host: '127.0.0.1' })
  const socket = connect(Number(new URL(app.listeningOrigin).port), '127.0.0.1')
  socket.write('GET / HTTP/1.1\r\nHost: a\r\n')
  const gone = once(app.server, 'clientError')
  await once(socket, 'connect')
  socket.resetAndDestroy()
  await gone
  expect(await (await fetch(app.listeningOrigin)).text()).toBe('hello')
})
