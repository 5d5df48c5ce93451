import { once } from 'node:events'
import { get, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import type { Snapshot } from '../../../src/plugins/console/snapshot.ts'
import { consoleRig, type ConsoleRig } from './gateway.ts'

/** Opens a stream. `next` resolves with what it says next. */
async function follow({ app }: ConsoleRig) {
  if (!app.server.listening) await app.listen({ host: '127.0.0.1', port: 0 })
  const { port } = app.server.address() as AddressInfo
  const request = get({ host: '127.0.0.1', port, path: '/_console/events', agent: false })
  const [response] = (await once(request, 'response')) as [IncomingMessage]
  const blocks = blocksOf(response)
  const next = async (): Promise<string | undefined> => (await blocks.next()).value
  return {
    response,
    next,
    async snapshot(): Promise<Snapshot> {
      return JSON.parse((await next())?.replace(/^data: /, '') ?? '') as Snapshot
    }
  }
}

async function* blocksOf(response: IncomingMessage): AsyncGenerator<string, undefined> {
  let text = ''
  for await (const chunk of response.setEncoding('utf8') as AsyncIterable<string>) {
    const blocks = (text + chunk).split('\n\n')
    text = blocks.pop() ?? ''
    yield* blocks
  }
  return undefined
}

const healthOf = ({ plugins }: Snapshot, id: string) => plugins.find(plugin => plugin.id === id)

test('a stream tells how things are at once, and again when they are otherwise', async () => {
  const rig = await consoleRig()
  await using app = rig.app
  const stream = await follow(rig)
  expect(stream.response.headers['content-type']).toBe('text/event-stream; charset=utf-8')
  expect(await stream.next()).toBe('retry: 2000')
  await rig.clock.advance(0)
  const first = await stream.snapshot()
  expect(healthOf(first, 'moody')).toMatchObject({ state: 'started', health: 'ok' })
  expect(first.failures).toEqual([])

  await app.inject('/nowhere')
  await rig.clock.advance(100)
  const second = await stream.snapshot()
  expect(second.failures).toMatchObject([{ number: 1, key: 'route.not_found', http: 404 }])
  stream.response.destroy()
})

test('a hundred failures at a time are one event', async () => {
  const rig = await consoleRig()
  await using app = rig.app
  const stream = await follow(rig)
  await stream.next()
  await rig.clock.advance(0)
  await stream.snapshot()
  await Promise.all(Array.from({ length: 100 }, () => app.inject('/nowhere')))
  await rig.clock.advance(100)
  expect((await stream.snapshot()).failures).toHaveLength(100)
  stream.response.destroy()
})

test('a quiet stream shows now and then that it is alive', async () => {
  const rig = await consoleRig()
  await using _ = rig.app
  const stream = await follow(rig)
  await stream.next()
  await rig.clock.advance(0)
  await stream.snapshot()
  for (let count = 0; count < 7; count++) await rig.clock.advance(2_000)
  expect(await stream.next()).toBe(':')
  stream.response.destroy()
})

test('streams end with the gateway, and hold nothing up', async () => {
  const rig = await consoleRig()
  const stream = await follow(rig)
  await stream.next()
  await rig.app.close()
  expect(await stream.next()).toBeUndefined()
  expect(rig.app.gateway.cut).toBe(false)
})

test('there are 32 of them at most', async () => {
  const rig = await consoleRig()
  await using _ = rig.app
  const streams: IncomingMessage[] = []
  for (let count = 0; count < 33; count++) streams.push((await follow(rig)).response)
  expect(streams.map(({ statusCode }) => statusCode)).toEqual([...Array.from({ length: 32 }, () => 200), 429])
  streams[0]?.destroy()
  await expect.poll(async () => (await follow(rig)).response.statusCode).toBe(200)
})
