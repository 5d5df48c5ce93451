import type { FastifyRequest } from 'fastify'
import { isLocalPeer } from '../../core/index.ts'

const ownName = /^(?:127\.0\.0\.1|localhost|\[::1\])(?::\d+)?$/i

/**
 * Whether a request comes from somebody at this machine, and from no web page of another origin: neither sent by one
 * nor to a name that somebody else's DNS points here. What proxies say of the host is not looked at, since pages can say
 * it too.
 */
export function isOnThisMachine(request: FastifyRequest): boolean {
  const { host = '', origin } = request.headers
  return origin === undefined && ownName.test(host) && isLocalPeer(request)
}
