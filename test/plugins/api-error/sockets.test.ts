import websocket from '@fastify/websocket'
import Fastify, { type FastifyInstance } from 'fastify'
import { describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import apiError from '../../../src/plugins/api-error/index.ts'

type Socket = Pick<WebSocket, 'send'>

function addRoutes(app: FastifyInstance): void {
  app.get('/socket', { websocket: true }, (socket: Socket) => socket.send('from the socket'))
  app.route({
    method: 'GET',
    url: '/both',
    handler: () => 'from the handler',
    wsHandler: (socket: Socket) => socket.send('from the socket')
  })
}

async function firstMessage(origin: string, path: string): Promise<string> {
  const socket = new WebSocket(`${origin.replace('http', 'ws')}${path}`)
  const message = await new Promise<Buffer>((resolve, reject) =>
    socket.on('message', resolve).on('error', reject)
  )
  socket.terminate()
  return message.toString()
}

describe('routes with sockets keep them, and have their other answers rendered', () => {
  test.each([
    ['before api-error, for everybody', true],
    ['after it, in a plugin of its own', false]
  ])('where @fastify/websocket is registered %s', async (_name, first) => {
    const app = Fastify()
    if (first) await app.register(websocket)
    await app.register(apiError, { dialect: 'plain' })
    if (first) addRoutes(app)
    else
      await app.register(async child => {
        await child.register(websocket)
        addRoutes(child)
      })
    const origin = await app.listen({ port: 0, host: '127.0.0.1' })
    expect(await firstMessage(origin, '/socket')).toBe('from the socket')
    expect(await firstMessage(origin, '/both')).toBe('from the socket')
    expect((await app.inject('/both')).json()).toEqual({ code: 200, msg: '成功', data: 'from the handler' })
    expect((await app.inject('/socket')).statusCode).toBe(404)
    await app.close()
  })
})
