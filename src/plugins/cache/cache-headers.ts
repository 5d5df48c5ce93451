import type { FastifyReply, FastifyRequest } from 'fastify'
import type { RouteCaching } from './route-options.ts'
import type { CacheOrigin, CacheServed } from './service.ts'

const credentials = ['authorization', 'cookie', 'token']

/** How each origin reads in `Cache-Status` (RFC 9211). */
const ways: Readonly<Record<CacheOrigin, string>> = {
  hit: 'hit',
  miss: 'fwd=miss',
  expired: 'fwd=stale',
  forced: 'fwd=request',
  stale: 'hit',
  'stale-error': 'hit',
  bypass: 'fwd=bypass'
}

/** Why an old value was served; `undefined`: it was not old. */
export function staleReason(origin: CacheOrigin): string | undefined {
  if (origin === 'stale') return 'stale-while-revalidate'
  return origin === 'stale-error' ? 'stale-if-error' : undefined
}

/** The value of `Cache-Status` (RFC 9211): how the answer was come by, and for how many seconds it is fresh. */
export function cacheStatus({ origin, stored, collapsed, freshForMs }: CacheServed): string {
  const parts = ['paifang', ways[origin]]
  if (stored) parts.push('stored')
  if (collapsed && origin !== 'hit') parts.push('collapsed')
  if (stored || ways[origin] === 'hit') parts.push(`ttl=${Math.floor(freshForMs / 1_000)}`)
  const reason = staleReason(origin)
  if (reason !== undefined) parts.push(`detail=${reason}`)
  return parts.join('; ')
}

/** The value of `Age`, in seconds; `undefined` for a value that is not stored. */
export function cacheAge({ origin, stored, ageMs }: CacheServed): string | undefined {
  if (!stored && ways[origin] !== 'hit') return undefined
  return String(Math.max(0, Math.floor(ageMs / 1_000)))
}

/** Says on an answer how it was come by, how old it is, and for how long others may keep it. */
export function addCacheHeaders(
  request: FastifyRequest,
  reply: FastifyReply,
  served: CacheServed,
  caching: RouteCaching
): void {
  reply.header('cache-status', cacheStatus(served))
  for (const name of caching.vary) varyBy(reply, name)
  if (served.origin === 'bypass') return
  const age = cacheAge(served)
  if (age !== undefined) reply.header('age', age)
  if (!caching.cacheControl || reply.hasHeader('cache-control')) return
  if (caching.scope === 'user') reply.header('cache-control', 'private, no-store')
  else if (age !== undefined) reply.header('cache-control', cacheControl(request, served, caching))
}

/** RFC 9111 and RFC 5861. What came for somebody who showed credentials is not for a cache that others share. */
function cacheControl({ headers }: FastifyRequest, served: CacheServed, { policy }: RouteCaching): string {
  const isPersonal = credentials.some(name => headers[name] !== undefined)
  const graceSeconds = Math.floor(policy.graceMs / 1_000)
  const parts = [
    isPersonal ? 'private' : 'public',
    `max-age=${Math.max(0, Math.floor((served.ageMs + served.freshForMs) / 1_000))}`
  ]
  if (policy.lazy) parts.push(`stale-while-revalidate=${graceSeconds}`)
  if (policy.lazy || policy.swrErrors) parts.push(`stale-if-error=${graceSeconds}`)
  return parts.join(', ')
}

function varyBy(reply: FastifyReply, name: string): void {
  const present = String(reply.getHeader('vary') ?? '')
  const names = new Set(present.split(',').map(each => each.trim().toLowerCase()))
  if (names.has(name) || names.has('*')) return
  reply.header('vary', present === '' ? name : `${present}, ${name}`)
}
