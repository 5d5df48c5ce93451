import { createCache as createDedupe } from 'async-cache-dedupe'
import { BentoCache, bentostore } from 'bentocache'
import { memoryDriver } from 'bentocache/drivers/memory'
import { createCache } from 'cache-manager'
import { Cacheable } from 'cacheable'
import Fastify from 'fastify'
import { LRUCache } from 'lru-cache'
import cache from '../../src/plugins/cache/index.ts'
import { Cache, type CachePolicy } from '../../src/plugins/cache/service.ts'

/** Makes the value of a key. */
export type Work = () => Promise<unknown>

/** A cache whose values are fresh for a second and may serve for a minute more, where it has such a thing. */
export interface Adapter {
  readonly name: string
  readonly read: (key: string, work: Work) => Promise<unknown>
  readonly clear: (key: string) => Promise<unknown>
}

const ttlMs = 1_000
const graceMs = 60_000

function bento(timeout: number): Adapter {
  const memory = bentostore().useL1Layer(memoryDriver({ maxItems: 10_000 }))
  const store = new BentoCache({ default: 'a', stores: { a: memory } })
  return {
    name: `bentocache, grace, timeout ${timeout}`,
    read: (key, factory) => store.getOrSet({ key, ttl: ttlMs, grace: graceMs, timeout, factory }),
    clear: key => store.delete({ key })
  }
}

function cacheable(): Adapter {
  const store = new Cacheable({ ttl: ttlMs })
  return {
    name: 'cacheable',
    read: (key, work) => store.getOrSet(key, work),
    clear: key => store.delete(key)
  }
}

function cacheManager(): Adapter {
  const store = createCache({ ttl: ttlMs })
  return { name: 'cache-manager', read: (key, work) => store.wrap(key, work), clear: key => store.del(key) }
}

function dedupe(): Adapter {
  const works = new Map<string, Work>()
  const options = { ttl: ttlMs / 1_000, stale: graceMs / 1_000, storage: { type: 'memory' as const } }
  const store = createDedupe(options).define('read', async (key: string) => works.get(key)?.())
  return {
    name: 'async-cache-dedupe, stale',
    read(key, work) {
      works.set(key, work)
      return store.read(key)
    },
    clear: key => store.clear('read', key)
  }
}

function lru(name: string, options: object): Adapter {
  const store = new LRUCache<string, object, Work>({
    max: 10_000,
    ttl: ttlMs,
    noDeleteOnFetchRejection: true,
    ...options,
    fetchMethod: (_key, _stale, { context }) => context()
  })
  return {
    name: `lru-cache, ${name}`,
    read: (key, work) => store.fetch(key, { context: work }),
    clear: async key => store.delete(key)
  }
}

async function paifang(name: string, policy: CachePolicy): Promise<Adapter> {
  const app = Fastify()
  await app.register(cache, { minTtlMs: 0 })
  await app.ready()
  const handle = app.getDecorator<Cache>(Cache.name).define('a', policy, (_key, work: Work) => work())
  return { name: `Paifang, \`${name}\``, read: handle, clear: key => handle.clear(key) }
}

/** All that are compared. */
export async function adapters(): Promise<readonly Adapter[]> {
  return [
    bento(0),
    bento(300),
    cacheable(),
    cacheManager(),
    dedupe(),
    lru('allowStale', { allowStale: true }),
    lru('allowStaleOnFetchRejection', { allowStaleOnFetchRejection: true }),
    ...(await Promise.all([
      paifang('1s', { ttl: ttlMs, grace: graceMs, jitter: 0 }),
      paifang('1s+', { ttl: ttlMs, grace: graceMs, jitter: 0, lazy: true }),
      paifang('1s+, wait 300 ms', { ttl: ttlMs, grace: graceMs, jitter: 0, lazy: true, wait: 300 })
    ]))
  ]
}
