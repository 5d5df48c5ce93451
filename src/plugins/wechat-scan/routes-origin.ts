import type { FastifyReply, FastifyRequest } from 'fastify'
import { ApiError } from '../api-error/service.ts'
import type { SettingProblem } from '../../core/index.ts'
import { Errors } from './errors.ts'

/**
 * An `onRequest` hook: pages of other sites get in only where they are named, and then with cookies. Whoever sends no
 * `Origin` is no page of another site: browsers send it with every POST, and with all that a script may read.
 */
export function originRule(origins: readonly string[]) {
  const named = new Set(origins)
  return async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    if (named.size > 0) reply.header('vary', 'Origin')
    const { origin } = request.headers
    if (origin === undefined) return
    if (named.has(origin))
      reply.headers({
        'access-control-allow-origin': origin,
        'access-control-allow-credentials': 'true',
        'access-control-expose-headers': 'Retry-After'
      })
    else if (!isSameHost(origin, request.host)) throw new ApiError(Errors['scan.origin_refused'])
  }
}

/** Answers the question of a browser whether a named origin may send a request. */
export async function answerPreflight(_request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const allowed = {
    'access-control-allow-methods': 'GET, POST',
    'access-control-allow-headers': 'Content-Type, Last-Event-ID',
    'access-control-max-age': '600'
  }
  return reply.headers(allowed).code(204).send()
}

/** What is wrong with the origins in the settings. */
export function originProblems(origins: readonly string[]): SettingProblem[] {
  return origins.flatMap((origin, index) => {
    if (URL.canParse(origin) && new URL(origin).origin === origin) return []
    const hint = 'write scheme, host and port alone: https://portal.example.com'
    return [{ path: ['origins', String(index)], message: `'${origin}' is not an origin`, hint }]
  })
}

/** Compares hosts alone: behind a TLS proxy the gateway does not know its own scheme. Default ports count as absent. */
function isSameHost(origin: string, requested: string): boolean {
  if (!URL.canParse(origin)) return false
  const { protocol, host } = new URL(origin)
  const own = `${protocol}//${requested}`
  return URL.canParse(own) && new URL(own).host === host
}
