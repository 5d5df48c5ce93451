import type { FastifyRequest, onErrorHookHandler, onSendHookHandler, RouteHandlerMethod } from 'fastify'
import { giveAnswer, isStorable, runApart, type Answer } from './answer.ts'
import { Ask } from './ask.ts'
import { boxOf } from './box.ts'
import { addCacheHeaders } from './cache-headers.ts'
import { digestOf, keyText } from './key-text.ts'
import type { LayeredCache } from './layered-cache.ts'
import { personTag } from './person.ts'
import type { RouteCaching } from './route-options.ts'
import type { CacheUser, CacheServed } from './service.ts'
import { wantsNewValue } from './wanted-value.ts'

/** What stands in for the handler of a route, and what its answers need beside. */
export interface CachedRoute {
  readonly handler: RouteHandlerMethod
  /** Tells on an answer how it was come by. */
  readonly addHeaders: onSendHookHandler
  /** A failure to write an answer is not what was cached. */
  readonly forget: onErrorHookHandler
}

const bypassed: CacheServed = { origin: 'bypass', collapsed: false, stored: false, ageMs: 0, freshForMs: 0 }

/**
 * Caches one route. The key is made of its parameters, its query and the headers that it varies by, and of the user.
 * @param dialects whether a dialect renders the values
 */
export function cachedRoute(
  cache: LayeredCache,
  caching: RouteCaching,
  { handler, dialects }: { readonly handler: RouteHandlerMethod; readonly dialects: boolean }
): CachedRoute {
  const { sections, engine } = cache.core
  const { routeId, policy, classify, vary } = caching
  const servedOf = new WeakMap<FastifyRequest, CacheServed>()

  const placeOf = (
    request: FastifyRequest,
    user: CacheUser | undefined
  ): Pick<Ask, 'section' | 'key' | 'box'> => {
    const headers = vary.map(name => request.headers[name])
    const text = keyText(['route', request.params, request.query, ...headers])
    if (caching.scope === 'public')
      return { section: sections.of('public', routeId), key: digestOf(text), box: undefined }
    if (!user) return { section: sections.of('guest', routeId), key: digestOf(text), box: undefined }
    const section = sections.of('user', routeId)
    const key = digestOf(personTag(user) + text)
    return { section, key, box: boxOf(user, section.idOf(key)) }
  }

  return {
    handler(request, reply) {
      const wantsNew = wantsNewValue(request)
      const mayMatter = caching.scope === 'user' || wantsNew
      const user = mayMatter ? cache.userOf(request) : undefined
      if (policy.off || user?.uncached) {
        const section = sections.of(caching.scope, routeId)
        section.counts.bypass++
        engine.told?.(section, 'bypass')
        servedOf.set(request, bypassed)
        return handler.call(this, request, reply)
      }
      const place = placeOf(request, user)
      const asText = place.box !== undefined || place.section.shared
      let served = bypassed
      const read = engine.read(
        new Ask({
          ...place,
          digest: place.key,
          policy,
          classify,
          run: () => runApart({ handler, self: this, request, route: routeId, asText }),
          tags: () => [...caching.tags(request), ...(place.box && user ? [personTag(user)] : [])],
          force: wantsNew && mayForce(caching, user),
          served: how => (served = how),
          keep: isStorable
        })
      )
      return read.then(answer => {
        servedOf.set(request, served)
        return giveAnswer(answer as Answer, reply, served, dialects)
      })
    },
    addHeaders(request, reply, payload, done) {
      const served = servedOf.get(request)
      if (served) addCacheHeaders(request, reply, served, caching)
      done(null, payload)
    },
    forget(request, _reply, _error, done) {
      servedOf.delete(request)
      done()
    }
  }
}

function mayForce({ refresh }: RouteCaching, user: CacheUser | undefined): boolean {
  return refresh === 'anyone' || (refresh === 'users' && user !== undefined)
}
