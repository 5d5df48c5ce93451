import Fastify, { type FastifyReply, type FastifyRequest } from 'fastify'
import { once } from 'node:events'
import { connect, type AddressInfo, type Socket } from 'node:net'
import { describe, expect, test } from 'vitest'
import cors from '../../../src/plugins/cors/index.ts'
import sseHub from '../../../src/plugins/sse-hub/index.ts'
import { SseHub } from '../../../src/plugins/sse-hub/service.ts'
import { startRig, type Rig } from './rig.ts'

/** Writes requests to a socket as they are, and reads until the text matches. */
async function exchange(
  rig: Rig,
  requests: string,
  until: RegExp
): Promise<{ text: string; readonly end: () => void; ended: Promise<unknown> }> {
  const socket = connect(Number(new URL(rig.url).port), '127.0.0.1')
  socket.setEncoding('utf8')
  const ended = once(socket, 'close')
  socket.write(requests)
  let text = ''
  for await (const [part] of socketData(socket)) {
    text += part
    if (until.test(text)) break
  }
  return { text, end: () => socket.destroy(), ended }
}

async function* socketData(socket: Socket): AsyncGenerator<[string]> {
  while (!socket.destroyed) {
    const data = once(socket, 'data') as Promise<[string]>
    yield await Promise.race([data, once(socket, 'close').then(() => Promise.reject(new Error('closed')))])
  }
}
const get = (path: string, version = '1.1'): string =>
  `GET ${path} HTTP/${version}\r\nhost: x\r\naccept: text/event-stream\r\n\r\n`

describe('HTTP/1', () => {
  test('the body is the stream as it is, and ends with the connection', async () => {
    await using rig = await startRig()
    const { text, end } = await exchange(rig, get('/stream?topics=a'), /hub\.open\n.*\n.*\n\n/)
    const [head = '', body = ''] = text.split('\r\n\r\n')
    expect(head).toMatch(/^HTTP\/1\.1 200 OK\r\n/)
    expect(head.toLowerCase()).toContain('connection: close')
    expect(head.toLowerCase()).not.toMatch(/transfer-encoding|keep-alive|content-length/)
    expect(body).toMatch(/^id: [a-z2-7]{16}-0\nevent: hub\.open\nretry: \d+\ndata: .*\n\n$/)
    end()
  })

  test('1.0 clients read it as well', async () => {
    await using rig = await startRig()
    const { text, end } = await exchange(rig, get('/stream?topics=a', '1.0'), /hub\.open/)
    expect(text).toMatch(/^HTTP\/1\.[01] 200 OK\r\n/)
    end()
  })

  test('a stream that is asked for behind a stream is told to come back: its turn may never come', async () => {
    await using rig = await startRig()
    const { text, end, ended } = await exchange(
      rig,
      get('/stream?topics=a') + get('/stream?topics=b'),
      /hub\.open/
    )
    expect(text.match(/HTTP\/1\.1 200/g)).toHaveLength(1)
    end()
    await ended
    const ends = await Promise.all(rig.streams.map(stream => stream.closed))
    expect(ends.toSorted()).toEqual(['client', 'refused'])
    expect(rig.hub.status()).toMatchObject({ streams: 0, topics: 0 })
    expect(rig.hub.status().refused['pipelined']).toBe(1)
  })

  test('HEAD answers like GET and opens nothing', async () => {
    await using rig = await startRig()
    const reader = await rig.read('a', { method: 'HEAD' })
    expect(reader.status).toBe(200)
    expect(reader.response.headers['content-type']).toBe('text/event-stream; charset=utf-8')
    await reader.ended
    expect(reader.text).toBe('')
    expect(rig.hub.status()).toMatchObject({ streams: 0, topics: 0 })
    expect(await rig.streams[0]?.closed).toBe('ended')
  })

  test('no timeout of the server ends a stream for being quiet', async () => {
    await using rig = await startRig()
    rig.app.server.setTimeout(60_000)
    let connection: Socket | undefined
    rig.app.server.once('connection', socket => (connection = socket))
    const reader = await rig.read('a')
    await reader.next()
    expect(connection?.timeout).toBe(0)
  })
})

describe('headers', () => {
  test('those of CORS and of the handler stay; those of a body do not', async () => {
    const origin = 'https://portal.example.com'
    await using rig = await startRig({ with: [[cors, { origins: [origin], credentials: true }]] })
    const reader = await rig.read('a', { headers: { origin } })
    expect(reader.response.headers).toMatchObject({
      'access-control-allow-origin': origin,
      'access-control-allow-credentials': 'true',
      vary: expect.stringContaining('Origin')
    })
  })

  test('an origin that is not allowed may not read', async () => {
    await using rig = await startRig({ with: [[cors, { origins: ['https://portal.example.com'] }]] })
    const reader = await rig.read('a', { headers: { origin: 'https://evil.example.com' } })
    expect(reader.response.headers).not.toHaveProperty('access-control-allow-origin')
  })
})

describe('without the kernel', () => {
  type Handler = (request: FastifyRequest, reply: FastifyReply) => Promise<unknown>
  const build = async (handler: (hub: SseHub) => Handler) => {
    const app = Fastify()
    await app.register(sseHub, {})
    const hub = app.getDecorator<SseHub>(SseHub.name)
    app.get('/', handler(hub))
    return { app, hub }
  }

  test('inject reads what was written until the stream is ended', async () => {
    const { app } = await build(hub => async (request, reply) => {
      reply.header('set-cookie', ['a=1', 'b=2']).header('content-length', '3').header('x-own', 'yes')
      const stream = await hub.subscribe(request, reply, { topics: ['a'] })
      await hub.publish('a', { data: '1' })
      stream.end({ last: { data: 'bye' } })
    })
    const answer = await app.inject('/')
    expect(answer.headers).toMatchObject({
      'set-cookie': ['a=1', 'b=2'],
      'x-own': 'yes',
      'content-type': 'text/event-stream; charset=utf-8'
    })
    expect(answer.headers).not.toHaveProperty('content-length')
    expect(answer.body).toMatch(/^id: .*\nevent: hub\.open\n.*\n.*\n\nid: .*-1\ndata: 1\n\ndata: bye\n\n$/)
    await app.close()
  })

  test('closing ends the streams', async () => {
    const { app, hub } = await build(
      each => (request, reply) => each.subscribe(request, reply, { topics: ['a'] })
    )
    await app.listen({ port: 0, host: '127.0.0.1' })
    const { port } = app.server.address() as AddressInfo
    const socket = connect(port, '127.0.0.1')
    socket.write(get('/'))
    let text = ''
    socket.setEncoding('utf8').on('data', (part: string) => (text += part))
    const ended = once(socket, 'close')
    await once(socket, 'data')
    await app.close()
    await ended
    expect(text).toMatch(/\n\nretry: \d+\n\n$/)
    expect(hub.status()).toMatchObject({ streams: 0, topics: 0 })
  })

  test('a header that cannot be sent is an error as usual, and leaves no stream behind', async () => {
    const { app, hub } = await build(each => (request, reply) => {
      reply.header('x-bad', 'a\nb')
      return each.subscribe(request, reply, { topics: ['a'] })
    })
    const answer = await app.inject('/')
    expect(answer.statusCode).toBe(500)
    expect(hub.status()).toMatchObject({ streams: 0, topics: 0 })
    await app.close()
  })
})
