import type { RouteOptions } from 'fastify'
import type { AddedRoute } from '../../core/index.ts'
import { routeText, type RouteText } from '../related/service.ts'
import { operationId } from './operation-id.ts'

/** One method of a route that is documented. */
export interface Operation extends AddedRoute {
  /** Unique. */
  readonly id: string
  /** `GET`. */
  readonly method: string
  /** As Fastify writes it, `/orders/:id`, without a trailing slash. */
  readonly url: string
  /** The plugin that has added the route. */
  readonly plugin: string
  /** What its `meta` says. */
  readonly text: RouteText | undefined
}

const documented = new Set(['GET', 'POST', 'PUT', 'PATCH', 'DELETE'])

/** What a route says of itself in its schema, as far as it matters whether it is documented. */
interface Told {
  readonly hide?: unknown
  readonly summary?: unknown
  readonly operationId?: unknown
}

/** An operation, with the id that its route gives, if it does. */
type Nameless = Omit<Operation, 'id'> & { readonly given: string | undefined }

/**
 * Chooses the routes that are documented, and gives each method an id: all but those that hide (`schema.hide`), raw ones
 * without a summary (sockets, files, callbacks), and those below the excluded paths.
 * @throws {TypeError} naming the route, when its `meta` is none
 * @throws {Error} naming both routes, when two have the same `schema.operationId`
 */
export function operationsOf(routes: readonly AddedRoute[], exclude: readonly string[]): Operation[] {
  const found = new Map<string, Nameless>()
  for (const route of routes) {
    const { options } = route
    // A parameter that may be missing is told as if it could not.
    const url = options.url.replace(/(?<=.)[/?]$/, '')
    if (!isDocumented(options) || exclude.some(prefix => isBelow(prefix, url))) continue
    const text = textOf(options)
    const plugin = options.config?.plugin ?? 'gateway'
    for (const method of methodsOf(options).filter(each => documented.has(each))) {
      // `/x/` is `/x`, and routes for several hosts are one.
      if (found.has(`${method} ${url}`)) continue
      found.set(`${method} ${url}`, { ...route, method, url, plugin, text, given: givenId(options, method) })
    }
  }
  return withIds([...found.values()])
}

function methodsOf({ method }: RouteOptions): string[] {
  return [method].flat().map(each => each.toUpperCase())
}

function isDocumented({ config, schema, ...options }: RouteOptions): boolean {
  const { hide, summary } = Object(schema) as Told
  if (hide === true || Reflect.get(options, 'websocket') === true) return false
  return config?.raw !== true || summary !== undefined || config.meta !== undefined
}

/** The id in the schema of a route; of several methods each has its own. */
function givenId(options: RouteOptions, method: string): string | undefined {
  const { operationId: given } = Object(options.schema) as Told
  if (typeof given !== 'string') return undefined
  return methodsOf(options).length > 1 ? `${given}-${method.toLowerCase()}` : given
}

/** Ids that routes give stand; those that are made give way to them and to each other by a number. */
function withIds(routes: readonly Nameless[]): Operation[] {
  const byId = new Map<string, string>()
  for (const { given, method, url } of routes) {
    if (given === undefined) continue
    const other = byId.get(given)
    if (other !== undefined)
      throw new Error(`${other} and ${method} ${url} both have the operationId '${given}'`)
    byId.set(given, `${method} ${url}`)
  }
  return routes.map(({ given, ...route }) => {
    if (given !== undefined) return { ...route, id: given }
    const { plugin, method, url } = route
    const made = operationId(plugin, method, url)
    let id = made
    for (let number = 2; byId.has(id); number++) id = `${made}${number}`
    byId.set(id, `${method} ${url}`)
    return { ...route, id }
  })
}

function textOf({ config, method, url }: RouteOptions): RouteText | undefined {
  const meta: unknown = config?.meta
  if (meta === undefined) return undefined
  try {
    if (typeof meta !== 'string') throw new TypeError('meta is a text')
    return routeText(meta)
  } catch (error) {
    throw new TypeError(`Route ${[method].flat().join(', ')} ${url}: ${(error as Error).message}`, {
      cause: error
    })
  }
}

function isBelow(prefix: string, url: string): boolean {
  const path = prefix.replace(/\/$/, '')
  return url === path || url.startsWith(`${path}/`)
}
