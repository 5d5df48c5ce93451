import type { FastifyReply, FastifyRequest } from 'fastify'
import { ApiError } from '../api-error/service.ts'
import { encodeBlock } from './encoder.ts'
import { Errors } from './errors.ts'
import { acceptsEventStream, sendRetry } from './response.ts'

/** What stands in the way of a stream. `behind`: events may not reach this node just now. */
export type Refusal = 'global' | 'ip' | 'principal' | 'topic' | 'draining' | 'pipelined' | 'behind'

/**
 * Tells somebody to come back. A native EventSource gives up for good at any status but 200, so it gets an empty
 * stream that says when.
 * @throws {ApiError} `sse.too_many` or `sse.busy` for clients that do not ask for an event stream
 */
export function refuse(
  request: FastifyRequest,
  reply: FastifyReply,
  refusal: Refusal,
  retryMs: number
): void {
  if (acceptsEventStream(request)) return sendRetry(reply, encodeBlock({ retry: retryMs }))
  const entry = refusal === 'ip' || refusal === 'principal' ? Errors['sse.too_many'] : Errors['sse.busy']
  throw new ApiError(entry, { retryAfter: Math.ceil(retryMs / 1000) })
}
