import Fastify, { type FastifyInstance } from 'fastify'
import { lookup } from 'node:dns/promises'
import { once } from 'node:events'
import { Agent, get, type IncomingMessage } from 'node:http'
import { connect, type AddressInfo, type Socket } from 'node:net'
import { text } from 'node:stream/consumers'
import { afterEach, expect, test } from 'vitest'
import { Fronts, type Generation } from '../../src/core/generation.ts'
import type { GenerationServer } from '../../src/core/generation-server.ts'

const host = '127.0.0.1'
const opened: FastifyInstance[] = []
const agent = new Agent({ keepAlive: true, maxSockets: 1 })
afterEach(async () => {
  agent.destroy()
  for (const app of opened.splice(0)) {
    app.server.closeAllConnections()
    await app.close()
  }
})

interface Made {
  readonly app: FastifyInstance
  readonly generation: Generation
  readonly server: GenerationServer
  readonly port: number
}

/** An app that answers `/` with its name, `/slow` when it is told to, and listens. */
async function behind(
  fronts: Fronts,
  name: string,
  options: { port?: number; keepAliveTimeout?: number; with?: (app: FastifyInstance) => void } = {}
): Promise<Made> {
  const generation = fronts.next()
  const { keepAliveTimeout = 5_000 } = options
  const app = Fastify({ serverFactory: generation.serverFactory('server'), keepAliveTimeout })
  opened.push(app)
  app.get('/', () => name)
  app.get('/slow', async (_, reply) => {
    app.server.emit('reached')
    await once(app.server, 'answer')
    return reply.send(name)
  })
  options.with?.(app)
  await app.listen({ host, port: options.port ?? 0 })
  const { port } = app.server.address() as AddressInfo
  return { app, generation, server: app.server as GenerationServer, port }
}

async function asked(port: number, path = '/'): Promise<{ readonly body: string; readonly socket: Socket }> {
  const [response] = (await once(get({ host, port, path, agent }), 'response')) as [IncomingMessage]
  const { socket } = response
  return { body: await text(response), socket }
}

async function refusal(port: number): Promise<string | undefined> {
  const [error] = (await once(connect(port, host), 'error')) as [NodeJS.ErrnoException]
  return error.code
}

test('until the next takes over the first is asked; then a connection that is kept brings its requests to the next', async () => {
  const fronts = new Fronts()
  const first = await behind(fronts, 'first')
  const before = await asked(first.port)
  const second = await behind(fronts, 'second')
  expect(second.port).toBe(first.port)
  const meanwhile = await asked(first.port)
  second.generation.takeOver()
  await first.app.close()
  const after = await asked(first.port)
  expect([before.body, meanwhile.body, after.body]).toEqual(['first', 'first', 'second'])
  expect(after.socket).toBe(before.socket)
})

test('a request that had begun ends with the answer of the one that it came to, which is not closed before', async () => {
  const fronts = new Fronts()
  const first = await behind(fronts, 'first')
  const reached = once(first.server, 'reached')
  const slow = fetch(`http://${host}:${first.port}/slow`)
  await reached
  const second = await behind(fronts, 'second')
  second.generation.takeOver()
  const events: string[] = []
  const closed = first.app.close().then(() => events.push('closed'))
  expect((await asked(first.port)).body).toBe('second')
  events.push('told')
  first.server.emit('answer')
  expect(await (await slow).text()).toBe('first')
  await closed
  expect(events).toEqual(['told', 'closed'])
})

test('requests that were sent without waiting for answers are answered by the one that they came to, or forgotten', async () => {
  const fronts = new Fronts()
  const first = await behind(fronts, 'first')
  const reached = once(first.server, 'reached')
  const socket = connect(first.port, host)
  const request = (path: string): string => `GET ${path} HTTP/1.1\r\nhost: a\r\n\r\n`
  socket.write(request('/slow') + request('/slow') + request('/slow'))
  await reached
  const second = await behind(fronts, 'second')
  second.generation.takeOver()
  const closed = first.app.close()
  socket.destroy()
  await closed
  expect((await asked(first.port)).body).toBe('second')
})

