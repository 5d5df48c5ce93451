import type { FastifyRequest } from 'fastify'

const loopback = /^(?:127\.|::1$|::ffff:127\.)/

/**
 * Whether a request comes from a program on this machine that does not speak for another. A proxy on this machine
 * that adds no `X-Forwarded-For` cannot be told from such a program.
 */
export function isLocalPeer({ raw, headers }: FastifyRequest): boolean {
  const forwarded = headers['x-forwarded-for'] ?? headers['forwarded']
  return forwarded === undefined && loopback.test(raw.socket.remoteAddress ?? '')
}
