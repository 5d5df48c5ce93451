import type { FastifyReply, FastifyRequest, RouteHandlerMethod } from 'fastify'
import { isResult, result, type ResultExtras } from '../api-error/service.ts'
import { staleReason } from './cache-headers.ts'
import { recordedReply, type ReplyRecord } from './recorded-reply.ts'
import type { CacheServed } from './service.ts'
import { refuseSingleUse } from './single-use.ts'

/** What a handler answered, as it is stored. */
export interface Answer extends ReplyRecord {
  readonly data?: unknown
  /** Bytes, where only text is kept. */
  readonly base64?: string
  readonly extras?: ResultExtras
}

/** How a handler is run. */
export interface Run {
  readonly handler: RouteHandlerMethod
  /** Of the handler. */
  readonly self: ThisParameterType<RouteHandlerMethod>
  readonly request: FastifyRequest
  /** For messages. */
  readonly route: string
  /** Bytes must be kept as text. */
  readonly asText: boolean
}

/**
 * Runs a handler apart from the answer of its request.
 * @throws what it throws
 * @throws {TypeError} when it sends its answer by itself, or returns what can be read only once
 */
export async function runApart({ handler, self, request, route, asText }: Run): Promise<Answer> {
  const { reply, record } = recordedReply(request, route)
  const value: unknown = await handler.call(self, request, reply)
  if (value === reply)
    throw new TypeError(`Route ${route} is cached: its handler returns the value, not the reply`)
  const { data, extras } = isResult(value) ? value : { data: value, extras: undefined }
  refuseSingleUse(data)
  const body =
    asText && data instanceof Uint8Array ? { base64: Buffer.from(data).toString('base64') } : { data }
  return { ...record, ...body, ...(extras && { extras }) }
}

/** Whether an answer may be stored: a success that says something. */
export function isStorable(answer: unknown): boolean {
  const { status, data, base64, extras } = answer as Answer
  const hasValue = data !== undefined || base64 !== undefined
  return hasValue && isSuccess(status) && isSuccess(extras?.status ?? 200)
}

/**
 * Gives an answer to a request: its status and headers go to the reply; returned is its value.
 * @param dialects whether somebody reads what is said about the value, old age for one
 */
export function giveAnswer(
  answer: Answer,
  reply: FastifyReply,
  served: CacheServed,
  dialects: boolean
): unknown {
  const { status, headers, base64, extras } = answer
  if (status !== 200) reply.code(status)
  reply.headers(headers)
  const data = base64 === undefined ? answer.data : Buffer.from(base64, 'base64')
  const reason = staleReason(served.origin)
  if (!dialects || (extras === undefined && reason === undefined)) return data
  return result(data, { ...extras, ...(reason && { stale: { ageMs: served.ageMs, reason } }) })
}

function isSuccess(status: number): boolean {
  return status >= 200 && status <= 299
}
