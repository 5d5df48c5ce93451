import websocket from '@fastify/websocket'
import Fastify from 'fastify'
import { once } from 'node:events'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import apiError from '../../../src/plugins/api-error/index.ts'
import cors from '../../../src/plugins/cors/index.ts'

const portal = 'https://portal.example.com'
type App = Awaited<ReturnType<typeof serve>>

/** A gateway with sockets in a plugin of their own, as `im-ws-gateway` has them. */
async function serve(origins: string[], withErrors: boolean) {
  const app = Fastify()
  if (withErrors) await app.register(apiError, { dialect: 'plain' })
  await app.register(cors, { origins })
  await app.register(async child => {
    await child.register(websocket)
    child.get('/im', { websocket: true }, socket => {
      socket.on('message', (message: Buffer) => socket.send(message))
    })
  })
  app.get('/', () => 'hello')
  await app.listen({ port: 0, host: '127.0.0.1' })
  return app
}

/** Opens a socket, and returns the echo of one message or the status of the refusal. */
async function tried(app: App, headers: Record<string, string>, path = '/im'): Promise<string | number> {
  const socket = new WebSocket(`${app.listeningOrigin.replace('http', 'ws')}${path}`, { headers })
  const outcome = await new Promise<string | number>((resolve, reject) => {
    socket.on('open', () => socket.send('echo'))
    socket.on('message', (message: Buffer) => resolve(message.toString()))
    socket.on('unexpected-response', (request, response) => {
      request.destroy()
      resolve(response.statusCode ?? 0)
    })
    socket.on('error', reject)
  }).catch((error: unknown) => String(error))
  socket.terminate()
  return outcome
}

/** Sends a handshake by hand, and returns all that comes back until the connection is closed. */
async function handshake(app: App, origin: string): Promise<string> {
  const socket = connect(Number(new URL(app.listeningOrigin).port), '127.0.0.1')
  await once(socket, 'connect')
  socket.write(
    [
      'GET /im HTTP/1.1',
      'Host: 127.0.0.1',
      'Connection: Upgrade',
      'Upgrade: websocket',
      'Sec-WebSocket-Version: 13',
      'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==',
      `Origin: ${origin}`,
      '\r\n'
    ].join('\r\n')
  )
  return text(socket)
}

describe.each([
  ['with api-error', true],
  ['without api-error', false]
])('%s, a socket', (_name, withErrors) => {
  let app: App
  beforeAll(async () => {
    app = await serve([portal, 'capacitor://localhost'], withErrors)
  })
  afterAll(() => app.close())

  test.each([
    'https://evil.example.com',
    'http://portal.example.com',
    'null',
    'not an origin',
    `${portal}:8443`
  ])('of a page of %s is refused', async origin => {
    expect(await tried(app, { origin })).toBe(403)
  })

  test.each([portal, 'capacitor://localhost'])('of a page of %s opens', async origin => {
    expect(await tried(app, { origin })).toBe('echo')
  })

  test('of a page of this gateway opens', async () => {
    const { host } = new URL(app.listeningOrigin)
    expect(await tried(app, { origin: `http://${host}` })).toBe('echo')
    expect(await tried(app, { origin: 'https://gw.example', host: 'gw.example' })).toBe('echo')
    expect(await tried(app, { origin: 'https://gw.example', host: 'GW.example:443' })).toBe('echo')
    expect(await tried(app, { origin: 'https://gw.example:8443', host: 'gw.example' })).toBe(403)
  })

  test('of no page at all opens', async () => {
    expect(await tried(app, {})).toBe('echo')
  })

  test('is refused whatever its path', async () => {
    expect(await tried(app, { origin: 'https://evil.example.com' }, '/nowhere')).toBe(403)
  })

  test('that is refused is closed once it has its answer', async () => {
    const answer = await handshake(app, 'https://evil.example.com')
    expect(answer).toMatch(/^HTTP\/1\.1 403 Forbidden\r\n/)
    expect(answer.toLowerCase()).toContain('connection: close')
  })

  test('is refused, plain requests of the same page are not', async () => {
    const { statusCode } = await app.inject({ url: '/', headers: { origin: 'https://evil.example.com' } })
    expect(statusCode).toBe(200)
  })
})

test('a refusal is rendered in the dialect and catalogued', async () => {
  const app = await serve([], true)
  const answer = await handshake(app, 'https://evil.example.com')
  expect(answer).toMatch(/\{"code":403,"msg":"不允许来自该网站的连接","data":false\}$/)
  expect((await app.inject('/_errors?format=md')).body).toContain('`cors.origin_refused`')
  await app.close()
})

describe('where any origin may', () => {
  test('sockets of all pages open, but of those that hide their origin', async () => {
    const app = await serve(['*'], false)
    expect(await tried(app, { origin: 'https://anyone.example' })).toBe('echo')
    expect(await tried(app, { origin: 'null' })).toBe(403)
    await app.close()
  })
})

test('where no origin may, pages of this gateway still do', async () => {
  const app = await serve([], false)
  expect(await tried(app, { origin: 'https://gw.example', host: 'gw.example' })).toBe('echo')
  expect(await tried(app, { origin: portal })).toBe(403)
  await app.close()
})
