import type { FastifyRequest } from 'fastify'
import { staleReason, wantsNewValue, type Cache, type CacheServed, type CacheUser } from '../cache/service.ts'
import type { CacheContext, ContextCache } from '../cache/service.ts'
import { askedFor } from './request-params.ts'

/** The caches of one request, which note how old the values are that they gave. Its functions may be taken out of it. */
export class CallerCaches implements ContextCache {
  readonly #cache: Cache
  readonly #request: FastifyRequest
  readonly #routeId: string
  #public: ContextCache | undefined
  #own: ContextCache | undefined
  #served: CacheServed | undefined
  #isUsed = false

  /** @param routeId the path of the route, with its parameters by name */
  constructor(cache: Cache, request: FastifyRequest, routeId: string) {
    this.#cache = cache
    this.#request = request
    this.#routeId = routeId
  }

  /** How the value that says most was come by: the oldest of those that are too old, or else the last. */
  get served(): CacheServed | undefined {
    return this.#served
  }

  /** Whether there has been work for a cache, which others may be waiting for. */
  get isUsed(): boolean {
    return this.#isUsed
  }

  readonly publicCache: ContextCache['publicCache'] = (...call) => {
    this.#isUsed = true
    return this.#forAll.publicCache(...call)
  }
  readonly userCache: ContextCache['userCache'] = async (...call) => {
    this.#isUsed = true
    return this.#forUser.userCache(...call)
  }
  readonly clearUserCache: ContextCache['clearUserCache'] = async () => this.#forUser.clearUserCache()

  get #forUser(): ContextCache {
    return (this.#own ??= this.#open(this.#cache.userOf(this.#request)))
  }

  /** Whoever cannot be told who they are for the moment may still have what everybody has. */
  get #forAll(): ContextCache {
    if (this.#public) return this.#public
    try {
      this.#public = this.#forUser
    } catch {
      this.#public = this.#open(undefined)
    }
    return this.#public
  }

  #open(user: CacheUser | undefined): ContextCache {
    const context: CacheContext = {
      method: this.#request.method,
      routeId: this.#routeId,
      params: askedFor(this.#request),
      user,
      // Guests could keep an upstream busy by it.
      force: user !== undefined && wantsNewValue(this.#request),
      served: this.#note
    }
    return this.#cache.of(context)
  }

  readonly #note = (served: CacheServed): void => {
    const known = this.#served
    const isKnownOld = known !== undefined && staleReason(known.origin) !== undefined
    const isOld = staleReason(served.origin) !== undefined
    if (!isKnownOld || (isOld && served.ageMs > known.ageMs)) this.#served = served
  }
}
