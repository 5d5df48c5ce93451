import type { FastifyRequest } from 'fastify'

/** A cookie that scripts cannot read. */
export interface SecretCookie {
  readonly name: string
  /** Where it is sent to, without TLS. With TLS it is bound to the host instead, which needs the path `/`. */
  readonly path: string
  /** Pages reach this gateway over TLS, even if it does not see that. */
  readonly alwaysSecure: boolean
}

/**
 * What the request holds of a cookie. Over TLS only the one with the prefix `__Host-` counts: no other host of the
 * site, and nobody on the wire, can have set it (RFC 6265bis §4.1.3).
 */
export function readCookie(request: FastifyRequest, cookie: SecretCookie): string | undefined {
  const wanted = `${nameOf(request, cookie)}=`
  const pairs = (request.headers.cookie ?? '').split(';').map(pair => pair.trim())
  const value = pairs.find(pair => pair.startsWith(wanted))?.slice(wanted.length)
  return value !== undefined && /^[A-Za-z0-9_-]{43}$/.test(value) ? value : undefined
}

/**
 * The header that sets a cookie until the browser is closed; `undefined` deletes it. `crossSite`: pages of other
 * sites may send it, each site a cookie of its own, where there is TLS.
 */
export function setCookie(
  request: FastifyRequest,
  cookie: SecretCookie,
  value: string | undefined,
  crossSite = false
): string {
  const secure = isSecure(request, cookie)
  const parts = [
    `${nameOf(request, cookie)}=${value ?? ''}`,
    `Path=${secure ? '/' : cookie.path}`,
    'HttpOnly'
  ]
  if (secure) parts.push('Secure')
  parts.push(secure && crossSite ? 'SameSite=None; Partitioned' : 'SameSite=Lax')
  if (value === undefined) parts.push('Max-Age=0')
  return parts.join('; ')
}

function isSecure(request: FastifyRequest, { alwaysSecure }: SecretCookie): boolean {
  return alwaysSecure || request.protocol === 'https'
}

function nameOf(request: FastifyRequest, cookie: SecretCookie): string {
  return isSecure(request, cookie) ? `__Host-${cookie.name}` : cookie.name
}
