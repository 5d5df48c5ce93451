import { once } from 'node:events'
import { get, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Readable } from 'node:stream'
import { expect, test } from 'vitest'
import { definePlugin } from '../../src/core/index.ts'
import { gatewayOf } from '../core/kernel.ts'

const routes = definePlugin({
  name: 'routes',
  description: '',
  setup: app => {
    app.get('/items/:id', () => 'item')
    app.get('/fails', () => {
      throw new Error('broken')
    })
    app.get('/bad-stream', (_, reply) => {
      const source = new Readable({ read() {} })
      source.push('a')
      void reply.send(source)
      setImmediate(() => setImmediate(() => source.destroy(new Error('source broke'))))
    })
  }
})

/** A gateway that is silent, and what its listeners were told: route, status and error. */
async function told() {
  const app = await gatewayOf([routes], { logLevel: 'silent' })
  const answers: unknown[] = []
  app.gateway.onAnswer((request, reply, error) => {
    answers.push([request.routeOptions.url, reply.statusCode, error?.message])
  })
  return { app, answers }
}

test('listeners are told of every answer, also where nothing is logged', async () => {
  const { app, answers } = await told()
  for (const url of ['/items/7?token=s3cret', '/fails', '/nowhere', '/%zz']) await app.inject(url)
  expect(answers).toEqual([
    ['/items/:id', 200, undefined],
    ['/fails', 500, 'broken'],
    [undefined, 404, undefined],
    [undefined, 400, undefined]
  ])
})

test('and once of an answer that was cut short', async () => {
  const { app, answers } = await told()
  await app.listen({ port: 0, host: '127.0.0.1' })
  const { port } = app.server.address() as AddressInfo
  const [response] = (await once(get({ port, path: '/bad-stream', agent: false }), 'response')) as [
    IncomingMessage
  ]
  await once(response.resume(), 'error')
  expect(answers).toEqual([['/bad-stream', 200, 'source broke']])
})
