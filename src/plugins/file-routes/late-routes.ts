import FindMyWay, { type HTTPMethod } from 'find-my-way'
import type { FastifyReply, FastifyRequest, RouteOptions } from 'fastify'
import type { IncomingMessage } from 'node:http'
import type { App } from '../../core/index.ts'
import { optionsFor, type RouteParts } from './add-route.ts'
import { LiveRoute } from './live-route.ts'
import type { Endpoint, RouteFile } from './route-file.ts'

/** The name of the constraint by which the route that stands in for others is taken for them alone. */
const constraint = 'lateFileRoutes'

type Router = FindMyWay.Instance<FindMyWay.HTTPVersion.V1>

/**
 * Files that came while the gateway was running, when Fastify adds no routes any more. One route stands in for all of them,
 * and is there for their paths alone.
 */
export class LateRoutes {
  readonly #methods: HTTPMethod[]
  #router: Router
  #urls: readonly string[] = []

  /** Adds the route that stands in. */
  constructor(app: App, parts: RouteParts) {
    this.#methods = app.supportedMethods as HTTPMethod[]
    this.#router = FindMyWay()
    app.addConstraintStrategy({
      name: constraint,
      storage: () => new Map<unknown, never>() as never,
      validate: () => undefined,
      deriveConstraint: ({ method = '', url = '' }: IncomingMessage) =>
        this.#urls.length > 0 && this.#find(method, url) ? 'late' : undefined
    })
    const find = (request: FastifyRequest, reply: FastifyReply): Endpoint => this.#endpointFor(request, reply)
    app.route({
      ...optionsFor(find, parts),
      url: '/*',
      method: this.#methods,
      constraints: { [constraint]: 'late' },
      schema: { hide: true }
    } as RouteOptions)
  }

  /** Serves these, and no others any more. */
  exchange(files: readonly RouteFile[]): void {
    const router = FindMyWay()
    for (const { urls, endpoints } of files)
      for (const url of urls) router.on(this.#methods, url, () => undefined, new LiveRoute(url, endpoints))
    this.#urls = files.flatMap(({ urls }) => urls)
    this.#router = router
  }

  #find(method: string, url: string): ReturnType<Router['find']> {
    return this.#router.find(method as HTTPMethod, url)
  }

  #endpointFor(request: FastifyRequest, reply: FastifyReply): Endpoint {
    const found = this.#find(request.method, request.url)
    const route = found ? (found.store as LiveRoute) : new LiveRoute(request.url, new Map())
    const endpoint = route.endpointFor(request, reply)
    // Fastify takes the whole path for the one parameter of the route that stands in.
    request.params = found?.params
    return endpoint
  }
}
