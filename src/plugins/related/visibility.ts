import findMyWay from 'find-my-way'
import type { FastifyRequest, RouteOptions } from 'fastify'
import type { TokenAuth } from '../token-auth/service.ts'
import type { Resource } from './fixed-resources.ts'
import { isForeign } from './resource-path.ts'
import { methodNames, methodsOf, type MethodName } from './route-meta.ts'

/** Leaves out of a resource what the caller may not call; `undefined`: nothing is left. */
export type Visible = (resource: Resource, request: FastifyRequest) => Resource | undefined

/** Shows everybody everything. */
export const showAll: Visible = resource => resource

/** Shows what `token-auth` permits the caller. Where it does not guard the route itself, every caller is a guest. */
export function showPermitted(tokenAuth: TokenAuth, routes: readonly RouteOptions[]): Visible {
  const patternOf = patternsOf(routes)
  return ({ path, methods }, request) => {
    if (isForeign(path)) return { path, methods }
    const principal = tokenAuth.principalOf(request)
    const isOpen = (name: MethodName): boolean => {
      const method = name.toUpperCase()
      return tokenAuth.mayCall(principal, method, patternOf(method, path))
    }
    const told = methodNames.filter(name => methods[name] !== undefined)
    const open = told.filter(isOpen)
    if (open.length === 0 && (told.length > 0 || !isOpen('get'))) return undefined
    return { path, methods: Object.fromEntries(open.map(name => [name, methods[name]])) }
  }
}

/** Finds the route that answers a path, as Fastify does; a path that no route answers is its own. */
function patternsOf(routes: readonly RouteOptions[]): (method: string, path: string) => string {
  const router = findMyWay()
  const added = new Set<string>()
  for (const route of routes)
    for (const method of methodsOf(route)) {
      const name = method.toUpperCase() as 'GET'
      // Routes for different hosts have one path.
      if (added.has(`${name} ${route.url}`)) continue
      added.add(`${name} ${route.url}`)
      router.on(name, route.url, () => undefined, route.url)
    }
  return (method, path) => {
    const found = router.find(method as 'GET', path.replace(/[?#].*$/s, ''))
    return typeof found?.store === 'string' ? found.store : path
  }
}
