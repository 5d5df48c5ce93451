import type { FastifyRequest } from 'fastify'
import { service, type HistogramSnapshot } from '../../core/index.ts'
import type { FailureKind } from './failure-kind.ts'

export { cacheAge, cacheStatus, staleReason } from './cache-headers.ts'
export { failureKind, type FailureKind } from './failure-kind.ts'
export { wantsNewValue } from './wanted-value.ts'

/** Where the defaults of policies come from; `ws3-2018`: what WebService3 did. */
export type CachePreset = 'default' | 'ws3-2018'

/** `1h10m`, or whole milliseconds. */
export type CacheDuration = string | number

/** A policy with more to say than for how long a value is fresh. */
export interface CachePolicyOptions {
  /** For how long a value is fresh. As text it may end with `+`, and `off` or `0` is no caching at all. */
  readonly ttl: CacheDuration
  /** An old value is handed out at once, and renewed behind it; what a `+` at the end says. Default: false. */
  readonly lazy?: boolean
  /** For how long after that an old value may still serve, at most 7 d. Default: ten times `ttl`, at least 1 h. */
  readonly grace?: CacheDuration
  /** How long whoever reads an old value of a lazy policy waits for the new one. Default: 0. */
  readonly wait?: CacheDuration
  /** After which the work counts as failed; its result is still kept when it comes. Default: that of the settings. */
  readonly timeout?: CacheDuration
  /** How long an old value serves after a failure before the work is tried again. Default: 10 s. */
  readonly retryAfter?: CacheDuration
  /** The share of `ttl` that is taken off at random, 0–0.5, so that not all expire at once. Default: 0.1. */
  readonly jitter?: number
  /**
   * Renews a fresh value in the background, the likelier the closer its end and the longer the work takes (XFetch):
   * β, 0–10. Useful where several processes share values. Default: 0, never.
   */
  readonly early?: number
  /** Under which values can be cleared together: at most 16, each 1–128 visible ASCII characters. */
  readonly tags?: readonly string[]
  /** For how long a transient failure without any old value is remembered, at most 1 h. Default: not at all. */
  readonly negative?: CacheDuration
  /** Whether an old value stands in when renewing it fails. A lazy policy always does so. Default: true. */
  readonly swrErrors?: boolean
  /** Caches for request methods other than GET and HEAD as well. Default: false. */
  readonly anyMethod?: boolean
  /** Where the defaults come from. Default: the setting `preset`. */
  readonly preset?: CachePreset
}

/**
 * How long results are kept: `1h10m`, `0.1mo1.5d`, with a `+` at the end for a lazy one, `+` alone for `5s+`, `off` or
 * `0` for no caching. Units: ms, s, m, h, d, w, mo (30 d), y (360 d), each at most once.
 */
export type CachePolicy = string | CachePolicyOptions

/** What can be part of a key: what JSON can hold, and bigints. The order of properties does not count. */
export type CacheKeyPart =
  | string
  | number
  | bigint
  | boolean
  | null
  | undefined
  | readonly CacheKeyPart[]
  | { readonly [name: string]: CacheKeyPart }

/** A person whose results nobody else may have. */
export interface CacheUser {
  /** Who it is, the same in all sessions of the person. */
  readonly identity: string
  /** Encrypts and authenticates under a key that is the person's alone, bound to `aad`. AES-256-GCM or better. */
  seal(bytes: Uint8Array, aad: Uint8Array): Uint8Array
  /** @throws when the bytes are not what `seal` made of something with the same `aad` */
  open(bytes: Uint8Array, aad: Uint8Array): Uint8Array
  /** True: nothing is cached for this person (a super administrator sees everything as it is). */
  readonly uncached?: boolean
}

/** Where a value came from. */
export type CacheOrigin =
  | 'hit' // stored and fresh
  | 'miss' // there was none
  | 'expired' // the one there was is too old; the work was done
  | 'forced' // the caller wanted a new one
  | 'stale' // old; a lazy policy renews it in the background
  | 'stale-error' // old, because renewing it failed
  | 'bypass' // nothing was looked up or stored

/** How one value was come by. */
export interface CacheServed {
  readonly origin: CacheOrigin
  /** Somebody else had begun the work already. */
  readonly collapsed: boolean
  /** The result of the work was stored. */
  readonly stored: boolean
  /** Milliseconds since the value was made. */
  readonly ageMs: number
  /** Milliseconds for which it is fresh; negative: since when it is not. */
  readonly freshForMs: number
}

/** A request as far as a cache is concerned. */
export interface CacheContext {
  /** Methods other than GET and HEAD are not cached unless the policy says so. */
  readonly method: string
  /** Names the route, with a pattern for whatever varies: `/users/:id`. At most 512 characters. */
  readonly routeId: string
  /** The parameters, part of every key. */
  readonly params: unknown
  /** Absent: a guest. */
  readonly user?: CacheUser | undefined
  /** Does the work even though there is a fresh value, at most once a second a key. Who may ask is the caller's matter. */
  readonly force?: boolean
  /** Does the work and stores nothing. */
  readonly bypass?: boolean
  /** Told of every value, just before it is handed over. */
  readonly served?: (served: CacheServed) => void
}

/** `(…keys, policy, work)`. The work may run longer than the request: it must not use the request's answer. */
export type CacheCall<T> = [...keys: CacheKeyPart[], policy: CachePolicy, work: () => T | Promise<T>]

/**
 * The caches of one request. Keys are made of the method, the route, the parameters and `keys`. `undefined` is handed out,
 * but not stored; `null`, 0, '', false and [] are values like others.
 */
