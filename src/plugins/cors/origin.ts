import type { FastifyRequest } from 'fastify'
import type { SettingProblem } from '../../core/index.ts'

/** An origin as browsers write it: scheme, host and port, nothing after (RFC 6454 §6.2). */
const serialized = /^[a-z][a-z0-9+.-]*:\/\/[^/?#@*\s]+$/

/** What is wrong with a list of allowed origins. */
export function originProblems(origins: readonly string[]): SettingProblem[] {
  return origins.flatMap(origin => {
    if (origin === '*') return []
    const url = URL.canParse(origin) ? new URL(origin) : undefined
    // Only for the schemes of the web does URL know the origin.
    const canonical = url && url.origin !== 'null' ? url.origin : undefined
    if (serialized.test(origin) && (canonical === undefined || canonical === origin)) return []
    if (origin.includes('*'))
      return [{ path: ['origins'], message: `'${origin}' is a pattern`, hint: 'name each origin' }]
    const hint = canonical ? `write '${canonical}'` : "write scheme, host and port alone: 'https://host:port'"
    return [{ path: ['origins'], message: `'${origin}' is not an origin`, hint }]
  })
}

/**
 * True for a WebSocket handshake of a page that may not open sockets here. Browsers put CORS under no obligation for
 * sockets, so the server must look at `Origin` by itself (RFC 6455 §10.2). Whoever sends none is no browser.
 */
export function isForeignUpgrade(request: FastifyRequest, allowed: ReadonlySet<string>): boolean {
  const { origin, upgrade } = request.headers
  if (upgrade === undefined || origin === undefined || !/\bwebsocket\b/i.test(upgrade)) return false
  if (!URL.canParse(origin)) return true
  return !allowed.has('*') && !allowed.has(origin) && !isSameHost(new URL(origin), request.host)
}

/** Compares hosts alone: behind a TLS proxy the gateway does not know its own scheme. Default ports count as absent. */
function isSameHost({ protocol, host }: URL, requested: string): boolean {
  const own = `${protocol}//${requested}`
  return URL.canParse(own) && new URL(own).host === host
}
