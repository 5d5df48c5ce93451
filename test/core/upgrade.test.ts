import websocket from '@fastify/websocket'
import { once } from 'node:events'
import { request, type IncomingMessage } from 'node:http'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import { addUpgradeRoute, definePlugin } from '../../src/core/index.ts'
import { testPlugin, type TestGateway } from '../../src/testing/index.ts'

/** A plugin that says its name to whoever opens a socket at its path. */
function sockets(name: string, path: string) {
  return definePlugin({
    name,
    description: 'Says its name.',
    setup(app) {
      const server = new WebSocketServer({ noServer: true })
      addUpgradeRoute(app, path, {
        access: 'public',
        check: ({ headers }) => {
          if (headers['x-refuse']) throw Object.assign(new Error('no'), { statusCode: 403 })
        },
        accept: (_, { raw, socket, head }) =>
          server.handleUpgrade(raw, socket, head, opened => opened.send(name)),
        refuse: () => {
          throw Object.assign(new Error('not an upgrade'), { statusCode: 426 })
        }
      })
    }
  })
}

let app: TestGateway<unknown>
let origin: string
beforeAll(async () => {
  app = await testPlugin(sockets('first', '/first'), { with: [[sockets('second', '/second/')]] })
  origin = await app.listen({ port: 0, host: '127.0.0.1' })
})
afterAll(() => app.close())

async function said(path: string, at = origin.replace('http', 'ws')): Promise<string> {
  const socket = new WebSocket(`${at}${path}`)
  const [message] = (await once(socket, 'message')) as [Buffer]
  socket.terminate()
  return message.toString()
}

async function refused(path: string, headers: object = {}): Promise<number | undefined> {
  const client = request(`${origin}${path}`, {
    headers: {
      connection: 'Upgrade',
      upgrade: 'websocket',
      'sec-websocket-version': '13',
      'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
      ...headers
    }
  })
  client.end()
  const [response] = (await Promise.race([once(client, 'response'), once(client, 'upgrade')])) as [
    IncomingMessage
  ]
  response.destroy()
  return response.statusCode
}

test('two plugins open sockets on one server, each at its path', async () => {
  expect(await said('/first')).toBe('first')
  expect(await said('/second/')).toBe('second')
  expect(await said('/first/?a=b')).toBe('first')
})

test('an upgrade to a path that is nobody’s is answered like a request', async () => {
  expect(await refused('/third')).toBe(404)
  expect(await refused('/healthz')).toBe(200)
})

test('each answers for itself why there is no socket', async () => {
  expect(await refused('/first', { 'x-refuse': '1' })).toBe(403)
  expect((await fetch(`${origin}/second/`)).status).toBe(426)
})

test('one listener does for all of them', () => {
  expect(app.server.listenerCount('upgrade')).toBe(1)
})

test('nothing of it is left on a server that is closed', async () => {
  const other = await testPlugin(sockets('first', '/first'), { with: [[sockets('second', '/second')]] })
  await other.close()
  expect(other.server.listenerCount('upgrade')).toBe(0)
})

describe('beside a plugin that uses @fastify/websocket', () => {
  const foreign = definePlugin({
    name: 'foreign',
    description: 'Says its name, too.',
    async setup(child) {
      await child.register(websocket)
      child.get('/foreign', { websocket: true }, socket => socket.send('foreign'))
    }
  })

  test.each([
    ['before', ['first', 'foreign'] as const],
    ['after', ['foreign', 'first'] as const]
  ])('each has its own, when that one is registered %s', async (_, order) => {
    const plugins = { first: sockets('first', '/first'), foreign }
    const [one, two] = order
    const both = await testPlugin(plugins[one], { with: [[plugins[two]]] })
    const at = (await both.listen({ port: 0, host: '127.0.0.1' })).replace('http', 'ws')
    expect(await said('/first', at)).toBe('first')
    expect(await said('/foreign', at)).toBe('foreign')
    await both.close()
  })
})
