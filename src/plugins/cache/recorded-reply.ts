import type { FastifyReply, FastifyRequest } from 'fastify'

type HeaderValue = number | string | string[]

/** What a handler said about its answer beside the value. */
export interface ReplyRecord {
  /** 200 where the handler chose none. */
  status: number
  /** By name in lower case. */
  readonly headers: Record<string, HeaderValue>
}

/**
 * Stands in for the reply of a request whose handler may run longer than it, or for others as well: keeps the status and the
 * headers. What sends, ends or takes over an answer, or sets a cookie, throws a TypeError.
 */
export function recordedReply(
  request: FastifyRequest,
  route: string
): { readonly reply: FastifyReply; readonly record: ReplyRecord } {
  const record: ReplyRecord = { status: 200, headers: {} }
  const { headers } = record
  const set = (name: string, value: HeaderValue = ''): FastifyReply => {
    const lower = name.toLowerCase()
    // It would be handed to everybody who gets the value.
    if (lower === 'set-cookie') throw new TypeError(`Route ${route} is cached: its handler sets no cookies`)
    headers[lower] = value
    return reply
  }
  const status = (code: number): FastifyReply => {
    record.status = code
    return reply
  }
  const members = {
    request,
    server: request.server,
    log: request.log,
    sent: false,
    get statusCode() {
      return record.status
    },
    set statusCode(code: number) {
      record.status = code
    },
    status,
    code: status,
    header: set,
    headers(values: Readonly<Record<string, HeaderValue>>) {
      for (const [name, value] of Object.entries(values)) set(name, value)
      return reply
    },
    type: (value: string) => set('content-type', value),
    getHeader: (name: string) => headers[name.toLowerCase()],
    getHeaders: () => ({ ...headers }),
    hasHeader: (name: string) => Object.hasOwn(headers, name.toLowerCase()),
    removeHeader(name: string) {
      delete headers[name.toLowerCase()]
      return reply
    }
  }
  const refuse = (name: string | symbol): never => {
    throw new TypeError(
      `Route ${route} is cached: its handler returns the value, and has no reply.${String(name)}`
    )
  }
  const reply = new Proxy(members as unknown as FastifyReply, {
    get(target, name, receiver) {
      // Promises, loggers and assertions look at these of anything.
      if (name in target || typeof name === 'symbol' || name === 'then' || name === 'toJSON')
        return Reflect.get(target, name, receiver) as unknown
      return refuse(name)
    },
    set: (target, name, value) => (name === 'statusCode' ? Reflect.set(target, name, value) : refuse(name))
  })
  return { reply, record }
}
