import type { FastifyBaseLogger, FastifyReply, FastifyRequest } from 'fastify'
import type { Cache, CacheServed, ContextCache } from '../cache/service.ts'
import type { Http, HttpClient } from '../http-client/service.ts'
import type { Sessions, SessionUser } from '../sessions/service.ts'
import { CallerCaches } from './caller-caches.ts'
import { CallerHttp } from './caller-http.ts'
import { missingMember, type PluginMember } from './context-members.ts'
import { paramsOf } from './request-params.ts'

type Values = Readonly<Record<string, unknown>>

/** What contexts are made with. */
export interface ContextParts {
  readonly cache?: Cache | undefined
  readonly httpClient?: HttpClient | undefined
  readonly sessions?: Sessions | undefined
  readonly values: Values
}

/** The route that a context is for. */
export interface ContextRoute {
  readonly file: string
  /** As Fastify writes it. */
  readonly url: string
  /** The whole answer is cached: all of the work may be done for others as well. */
  readonly isCached: boolean
}

/**
 * What the functions of a route file work with. Nothing is made before it is read; functions may be taken out of it; `JSON`
 * and logs see nothing of it.
 */
export class RequestContext {
  readonly #parts: ContextParts
  readonly #route: ContextRoute
  readonly #request: FastifyRequest
  readonly #reply: FastifyReply
  #http: CallerHttp | undefined
  #caches: CallerCaches | undefined
  #log: FastifyBaseLogger | undefined
  #members: Map<string, unknown> | undefined

  constructor(parts: ContextParts, route: ContextRoute, request: FastifyRequest, reply: FastifyReply) {
    this.#parts = parts
    this.#route = route
    this.#request = request
    this.#reply = reply
  }

  /** How the cached values were come by that a context has given. */
  static served(context: RequestContext): CacheServed | undefined {
    return context.#caches?.served
  }

  /** A member that is made once a request. */
  static member(context: RequestContext, name: string, make: (context: RequestContext) => unknown): unknown {
    const members = (context.#members ??= new Map())
    if (!members.has(name)) members.set(name, make(context))
    return members.get(name)
  }

  get params(): Values {
    return paramsOf(this.#request)
  }

  get query(): Values {
    return this.#request.query as Values
  }

  get body(): unknown {
    return this.#request.body
  }

  get path(): Readonly<Record<string, string>> {
    return this.#request.params as Readonly<Record<string, string>>
  }

  get config(): Values {
    return this.#parts.values
  }

  get request(): FastifyRequest {
    return this.#request
  }

  get reply(): FastifyReply {
    return this.#reply
  }

  get log(): FastifyBaseLogger {
    return (this.#log ??= this.#request.log.child({ file: this.#route.file }))
  }

  get user(): SessionUser {
    return needed('user', this.#parts.sessions).userOf(this.#request)
  }

  get useAuthCookie(): () => Promise<void> {
    const sessions = needed('useAuthCookie', this.#parts.sessions)
    return async () => sessions.useAuthCookie(this.#request, this.http)
  }

  get http(): Http {
    return this.#client('http')
  }

  get get(): Http['get'] {
    return this.#client('get').get
  }

  get post(): Http['post'] {
    return this.#client('post').post
  }

  get put(): Http['put'] {
    return this.#client('put').put
  }

  get delete(): Http['delete'] {
    return this.#client('delete').delete
  }

  get guard(): Http['guard'] {
    return this.#client('guard').guard
  }

  get publicCache(): ContextCache['publicCache'] {
    return this.#cachesFor('publicCache').publicCache
  }

  get userCache(): ContextCache['userCache'] {
    return this.#cachesFor('userCache').userCache
  }

  get clearUserCache(): ContextCache['clearUserCache'] {
    return this.#cachesFor('clearUserCache').clearUserCache
  }

  #client(name: PluginMember): CallerHttp {
    if (this.#http) return this.#http
    const client = needed(name, this.#parts.httpClient).open({
      plugin: 'file-routes',
      route: this.#route.url
    })
    this.#http = new CallerHttp(client, this.#request, () => this.#isShared)
    return this.#http
  }

  #cachesFor(name: PluginMember): CallerCaches {
    if (this.#caches) return this.#caches
    const cache = needed(name, this.#parts.cache)
    this.#caches = new CallerCaches(cache, this.#request, this.#route.url)
    return this.#caches
  }

  /** Work for a cache cannot be told from other work: from the first on, all may be done for others as well. */
  get #isShared(): boolean {
    return this.#route.isCached || this.#caches?.isUsed === true
  }
}

function needed<T>(name: PluginMember, service: T | undefined): T {
  if (service === undefined) throw missingMember(name)
  return service
}
