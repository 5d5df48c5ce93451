import type { FastifyBaseLogger } from 'fastify'
import { randomUUID } from 'node:crypto'
import { STATUS_CODES, type IncomingMessage, type Server } from 'node:http'
import type { Socket } from 'node:net'
import type { Locale } from './api-error.ts'
import type { Dialect } from './dialects/dialect.ts'
import { httpEntry } from './http-statuses.ts'

export interface MalformedHttpOptions {
  readonly dialect: Dialect
  readonly locale: Locale
  readonly log: FastifyBaseLogger
}

/** What Node reports as `clientError`. */
interface ClientError extends Error {
  readonly code?: string
  readonly rawPacket?: Buffer
}

/** The shortest request line that servers must be able to read (RFC 9112 §3); a longer one is what broke the limit. */
const requestLineLimit = 8000

/**
 * Answers what is no readable HTTP, in the default dialect but always with the real status, and closes the
 * connection. Replaces Fastify's own listener.
 */
export function answerMalformedHttp(server: Server, options: MalformedHttpOptions): void {
  server.removeAllListeners('clientError')
  server.on('clientError', (error: ClientError, stream) => {
    const socket = stream as Socket
    if (error.code === 'ECONNRESET' || !socket.writable || isAnswering(socket)) {
      socket.destroy()
      return
    }
    refuse(socket, statusOf(error), options, error.code)
  })
  // What Node by itself answers with an empty body: an expectation that nobody meets, and (see `lacksHost`) no Host.
  server.on('checkExpectation', ({ socket }: IncomingMessage) => refuse(socket, 417, options))
  Reflect.set(server, 'requireHostHeader', false)
}

/** Whether a request has no `Host`, without which HTTP/1.1 is malformed (RFC 9112 §3.2). */
export function lacksHost({ headers, httpVersion }: IncomingMessage): boolean {
  return headers.host === undefined && httpVersion === '1.1'
}

function refuse(socket: Socket, status: number, options: MalformedHttpOptions, code?: string): void {
  const requestId = randomUUID()
  const entry = httpEntry(status)
  options.log.info({ key: entry.key, http: entry.http, reqId: requestId, code }, entry.title.en)
  socket.end(responseTo(entry.http, requestId, options), () => socket.destroy())
}

function statusOf({ code, rawPacket }: ClientError): number {
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return 408
  if (code === 'HPE_CHUNK_EXTENSIONS_OVERFLOW') return 413
  if (code === 'HPE_HEADER_OVERFLOW') return rawPacket && hasLongRequestLine(rawPacket) ? 414 : 431
  return 400
}

function hasLongRequestLine(packet: Buffer): boolean {
  const end = packet.indexOf('\r\n')
  return (
    /^[A-Z]+ /.test(packet.toString('latin1', 0, 16)) && (end === -1 ? packet.length : end) > requestLineLimit
  )
}

/** A response is on its way through the socket: another one would end up in the middle of it. */
function isAnswering(socket: Socket): boolean {
  const message: unknown = Reflect.get(socket, '_httpMessage')
  return Object(message).headersSent === true
}

function responseTo(status: number, requestId: string, { dialect, locale }: MalformedHttpOptions): string {
  const problem = {
    ok: false,
    entry: httpEntry(status),
    locale,
    fields: [],
    method: '',
    path: '',
    requestId
  } as const
  const body = JSON.stringify(dialect.body(problem))
  return [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    `Content-Type: ${dialect.mediaType}; charset=utf-8`,
    `Content-Length: ${Buffer.byteLength(body)}`,
    `Content-Language: ${locale}`,
    `X-Request-Id: ${requestId}`,
    'X-Content-Type-Options: nosniff',
    'Cache-Control: no-store',
    'Connection: close',
    '',
    body
  ].join('\r\n')
}
