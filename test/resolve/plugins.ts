import { Type } from 'typebox'
import { definePlugin, optional, service } from '../../src/core/index.ts'

/** A few plugins to configure. */
export const Cache = service<{ get(key: string): string | undefined }>('cache')
export const Signer = service<{ sign(text: string): string }>('signer')
export const Metrics = service<object>('metrics')

export const cache = definePlugin({
  name: 'cache',
  description: 'Keeps things.',
  config: Type.Object({
    ttlMs: Type.Integer({
      description: 'How long things are kept, in milliseconds.',
      default: 1000,
      minimum: 1
    }),
    eviction: Type.Union([Type.Literal('oldest'), Type.Literal('least-used')], { default: 'oldest' }),
    tags: Type.Array(Type.String(), { default: [] }),
    pool: Type.Object({ size: Type.Integer({ default: 2 }) })
  }),
  provides: Cache,
  setup: () => ({ get: () => undefined })
})

export const signBridge = definePlugin({
  name: 'sign-bridge',
  description: 'Signs.',
  config: Type.Object({
    url: Type.String({ description: 'Where the signer listens.' }),
    token: Type.String({ description: 'What the signer knows us by.', secret: true, minLength: 8 })
  }),
  needs: { cache: Cache },
  provides: Signer,
  setup: () => ({ sign: text => text })
})

export const archive = definePlugin({
  name: 'archive',
  description: 'Needs what nobody gives.',
  needs: { metrics: Metrics, cache: optional(Cache) },
  setup: () => {}
})

export const metrics = definePlugin({
  name: 'metrics',
  description: 'Counts.',
  provides: Metrics,
  setup: () => ({})
})

export const builtins = [cache, signBridge, archive]
