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
  ['headers too large', `GET / HTTP/1.1\r\nHost: a\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`, 431],
  ['a URL too long', `GET /${'x'.repeat(20_000)} HTTP/1.1\r\nHost: a\r\n\r\n`, 414]
]

describe('malformed HTTP', () => {
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
