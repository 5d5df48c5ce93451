import Fastify from 'fastify'
import { expect, test } from 'vitest'
import cache from '../../../src/plugins/cache/index.ts'
import { Cache } from '../../../src/plugins/cache/service.ts'
import state from '../../../src/plugins/state/index.ts'
import { createGateway } from '../../../src/index.ts'
import { gateway } from './gateway.ts'
import { watch } from './rig.ts'

const quiet = { server: { logLevel: 'silent' } }

test('works in any Fastify application', async () => {
  const app = Fastify()
  await app.register(cache, { minTtlMs: 0 })
  let calls = 0
  app.get('/', { config: { cache: '10s' } }, () => ({ n: ++calls }))
  for (const _ of [1, 2]) expect((await app.inject('/')).json()).toEqual({ n: 1 })
  const handle = app.getDecorator<Cache>(Cache.name).define('a', '10s', () => 'x')
  expect(await handle('key')).toBe('x')
  await app.close()
})

test('is a plugin of the gateway that any other finds under its service', async () => {
  const app = await createGateway({ config: { ...quiet, plugins: { cache: true, state: true } }, env: {} })
  expect(app.gateway.plugins.find(({ name }) => name === 'cache')).toMatchObject({
    state: 'started',
    global: true
  })
  expect(app.getDecorator<Cache>(Cache.name).stats()).toMatchObject({ entries: 0 })
  await app.close()
})

test('settings that cannot work are refused', async () => {
  const plugins = { cache: { maxBytes: 1_048_576, maxEntryBytes: 2_000_000 } }
  const start = createGateway({ config: { ...quiet, plugins }, env: {} })
  await expect(start).rejects.toThrow('maxEntryBytes')
})

test('values that were to be shared without a state are kept in the process, and the log says so', async () => {
  const logs: string[] = []
  await using app = await gateway({ config: { shared: true }, logs, routes: () => {} })
  expect(logs.join('')).toContain('values are not shared: no plugin provides state')
  expect(await app.cache.define('a', '10m', () => 1)('key')).toBe(1)
})

test('closing waits for renewals, and then there are no more', async () => {
  let finish: (value: number) => void = () => {}
  let calls = 0
  const app = await gateway({
    with: [[state]],
    routes: routes =>
      void routes.get('/', { config: { cache: { policy: { ttl: '10m+', jitter: 0 } } } }, () =>
        calls++ === 0 ? 1 : new Promise<number>(resolve => (finish = resolve))
      )
  })
  await app.inject('/')
  await app.clock.advance(700_000)
  expect((await app.inject('/')).body).toBe('1')
  const closed = watch(app.close())
  await app.clock.advance(0)
  expect(closed.seen).toBeUndefined()
  finish(2)
  await expect(app.close()).resolves.toBeUndefined()
  expect(calls).toBe(2)
})

test('who the users are is told once', async () => {
  await using app = await gateway({ users: () => undefined, routes: () => {} })
  expect(() => app.cache.identify(() => undefined)).toThrow('Somebody tells the cache already')
})