export interface ContextCache {
  /**
   * Results that everybody shares: deeply frozen copies of what the work returned. Instances of classes are not copied,
   * and nobody may change them.
   * @throws what the work throws, and what others who wait for it get as well
   * @throws {TypeError} for a policy that is none, or a key that has no JSON
   */
  publicCache<T>(...call: CacheCall<T>): Promise<T>
  /**
   * Results of the user alone, stored as ciphertext under the user's key. Each reader gets a copy of its own, of what JSON
   * makes of the value. Guests share theirs with each other, but not with `publicCache`.
   * @throws as {@link ContextCache.publicCache}
   */
  userCache<T>(...call: CacheCall<T>): Promise<T>
  /** Clears everything that `userCache` and routes of scope `user` hold for the user; of guests, nothing. */
  clearUserCache(): Promise<void>
}

/** What is to be known of a handle beyond its policy. */
export interface CacheDefineOptions<Args extends readonly unknown[]> {
  /** More tags, by the arguments. */
  readonly tags?: (key: string, ...args: Args) => readonly string[]
  /** Which failures are worth an old value. Default: {@link failureKind}. */
  readonly classify?: (error: unknown) => FailureKind
  /** False: never in the store that nodes share, for values that only mean something in this process. Default: true. */
  readonly shared?: boolean
}

/** Cached work under a name. */
export interface CacheHandle<T, Args extends readonly unknown[]> {
  /**
   * The value of `key`, of 0–4,096 characters: a deeply frozen copy of what the work returned, which all callers share.
   * @throws what the work throws, to everybody who waits for it
   * @throws {RangeError} for a longer key
   */
  (key: string, ...args: Args): Promise<T>
  /** Forgets one value, or all; what is under way is not stored. In this process it takes effect before it returns. */
  clear(key?: string): Promise<void>
  /** What is known of a key, without touching it. */
  explain(key: string): CacheExplanation
}

/** What a cache knows of one key. */
export interface CacheExplanation {
  /** The digest under which administration and the shared store know the key. */
  readonly id: string
  readonly state: 'absent' | 'fresh' | 'stale'
  readonly policy: string
  readonly inFlight: boolean
  /** The rest only where there is a value. Milliseconds since it was made, … */
  readonly ageMs?: number
  /** … for which it is fresh, negative when it is stale, … */
  readonly freshForMs?: number
  /** … and for which it may still serve. */
  readonly usableForMs?: number
  /** Milliseconds until the work is tried again after a failure; 0: at once. */
  readonly retryInMs?: number
  /** Failures since the value was made. */
  readonly failures?: number
  readonly bytes?: number
  readonly tags?: readonly string[]
}

/** What a cache counts. */
export interface CacheStats {
  readonly entries: number
  /** Estimated memory of the values and what belongs to them. */
  readonly bytes: number
  /** Work that somebody may be waiting for, and how much of it nobody does. */
  readonly inFlight: number
  readonly background: number
  /** Work that goes on although its time was up. */
  readonly late: number
  /** Monotonic counters by metric name: `hits_total`, `stale_error_total`, … */
  readonly counters: Readonly<Record<string, number>>
  /** The same by handle and route, those with most reads first, at most 1,000. */
  readonly sections: readonly { readonly name: string; readonly counters: Readonly<Record<string, number>> }[]
  /** Seconds that the work took, and how old stale values were when they were served. */
  readonly histograms: Readonly<Record<'fetch_seconds' | 'stale_age_seconds', HistogramSnapshot>>
}

/** What a route is cached by: `config: { cache: '1h+' }`, or this. */
export interface RouteCacheOptions {
  readonly policy: CachePolicy
  /** `user`: each has their own, encrypted. Default: `public`, everybody has the same. */
  readonly scope?: 'public' | 'user'
  /** Names of request headers that the answer depends on; part of the key and of `Vary`. At most 8. */
  readonly vary?: readonly string[]
  /** More tags, by the request. */
  readonly tags?: (request: FastifyRequest) => readonly string[]
  /** Who may force a new answer, by `Cache-Control: no-cache` or `Cache: update`. Default: `users`. */
  readonly refresh?: 'nobody' | 'users' | 'anyone'
  /** False: no `Cache-Control` is added. One that the handler sets always stands. Default: true. */
  readonly cacheControl?: boolean
  readonly classify?: (error: unknown) => FailureKind
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Caches the values of a GET or HEAD route, before a dialect renders them. The handler returns its value. */
    cache?: string | RouteCacheOptions
  }
}

/** Results of work that is slow or that fails at times, kept by policy. One job a key; its errors are shared. */
export interface Cache {
  /**
   * Names cached work, before the gateway is ready or later. Everything is decided here, so that a hit costs next to nothing.
   * @param name 1–64 characters, a letter first, then letters, digits and `-_.:`
   * @throws {TypeError} for a name that is taken or cannot be, or a policy that is none
   */
  define<T, Args extends unknown[]>(
    name: string,
    policy: CachePolicy,
    work: (key: string, ...args: Args) => T | Promise<T>,
    options?: CacheDefineOptions<Args>
  ): CacheHandle<T, Args>
  /** The caches of a request. */
  of(context: CacheContext): ContextCache
  /** Clears every value with this tag, on all nodes; what is under way for it is not stored. */
  clearTag(tag: string): Promise<void>
  /**
   * Tells who the user of a request is, for routes of scope `user`; `undefined`: a guest. Once, before the gateway is ready.
   * Where `sessions` is on, it has been done.
   * @throws {Error} when somebody does so already
   */
  identify(userOf: (request: FastifyRequest) => CacheUser | undefined): void
  /** The user of a request as the caches know them; `undefined`: a guest, or nobody tells who the users are. */
  userOf(request: FastifyRequest): CacheUser | undefined
  /** Clears everything that is held for a person, on all nodes. */
  clearUser(identity: string): Promise<void>
  stats(): CacheStats
}

export const Cache = service<Cache>('cache')
