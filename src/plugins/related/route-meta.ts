import type { RouteOptions } from 'fastify'
import { routeText } from './route-text.ts'
import type { RelatedMethods } from './service.ts'

/** The methods that resources tell of. */
export const methodNames = ['get', 'post', 'put', 'patch', 'delete'] as const
export type MethodName = (typeof methodNames)[number]

/** Texts by path of the route, without a trailing slash; the root is `/`. */
export type RouteMeta = ReadonlyMap<string, RelatedMethods>

/**
 * Collects `config.meta` of all routes.
 * @throws {TypeError} naming the route and what is wrong with its text
 */
export function metaOfRoutes(routes: readonly RouteOptions[]): RouteMeta {
  const meta = new Map<string, Partial<Record<MethodName, string>>>()
  for (const route of routes) {
    const text: unknown = route.config?.meta
    if (text === undefined) continue
    checkText(route, text)
    const path = withoutSlash(route.url)
    for (const method of methodsOf(route)) meta.set(path, { ...meta.get(path), [method]: text })
  }
  return meta
}

/** A path without its trailing slash. */
export function withoutSlash(path: string): string {
  return path.replace(/(?<=.)\/$/, '')
}

/** How messages name a route. */
export function nameOf({ method, url }: RouteOptions): string {
  return `Route ${[method].flat().join(', ')} ${url}`
}

/** Those of the methods that a route answers. */
export function methodsOf({ method }: RouteOptions): MethodName[] {
  const own = new Set([method].flat().map(each => each.toLowerCase()))
  return methodNames.filter(name => own.has(name))
}

function checkText(route: RouteOptions, text: unknown): asserts text is string {
  if (typeof text !== 'string') throw new TypeError(`${nameOf(route)}: meta is a text`)
  try {
    routeText(text)
  } catch (error) {
    throw new TypeError(`${nameOf(route)}: ${(error as Error).message}`, { cause: error })
  }
}
