/**
 * What must not compile. This file is checked by the type checker alone and never runs: each `@ts-expect-error` is an
 * error of its own if the line below it compiles.
 */
import { Type } from 'typebox'
import { definePlugin, optional, service } from '../../src/core/index.ts'
import { testPlugin } from '../../src/testing/index.ts'

interface Cache {
  get(key: string): string
}
const Cache = service<Cache>('cache')
const Metrics = service<{ count(name: string): void }>('metrics')
const Config = Type.Object({
  ttlMs: Type.Integer({ default: 1 }),
  mode: Type.Union([Type.Literal('fast'), Type.Literal('safe')], { default: 'fast' }),
  pool: Type.Object({ size: Type.Integer({ default: 1 }) })
})
const facts = { name: 'plugin', description: 'A plugin.' }

export const services = definePlugin({
  ...facts,
  needs: { cache: Cache, metrics: optional(Metrics) },
  setup(_, { cache, metrics, ...rest }) {
    const text: string = cache.get('x')
    metrics?.count(text)
    // @ts-expect-error an optional service may be absent
    metrics.count(text)
    // @ts-expect-error the service has no such method
    cache.set('x')
    // @ts-expect-error the service takes text
    cache.get(5)
    // @ts-expect-error not asked for in `needs`
    void rest.database
  }
})

export const settings = definePlugin({
  ...facts,
  config: Config,
  setup(_, { config, log }) {
    const size: number = config.pool.size + config.ttlMs
    log.info({ size }, config.mode === 'safe' ? 'slow' : 'quick')
    // @ts-expect-error no setting has this name
    void config.ttlMS
    // @ts-expect-error it can never have this value
    void (config.mode === 'quick')
  },
  check: ({ ttlMs }, { production }) =>
    production && ttlMs === 0 ? [{ path: ['ttlMs'], message: 'is 0' }] : []
})

export const provider = definePlugin({
  ...facts,
  provides: Cache,
  setup: () => ({ get: key => key.toUpperCase() }),
  health: cache => cache.get('x'),
  drain: (cache, signal) => signal.aborted || cache.get('x')
})

export const wrongService = definePlugin({
  ...facts,
  provides: Cache,
  // @ts-expect-error a number is not what `get` gives
  setup: () => ({ get: () => 5 })
})

export const noService = definePlugin({
  ...facts,
  provides: Cache,
  // @ts-expect-error nothing is returned
  setup: () => {}
})

export const wrongHealth = definePlugin({
  ...facts,
  provides: Cache,
  setup: () => ({ get: () => '' }),
  // @ts-expect-error the service has no such method
  health: cache => cache.ping()
})

export const requests = definePlugin({
  ...facts,
  setup(app) {
    const Body = Type.Object({ name: Type.String(), count: Type.Optional(Type.Integer()) })
    const Query = Type.Object({ page: Type.Integer() })
    app.post('/x', { schema: { body: Body, querystring: Query, response: { 200: Body } } }, request => {
      const { name } = request.body
      const page: number = request.query.page
      // @ts-expect-error the body has no such key
      void request.body.nmae
      // @ts-expect-error an optional key may be absent
      void (request.body.count + page)
      return { name }
    })
    app.get('/y', request => {
      // @ts-expect-error a query without a schema is unknown
      void request.query.page
      return ''
    })
  }
})

export async function tests(): Promise<void> {
  const plugin = definePlugin({
    ...facts,
    config: Config,
    needs: { cache: Cache },
    provides: Metrics,
    setup: () => ({ count: () => {} })
  })
  const app = await testPlugin(plugin, { services: { cache: { get: key => key } }, config: { pool: {} } })
  app.service.count('x')
  // @ts-expect-error the service has no such method
  app.service.add('x')
  // @ts-expect-error the fake gives a number
  await testPlugin(plugin, { services: { cache: { get: () => 5 } } })
  // @ts-expect-error the plugin needs no such service
  await testPlugin(plugin, { services: { database: {} } })
  // @ts-expect-error no setting has this name
  await testPlugin(plugin, { config: { ttl: 1 } })
  // @ts-expect-error a setting of the wrong type
  await testPlugin(plugin, { config: { ttlMs: '1' } })
}