test('what has been replaced cuts its own and nothing else', async () => {
  const fronts = new Fronts()
  const first = await behind(fronts, 'first')
  const kept = await asked(first.port)
  const reached = once(first.server, 'reached')
  const slow = fetch(`http://${host}:${first.port}/slow`).then(
    () => 'answered',
    () => 'cut'
  )
  await reached
  const second = await behind(fronts, 'second')
  second.generation.takeOver()
  expect(first.server.cut()).toBe(true)
  expect(await slow).toBe('cut')
  await first.app.close()
  expect(first.server.cut()).toBe(false)
  const after = await asked(first.port)
  expect([after.body, after.socket === kept.socket]).toEqual(['second', true])
})

test('sockets of what has been replaced stay until they end; upgrades are those of who is there now', async () => {
  const fronts = new Fronts()
  const sockets = (app: FastifyInstance): void => {
    app.server.on('upgrade', (_, socket: Socket) => {
      socket.on('error', () => undefined)
      socket.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: test\r\nConnection: Upgrade\r\n\r\n')
      socket.pipe(socket)
    })
  }
  const first = await behind(fronts, 'first', { with: sockets })
  const headers = { connection: 'Upgrade', upgrade: 'test' }
  const [, socket] = (await once(get({ host, port: first.port, headers }), 'upgrade')) as [unknown, Socket]
  const second = await behind(fronts, 'second')
  second.generation.takeOver()
  const closed = first.app.close()
  socket.write('still there')
  expect(String((await once(socket, 'data'))[0])).toBe('still there')
  const [plain] = (await once(get({ host, port: first.port, headers }), 'response')) as [IncomingMessage]
  expect(await text(plain)).toBe('second')
  socket.destroy()
  await closed
})

test('one that never took over goes without a trace', async () => {
  const fronts = new Fronts()
  const first = await behind(fronts, 'first')
  const second = await behind(fronts, 'second')
  await second.app.close()
  expect((await asked(first.port)).body).toBe('first')
})

test('an address that the next does not have is closed with the one that had it', async () => {
  const fronts = new Fronts()
  const first = await behind(fronts, 'first')
  const free = await behind(new Fronts(), 'free')
  await free.app.close()
  const second = await behind(fronts, 'second', { port: free.port })
  expect((await asked(free.port)).body).toBe('second')
  second.generation.takeOver()
  expect((await asked(first.port)).body).toBe('first')
  await first.app.close()
  expect(await refusal(first.port)).toBe('ECONNREFUSED')
  expect((await asked(free.port)).body).toBe('second')
})

test('an address can be had once in a gateway, and not when somebody else has it', async () => {
  const fronts = new Fronts()
  const generation = fronts.next()
  const make = (): FastifyInstance => {
    const app = Fastify({ serverFactory: generation.serverFactory('server') })
    opened.push(app)
    return app
  }
  const first = make()
  await first.listen({ host, port: 0 })
  const { port } = first.server.address() as AddressInfo
  await expect(make().listen({ host, port })).rejects.toThrow('EADDRINUSE')
})

test('localhost is all of its addresses, as long as it is open', async () => {
  const fronts = new Fronts()
  const generation = fronts.next()
  const app = Fastify({ serverFactory: generation.serverFactory('server') })
  opened.push(app)
  app.get('/', () => 'local')
  await app.listen({ host: 'localhost', port: 0 })
  const { port } = app.server.address() as AddressInfo
  const urls = (await lookup('localhost', { all: true })).map(({ address, family }) =>
    family === 6 ? `http://[${address}]:${port}` : `http://${address}:${port}`
  )
  for (const url of urls) {
    const response = await fetch(url, { headers: { connection: 'close' } })
    expect(await response.text()).toBe('local')
  }
  await app.close()
  for (const url of urls) await expect(fetch(url)).rejects.toThrow('fetch failed')
})

test('how long connections are kept is as the one that is there now has it', async () => {
  const fronts = new Fronts()
  const first = await behind(fronts, 'first', { keepAliveTimeout: 7_000 })
  const kept = async (): Promise<string | null> =>
    (await fetch(`http://${host}:${first.port}`)).headers.get('keep-alive')
  expect(await kept()).toBe('timeout=7')
  const second = await behind(fronts, 'second', { keepAliveTimeout: 9_000 })
  second.generation.takeOver()
  expect(await kept()).toBe('timeout=9')
})

test('after the last one was closed, nothing listens', async () => {
  const fronts = new Fronts()
  const first = await behind(fronts, 'first')
  const second = await behind(fronts, 'second')
  second.generation.takeOver()
  await first.app.close()
  await second.app.close()
  expect(await refusal(first.port)).toBe('ECONNREFUSED')
})
