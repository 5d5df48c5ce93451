import type { SentBody } from './request-body.ts'
import { harmlessOf, type Headers } from './outgoing-headers.ts'
import { UpstreamError } from './upstream-error.ts'

/** One of the requests that a call consists of. */
export interface Hop {
  readonly method: string
  readonly url: URL
  /** The caller's. */
  readonly headers: Headers
  readonly body: SentBody | undefined
}

const statuses = new Set([301, 302, 303, 307, 308])

/** Whether an answer sends the request elsewhere. */
export function isRedirect(status: number, location: string | undefined): location is string {
  return statuses.has(status) && location !== undefined
}

/**
 * The request that follows a redirect, as browsers make it (Fetch §4.4). The caller's headers stay with the origin that
 * they were meant for, and so does the body, which may hold a password: only to TLS on the same host they may go on.
 * @throws {UpstreamError} `redirect` when it cannot be followed
 */
export function redirected({ method, url, headers, body }: Hop, status: number, location: string): Hop {
  const fail = (detail: string): never => {
    throw new UpstreamError('redirect', { host: url.host, status, detail })
  }
  const next = urlIn(location, url) ?? fail('it redirects to what is no address')
  if (!/^https?:$/.test(next.protocol)) fail('it redirects to another scheme')
  next.username = ''
  next.password = ''
  next.hash = ''
  const isSame = next.origin === url.origin || isUpgrade(url, next)
  const kept = isSame ? headers : harmlessOf(headers)
  const toGet =
    (status === 303 && method !== 'HEAD') || ((status === 301 || status === 302) && method === 'POST')
  if (toGet) {
    const { 'content-type': _, ...rest } = kept
    return { method: 'GET', url: next, headers: rest, body: undefined }
  }
  if (body && !isSame) fail('it redirects a body to another host')
  if (body && !(body.content instanceof Uint8Array))
    fail('it redirects a stream, which can be sent only once')
  return { method, url: next, headers: kept, body }
}

/** Bytes that are no ASCII are kept as they are: their encoding is the upstream's. */
function urlIn(location: string, base: URL): URL | undefined {
  const ascii = location.replaceAll(
    /[\u0080-\u00ff]/g,
    char => `%${char.charCodeAt(0).toString(16).toUpperCase()}`
  )
  return URL.canParse(ascii, base.href) ? new URL(ascii, base) : undefined
}

function isUpgrade(from: URL, to: URL): boolean {
  const areDefaults = from.port === '' && to.port === ''
  return from.protocol === 'http:' && to.protocol === 'https:' && from.hostname === to.hostname && areDefaults
}
