import { LogController, type FastifyReply, type FastifyRequest } from 'fastify'
import { randomBytes } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { Logger } from 'pino'

/**
 * Is told of a request once its answer is out. `error`: why there was none, or why it was cut short. It must not throw.
 */
export type AnswerListener = (request: FastifyRequest, reply: FastifyReply, error: Error | undefined) => void

/** One line a request, written when it is answered. Headers, bodies and query strings are never logged. */
export class RequestLog extends LogController {
  readonly listeners: AnswerListener[] = []
  /** What went wrong before the answer was out, so that its one line can say it. */
  readonly #failures = new WeakMap<FastifyRequest, Error>()

  override incomingRequest(): void {}

  override routeNotFound(): void {}

  override defaultErrorLog(error: Error, request: FastifyRequest, reply: FastifyReply): void {
    if (reply.statusCode >= 500) this.#failures.set(request, error)
  }

  override serializerError(error: Error, request: FastifyRequest): void {
    this.#failures.set(request, error)
  }

  override writeHeadError(error: Error, request: FastifyRequest): void {
    this.#failures.set(request, error)
  }

  /** Once the headers are out, a failure ends the connection, and the request is never completed. */
  override streamError(error: NodeJS.ErrnoException, request: FastifyRequest, reply: FastifyReply): void {
    const clientLeft = error.code === 'ERR_STREAM_PREMATURE_CLOSE'
    this.requestCompleted(clientLeft ? null : error, request, reply)
  }

  override requestCompleted(given: Error | null, request: FastifyRequest, reply: FastifyReply): void {
    const error = given ?? this.#failures.get(request)
    for (const listener of this.listeners) listener(request, reply, error)
    const level = error ? 'error' : 'info'
    if (!(reply.log as Logger).isLevelEnabled(level)) return
    // Fastify builds this object anew at every access.
    const { url: route = null, config } = request.routeOptions
    const line = {
      method: request.method,
      route,
      status: reply.statusCode,
      ms: Math.round(reply.elapsedTime * 1000) / 1000,
      plugin: config.plugin
    }
    if (error) reply.log.error({ ...line, err: error }, 'request failed')
    else reply.log.info(line, 'request')
  }
}

const processPart = randomBytes(9).toString('base64url')
let count = 0

/**
 * The caller's `x-request-id` when it is harmless in logs and headers (letters, digits, `-_.=:`, at most 128), else a
 * new one: 72 random bits of this process and a counter, as unique as a UUID at a tenth of its cost.
 */
export function requestId(request: IncomingMessage): string {
  const given = request.headers['x-request-id']
  if (typeof given === 'string' && /^[\w\-.=:]{1,128}$/.test(given)) return given
  return `${processPart}-${(++count).toString(36)}`
}
