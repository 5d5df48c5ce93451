import { request } from 'node:http'
import { once } from 'node:events'
import { Type } from 'typebox'
import { expect, test } from 'vitest'
import { createGateway, definePlugin, service } from '../../src/core/index.ts'
import { logLines } from '../core/kernel.ts'

interface Counter {
  count: number
}
const Counter = service<Counter>('counter')

const counter = definePlugin({
  name: 'counter',
  description: 'Counts.',
  provides: Counter,
  setup: () => ({ count: 5 }),
  admin(app, held) {
    const Body = Type.Object({ to: Type.Integer() })
    app.post('/reset', { schema: { body: Body } }, ({ body }) => ({ count: (held.count = body.to) }))
  }
})

async function started(): Promise<{ app: Awaited<ReturnType<typeof createGateway>>; url: string }> {
  const log = logLines()
  const config = { server: { adminPort: 0 }, plugins: { tally: { use: counter } } }
  const app = await createGateway({ config, env: {}, logDestination: log })
  return { app, url: String(log.lines.find(({ msg }) => msg === 'admin listener')?.['url']) }
}

async function post(url: string, headers: Record<string, string>): Promise<number | undefined> {
  const sent = request(`${url}/tally/reset`, { method: 'POST', headers })
  sent.end('{"to":1}')
  const [response] = (await once(sent, 'response')) as [{ statusCode: number; resume(): void }]
  response.resume()
  return response.statusCode
}

test('a plugin adds what operators may do, under the id of its entry and nowhere else', async () => {
  const { app, url } = await started()
  expect(await post(url, { 'content-type': 'application/json' })).toBe(200)
  expect(app.getDecorator<Counter>('counter').count).toBe(1)
  expect((await app.inject({ method: 'POST', url: '/tally/reset', payload: { to: 1 } })).statusCode).toBe(404)
  await app.close()
})

test('web pages are refused, by their origin and by a name that is not this machine’s', async () => {
  const { app, url } = await started()
  const type = { 'content-type': 'application/json' }
  expect(await post(url, { ...type, origin: 'http://127.0.0.1:3000' })).toBe(403)
  expect(await post(url, { ...type, host: 'rebound.example' })).toBe(403)
  expect(await post(url, { ...type, host: 'localhost:1' })).toBe(200)
  expect(app.getDecorator<Counter>('counter').count).toBe(1)
  await app.close()
})
