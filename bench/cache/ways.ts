/** Reads a cached value by its key. */
export type Read = (key: string) => Promise<unknown>

/** What is compared, by name; each is loaded in a process of its own. */
export const ways = {
  /** What the limits refer to: `fetch` of lru-cache, a promise a hit and little else. */
  'lru-cache fetch': async (): Promise<Read> => (await import('./libraries.ts')).lruFetch(),
  /** The same once more: how far it is from the first is the noise. */
  control: async (): Promise<Read> => (await import('./libraries.ts')).lruFetch(),
  'async-cache-dedupe': async (): Promise<Read> => (await import('./libraries.ts')).asyncCacheDedupe(),
  'cache-manager wrap': async (): Promise<Read> => (await import('./libraries.ts')).cacheManager(),
  'cacheable getOrSet': async (): Promise<Read> => (await import('./libraries.ts')).cacheable(),
  'bentocache getOrSet': async (): Promise<Read> => (await import('./libraries.ts')).bento(true),
  'bentocache, serialize: false': async (): Promise<Read> => (await import('./libraries.ts')).bento(false),
  /** A handle of `Cache.define`. */
  define: async (): Promise<Read> => (await import('./paifang.ts')).defined(),
  /** `publicCache` on a new request context with new parameters each time. */
  publicCache: async (): Promise<Read> => (await import('./paifang.ts')).publicCache(),
  /** `userCache` of a value of 1 KiB, the same way. */
  userCache: async (): Promise<Read> => (await import('./paifang.ts')).userCache(),
  /** What of that is deciphering and parsing. */
  'decipher and parse': async (): Promise<Read> => (await import('./paifang.ts')).decipherAndParse()
}

export type WayName = keyof typeof ways
