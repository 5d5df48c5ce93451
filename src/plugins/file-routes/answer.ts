import type { FastifyReply, FastifyRequest } from 'fastify'
import { isResult, result } from '../api-error/service.ts'
import { cacheAge, cacheStatus, staleReason } from '../cache/service.ts'
import { mergedParamsOf, paramsOf } from './request-params.ts'
import { RequestContext } from './request-context.ts'
import type { Endpoint } from './route-file.ts'
import type { RouteContext } from './service.ts'

/** How functions are called, and what becomes of what they return. */
export interface AnswerOptions {
  /** The first argument has both, the body and the query. */
  readonly mergeParams: boolean
  /** Somebody reads what is said about a value, old age for one. */
  readonly dialects: boolean
}

/**
 * Calls the function of a route.
 * @throws whatever it throws
 */
export async function answer(
  { run, contextOf }: Endpoint,
  request: FastifyRequest,
  reply: FastifyReply,
  { mergeParams, dialects }: AnswerOptions
): Promise<unknown> {
  const context = contextOf(request, reply)
  const params = mergeParams ? mergedParamsOf(request) : paramsOf(request)
  const given = context as unknown as RouteContext
  const value: unknown = await run.call(given, params as never, given)
  const served = RequestContext.served(context)
  if (!served || value === reply || reply.sent) return value
  reply.header('cache-status', cacheStatus(served))
  const age = cacheAge(served)
  if (age !== undefined) reply.header('age', age)
  const reason = staleReason(served.origin)
  if (reason === undefined || !dialects) return value
  const stale = { ageMs: served.ageMs, reason }
  return isResult(value) ? result(value.data, { stale, ...value.extras }) : result(value, { stale })
}
