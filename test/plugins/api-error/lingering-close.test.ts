import { once } from 'node:events'
import { connect, type AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { describe, expect, test } from 'vitest'
import { build } from './build.ts'

const size = 5 * 1024 * 1024

async function listening() {
  const app = await build({
    server: { bodyLimit: 1024 },
    routes: gateway => gateway.post('/sign', () => 'signed')
  })
  await app.listen({ port: 0, host: '127.0.0.1' })
  const { port } = app.server.address() as AddressInfo
  return Object.assign(app, { port })
}

const head = (headers: string): string => `POST /sign HTTP/1.1\r\nHost: gateway\r\n${headers}\r\n`

/** What a client receives that reads nothing before it has sent everything, as those of Python and Java do. */
async function sendThenRead(port: number, request: string): Promise<string> {
  const socket = connect(port, '127.0.0.1').pause()
  await once(socket, 'connect')
  const failed = once(socket, 'error')
  await Promise.race([
    new Promise(resolve => socket.write(request, resolve)),
    failed.then(([error]) => Promise.reject(error as Error))
  ])
  return text(socket)
}

describe('a body that is refused before all of it has arrived', () => {
  test.each([
    ['of a stated length', `Content-Length: ${size}\r\n`, 'x'.repeat(size)],
    [
      'in chunks',
      'Transfer-Encoding: chunked\r\n',
      `${size.toString(16)}\r\n${'x'.repeat(size)}\r\n0\r\n\r\n`
    ],
    [
      'on a connection that the client wants closed',
      `Connection: close\r\nContent-Length: ${size}\r\n`,
      'x'.repeat(size)
    ]
  ])('%s is read on, so that the answer arrives', async (_, headers, body) => {
    await using app = await listening()
    const type = 'Content-Type: application/json\r\n'
    expect(await sendThenRead(app.port, head(type + headers) + body)).toMatch(/^HTTP\/1.1 413 /)
  })

  test('is answered before it comes', async () => {
    await using app = await listening()
    const socket = connect(app.port, '127.0.0.1')
    socket.write(head(`Content-Type: application/json\r\nContent-Length: ${size}\r\n`))
    expect(await text(socket)).toMatch(/^HTTP\/1.1 413 /)
  })
})
