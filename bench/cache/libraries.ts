import { createCache as createDedupe } from 'async-cache-dedupe'
import { BentoCache, bentostore } from 'bentocache'
import { memoryDriver } from 'bentocache/drivers/memory'
import { createCache } from 'cache-manager'
import { Cacheable } from 'cacheable'
import { LRUCache } from 'lru-cache'
import { keys, ttlMs, value } from './value.ts'
import type { Read } from './ways.ts'

/** lru-cache with a fetch method. */
export function lruFetch(): Read {
  const cache = new LRUCache<string, object>({ max: 10_000, ttl: ttlMs, fetchMethod: async () => value() })
  return key => cache.fetch(key)
}

/** async-cache-dedupe in memory. */
export function asyncCacheDedupe(): Read {
  const options = { ttl: ttlMs / 1_000, storage: { type: 'memory' as const, options: { size: 10_000 } } }
  const cache = createDedupe(options).define('read', async (_key: string) => value())
  return key => cache.read(key)
}

/** cache-manager in memory. */
export function cacheManager(): Read {
  const cache = createCache({ ttl: ttlMs })
  return key => cache.wrap(key, async () => value())
}

/** cacheable in memory. */
export function cacheable(): Read {
  const cache = new Cacheable({ ttl: ttlMs })
  return key => cache.getOrSet(key, async () => value())
}

/** bentocache in memory. */
export function bento(serialize: boolean): Read {
  const memory = memoryDriver({ maxItems: keys.length * 2, serialize })
  const cache = new BentoCache({ default: 'read', stores: { read: bentostore().useL1Layer(memory) } })
  return key => cache.getOrSet({ key, ttl: ttlMs, factory: value })
}
