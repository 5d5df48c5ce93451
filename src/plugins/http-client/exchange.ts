import type { IncomingHttpHeaders } from 'node:http'
import { Readable } from 'node:stream'
import { targetOf } from '../../core/index.ts'
import { ConnectFailure } from './connect-failure.ts'
import type { Connections } from './connections.ts'
import { BodyError } from './response-body.ts'
import { UpstreamError } from './upstream-error.ts'

/** A request as it leaves: no redirects, no cookies but those in its headers. */
export interface Outgoing {
  readonly method: string
  readonly url: URL
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array | AsyncIterable<Uint8Array> | undefined
}

/** An answer as it comes. */
export interface Incoming {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: AsyncIterable<Uint8Array>
  /** Lets go of the body. Never rejects. */
  discard(): Promise<void>
}

/**
 * Makes one request.
 * @param signal its reason is what the request rejects with when it aborts
 * @throws {UpstreamError} when no answer begins
 */
export type Exchange = (outgoing: Outgoing, signal: AbortSignal) => Promise<Incoming>

/** What is read of a body that nobody wants, so that its connection can be used again. */
const discardedBytes = 65_536

/** Makes requests from here. */
export function exchangeOver(connections: Connections): Exchange {
  return async ({ method, url, headers, body }, signal) => {
    try {
      connections.assertMayConnect(targetOf(url))
      const answer = await connections.dispatcher.request({
        origin: url.origin,
        path: `${url.pathname}${url.search}`,
        method,
        headers,
        body: body === undefined ? null : body instanceof Uint8Array ? body : Readable.from(body),
        signal
      })
      // Aborted bodies fail, also where nobody reads them.
      answer.body.on('error', () => undefined)
      return {
        status: answer.statusCode,
        headers: headersIn(answer.headers),
        body: answer.body,
        discard: () => answer.body.dump({ limit: discardedBytes, signal }).catch(() => undefined)
      }
    } catch (error) {
      throw failureOf(error, url.host, signal, 'connect')
    }
  }
}

/** Headers that come more than once: cookies are a list, of what can be only one thing the first counts. */
function headersIn(given: Readonly<Record<string, string | string[] | undefined>>): IncomingHttpHeaders {
  const entries = Object.entries(given).map(([name, value]) => {
    if (name === 'set-cookie') return [name, [value ?? []].flat()]
    if (!Array.isArray(value)) return [name, value]
    return [name, name === 'content-type' || name === 'location' ? value[0] : value.join(', ')]
  })
  return Object.fromEntries(entries) as IncomingHttpHeaders
}

/** What an exchange, or reading its body, failed with. */
export function failureOf(
  error: unknown,
  host: string,
  signal: AbortSignal,
  otherwise: 'connect' | 'body'
): unknown {
  if (signal.aborted && signal.reason instanceof UpstreamError) return signal.reason
  if (error instanceof UpstreamError) return error
  if (error instanceof ConnectFailure)
    return new UpstreamError(error.kind, { host, sent: false, detail: error.message, cause: error.cause })
  if (error instanceof BodyError)
    return new UpstreamError('body', { host, detail: error.message, cause: error.cause })
  const { code = '', message } = error as NodeJS.ErrnoException
  // Headers that cannot be sent, and the like: the caller's fault.
  if (code === 'UND_ERR_INVALID_ARG') return new TypeError(message)
  const kind = code.startsWith('HPE_') || code === 'UND_ERR_HEADERS_OVERFLOW' ? 'body' : otherwise
  const detail = kind === 'body' ? 'its answer cannot be read' : 'the connection was lost'
  return new UpstreamError(kind, { host, detail: code ? `${detail} (${code})` : detail, cause: error })
}
