import type { FastifyContextConfig, RouteOptions } from 'fastify'
import { endpointId, isEndpointId } from './endpoint-id.ts'
import type { Endpoint } from './service.ts'

type Declared = Pick<FastifyContextConfig, 'auth' | 'endpoint' | 'authorize'>

/** A guarded route, and what is asked of who calls it. */
export interface Guarded extends Endpoint {
  readonly authorize?: NonNullable<Declared['authorize']>
}

const rulesKey = Symbol('what is asked of callers, by method')

declare module 'fastify' {
  interface FastifyContextConfig {
    [rulesKey]?: Readonly<Record<string, Guarded | undefined>>
  }
}

const ways = new Set<unknown>(['public', 'optional', 'required'])

/** Which routes are guarded: those that say so, and those below the prefixes of the settings. */
export class Endpoints {
  readonly #prefixes: readonly string[]
  readonly #guarded = new Map<string, Guarded>()
  /** Routes that were looked at, by method and path; `undefined`: not guarded. */
  readonly #seen = new Map<string, Guarded | undefined>()

  constructor(prefixes: readonly string[]) {
    this.#prefixes = prefixes.map(prefix => prefix.replace(/\/+$/, ''))
  }

  /**
   * Notes a route that is added.
   * @throws {TypeError} when it declares something that there is not
   */
  note(route: Pick<RouteOptions, 'method' | 'url' | 'config'>): void {
    const { url, config = {} } = route
    const rules = [route.method].flat().map(method => [method, this.#look(method, url, config)])
    // Two routes may have one path, for different hosts.
    route.config = { ...config, [rulesKey]: Object.fromEntries(rules) }
  }

  /** What is asked of who calls a route. Routes that were added before any were noted are looked at now. */
  of(method: string, url: string, config: FastifyContextConfig = {}): Guarded | undefined {
    const rules = config[rulesKey]
    if (rules) return rules[method]
    const key = `${method} ${url}`
    return this.#seen.has(key) ? this.#seen.get(key) : this.#look(method, url, config)
  }

  /** As {@link Endpoints.of}, for paths that callers make up: nothing is kept of them. */
  find(method: string, url: string): Guarded | undefined {
    const key = `${method} ${url}`
    return this.#seen.has(key) ? this.#seen.get(key) : this.#guard(method, url, {})
  }

  /** All guarded routes. HEAD goes with GET. */
  list(): readonly Guarded[] {
    return [...this.#guarded.values()]
  }

  /** Ids that two routes have which a scope should tell apart, with the routes. */
  clashes(): string[] {
    const byId = new Map<string, string[]>()
    for (const { id, auth, method, url } of this.list())
      if (auth === 'required') byId.set(id, [...(byId.get(id) ?? []), `${method} ${url}`])
    return [...byId]
      .filter(([, routes]) => routes.length > 1)
      .map(([id, routes]) => `${routes.join(' and ')} are both '${id}': set config.endpoint of one`)
  }

  #look(given: string, url: string, config: Declared): Guarded | undefined {
    const method = given === 'HEAD' ? 'GET' : given
    const guarded = this.#guard(method, url, config)
    this.#seen.set(`${given} ${url}`, guarded)
    // `/x` and `/x/` are one endpoint, and so are versions of a route for several hosts.
    if (guarded) this.#guarded.set(`${method} ${url.replace(/(?<=.)\/$/, '')}`, guarded)
    return guarded
  }

  #guard(method: string, url: string, { auth, endpoint, authorize }: Declared): Guarded | undefined {
    const route = `${method} ${url}`
    if (auth !== undefined && !ways.has(auth)) throw new TypeError(`${route}: there is no auth '${auth}'`)
    if (endpoint !== undefined && !isEndpointId(endpoint))
      throw new TypeError(`${route}: '${endpoint}' is no endpoint; write it like v1.order+get`)
    // A preflight carries no token.
    const byPrefix = method !== 'OPTIONS' && this.#prefixes.some(prefix => isBelow(prefix, url))
    if (auth === undefined && !byPrefix) return undefined
    const id = endpoint ?? endpointId(method, url)
    return { id, method, url, auth: auth ?? 'required', ...(authorize && { authorize }) }
  }
}

function isBelow(prefix: string, url: string): boolean {
  return url === prefix || url.startsWith(`${prefix}/`)
}
