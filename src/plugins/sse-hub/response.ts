import type { FastifyReply, FastifyRequest } from 'fastify'
import type { ServerResponse } from 'node:http'
import type { Http2ServerResponse } from 'node:http2'
import { Socket } from 'node:net'
import type { Writable } from 'node:stream'

/** A response whose head is out. */
export interface OpenResponse {
  readonly raw: ServerResponse | Http2ServerResponse
  /** Takes the body. Written to directly, it costs a third less than through the response. */
  readonly out: Writable
}

/** Headers of a body that will not be sent, or of the connection. */
const dropped = new Set([
  'content-length',
  'content-encoding',
  'transfer-encoding',
  'connection',
  'keep-alive'
])

/**
 * Takes a reply over, to be answered with an event stream. Headers that hooks have set (CORS, cookies) stay; those that
 * are set when a reply is sent cannot be.
 * @throws {TypeError} for a header that cannot be sent
 */
export function takeOver(reply: FastifyReply): OpenResponse['raw'] {
  const raw: OpenResponse['raw'] = reply.raw
  // What cannot be sent throws here, while Fastify still answers.
  for (const [name, value] of Object.entries(reply.getHeaders()))
    if (value !== undefined && !dropped.has(name)) raw.setHeader(name, value)
  raw.setHeader('content-type', 'text/event-stream; charset=utf-8')
  // `no-transform` keeps proxies from compressing, and thereby holding back.
  raw.setHeader('cache-control', 'no-cache, no-transform')
  raw.setHeader('x-accel-buffering', 'no')
  reply.hijack()
  return raw
}

/**
 * Sends the head and the first bytes of an event stream at once: browsers tell scripts of an open stream only then.
 *
 * On HTTP/1 the body ends with the connection (RFC 9112 §6.3 rule 8) instead of being chunked: so the bytes of an
 * event are the same for all readers, whatever protocol they speak.
 */
export function openBody(
  raw: OpenResponse['raw'],
  { raw: request }: FastifyRequest,
  first: string
): OpenResponse {
  if (request.httpVersionMajor === 1) {
    raw.setHeader('connection', 'close')
    raw.removeHeader('transfer-encoding')
    keepOpen(request.socket)
  }
  raw.statusCode = 200
  ;(raw as ServerResponse).write(first)
  return { raw, out: bodyOf(raw, request.socket) }
}

/** Answers with a stream that says when to come back, and is over. A native EventSource gives up at any other answer. */
export function sendRetry(reply: FastifyReply, body: string): void {
  const raw = takeOver(reply)
  raw.statusCode = 200
  raw.setHeader('content-length', Buffer.byteLength(body))
  raw.end(body)
}

/** Answers `HEAD` as `GET` would be. */
export function sendHead(reply: FastifyReply): void {
  const raw = takeOver(reply)
  raw.statusCode = 200
  raw.end()
}

/** Nothing of HTTP's may end the connection for being quiet, and nothing may hold small events back. */
function keepOpen(socket: Socket): void {
  if (!(socket instanceof Socket)) return
  socket.setTimeout(0)
  socket.setNoDelay(true)
}

/** What the body is written to; `inject` has no connection. */
function bodyOf(raw: OpenResponse['raw'], connection: Socket): Writable {
  if ('stream' in raw) return raw.stream
  return connection instanceof Socket ? connection : raw
}

/**
 * Whether the connection belongs to an earlier response still: the request was pipelined, and its answer may have to
 * wait for ever. No browser does that.
 */
export function isQueued({ raw }: FastifyRequest, reply: FastifyReply): boolean {
  return raw.httpVersionMajor === 1 && raw.socket instanceof Socket && reply.raw.socket !== raw.socket
}

/** Whether nobody is left to answer. */
export function isGone({ raw }: FastifyRequest, reply: FastifyReply): boolean {
  const { destroyed, stream } = reply.raw as { destroyed?: boolean; stream?: { destroyed: boolean } }
  return destroyed === true || (stream ? stream.destroyed : raw.socket.destroyed)
}

/** Whether a client takes event streams, as a native EventSource says that it does. */
export function acceptsEventStream({ headers }: FastifyRequest): boolean {
  return (headers.accept ?? '').toLowerCase().includes('text/event-stream')
}
