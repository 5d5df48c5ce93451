import type { FastifyReply, FastifyRequest, RouteHandlerMethod, RouteOptions } from 'fastify'
import { ApiError } from './api-error.ts'
import type { Success } from './dialects/outcome.ts'
import { Errors } from './errors.ts'
import { addHeaders, relatedOf } from './related.ts'
import { isResult, type ResultExtras } from './result.ts'
import { varyByAccept, type Choice, type Selection } from './selection.ts'
import type { RelatedSource, ValueTransform } from './service.ts'

export interface WrapOptions {
  readonly selection: Selection
  readonly transforms: readonly ValueTransform[]
  readonly sources: readonly RelatedSource[]
  /** Name the dialect in `X-Dialect`. */
  readonly debug: boolean
}

const jsonType = /^application\/(?:[\w.-]+\+)?json\b/i

/**
 * A handler whose value is rendered in the route's dialect. What the original sends by itself (`reply.send`, a
 * hijacked reply) is left alone, and so are streams, bytes, Responses, answers that are not a success with a body
 * and answers with a Content-Type that is not JSON.
 */
export function wrapHandler(route: RouteOptions, choice: Choice, options: WrapOptions): RouteHandlerMethod {
  const { handler, config, schema } = route
  const { selection, transforms, sources, debug } = options
  const raw = config?.raw === true
  const shaped = schema !== undefined && Object(schema).response !== undefined

  function settle(value: unknown, request: FastifyRequest, reply: FastifyReply): unknown {
    if (reply.sent || reply.raw.headersSent) return value
    const { data, extras } = isResult(value) ? value : { data: value, extras: undefined }
    const transformed = transforms.reduce<unknown>(
      (current, transform) =>
        isThenable(current)
          ? current.then(settled => transform(settled, request, reply))
          : transform(current, request, reply),
      data
    )
    if (!isThenable(transformed)) return render(transformed, transformed !== data, extras, request, reply)
    return transformed.then(sealed => render(sealed, sealed !== data, extras, request, reply))
  }

  function render(
    data: unknown,
    replaced: boolean,
    extras: ResultExtras | undefined,
    request: FastifyRequest,
    reply: FastifyReply
  ): unknown {
    if (extras?.status !== undefined) reply.code(extras.status)
    if (raw || isOpaque(data) || !isPlainSuccess(reply)) return data
    const dialect = choice.negotiable ? selection.pick(choice, request.headers.accept) : choice.dialect
    if (dialect.refuses?.(data))
      throw new ApiError(Errors['resource.not_found'], { related: extras?.related ?? [] })
    if (choice.negotiable) varyByAccept(reply)
    if (debug) reply.header('x-dialect', dialect.name)
    const related = relatedOf(request, sources, extras?.related)
    const isBare = extras === undefined && related.length === 0
    if (isBare && dialect.dataKey === undefined) return data
    const outcome: Success = {
      ok: true,
      data,
      status: reply.statusCode,
      url: request.url,
      ...extras,
      related
    }
    if (!isBare) addHeaders(reply, dialect, outcome)
    if (dialect.dataKey === undefined) return data
    const serialize = shaped && !replaced ? dataSerializer(reply) : undefined
    reply
      .serializer(serialize ? bodySerializer(dialect.dataKey, serialize) : JSON.stringify)
      .type('application/json; charset=utf-8')
      .code(dialect.status(outcome))
    return dialect.body(outcome)
  }

  return function wrapped(request, reply) {
    const value: unknown = handler.call(this, request, reply)
    if (value === undefined || value === reply) return value
    if (!isThenable(value)) return settle(value, request, reply)
    return value.then(settled => settle(settled, request, reply))
  }
}

/** The function that Fastify compiled from the route's response schema for the status that the handler chose. */
function dataSerializer(reply: FastifyReply): ((data: unknown) => string) | undefined {
  const status = String(reply.statusCode)
  for (const key of [status, `${status[0]}xx`, 'default']) {
    const compiled: unknown = reply.getSerializationFunction(key)
    if (typeof compiled === 'function') return compiled as (data: unknown) => string
    const byType: unknown = compiled && reply.getSerializationFunction(key, 'application/json')
    if (typeof byType === 'function') return byType as (data: unknown) => string
  }
  return undefined
}

/** Writes a body whose member `dataKey` goes through `serialize`. */
function bodySerializer(dataKey: string, serialize: (data: unknown) => string) {
  return (body: Readonly<Record<string, unknown>>): string => {
    let text = ''
    for (const [key, value] of Object.entries(body)) {
      const member = key === dataKey && value !== null ? serialize(value) : JSON.stringify(value)
      text += `${text === '' ? '{' : ','}"${key}":${member}`
    }
    return `${text}}`
  }
}

function isPlainSuccess(reply: FastifyReply): boolean {
  const { statusCode } = reply
  if (statusCode < 200 || statusCode > 299 || statusCode === 204 || statusCode === 205) return false
  const type = reply.getHeader('content-type')
  return typeof type !== 'string' || jsonType.test(type)
}

/** Streams, bytes and Responses, which Fastify sends as they are. */
function isOpaque(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false
  return (
    ArrayBuffer.isView(value) ||
    Object.prototype.toString.call(value) === '[object Response]' ||
    ('pipe' in value && typeof value.pipe === 'function') ||
    ('getReader' in value && typeof value.getReader === 'function')
  )
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function'
}
