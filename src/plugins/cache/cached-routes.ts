import type { RouteHandlerMethod, RouteOptions } from 'fastify'
import type { App } from '../../core/index.ts'
import type { ApiErrors } from '../api-error/service.ts'
import { cachedRoute } from './cached-route.ts'
import type { LayeredCache } from './layered-cache.ts'
import { routeCaching } from './route-options.ts'

/** Caches the values of all routes with the option `cache` that are added from now on, inside of their dialects. */
export function cacheRoutes(app: App, cache: LayeredCache, errors: ApiErrors | undefined): void {
  const ofUsers: string[] = []
  const wrap = (route: RouteOptions): RouteHandlerMethod | undefined => {
    const caching = routeCaching(route, cache.core.policies)
    if (!caching) return undefined
    if (caching.scope === 'user') ofUsers.push(caching.routeId)
    const { handler, addHeaders, forget } = cachedRoute(cache, caching, {
      handler: route.handler,
      dialects: errors !== undefined
    })
    route.onSend = [...[route.onSend ?? []].flat(), addHeaders]
    route.onError = [forget, ...[route.onError ?? []].flat()]
    return handler
  }
  if (errors) errors.around(wrap)
  else app.addHook('onRoute', route => void (route.handler = wrap(route) ?? route.handler))
  app.addHook('onReady', async () => {
    if (ofUsers.length === 0 || cache.knowsUsers) return
    throw new TypeError(
      `Route ${ofUsers[0]} has cache.scope 'user', but no plugin tells the cache who the users are (Cache.identify)`
    )
  })
}
