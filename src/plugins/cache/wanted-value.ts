import type { FastifyRequest } from 'fastify'

/**
 * Whether the caller asks for a new value, by `Cache-Control: no-cache` or, as clients of WebService3 do, by
 * `Cache: update`. Whether they get it is another matter.
 */
export function wantsNewValue({ headers }: Pick<FastifyRequest, 'headers'>): boolean {
  if (headers['cache'] === 'update') return true
  const directives = headers['cache-control']?.toLowerCase().split(',') ?? []
  return directives.some(directive => directive.trim() === 'no-cache')
}
