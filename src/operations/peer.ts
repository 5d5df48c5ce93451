import type { FastifyRequest } from 'fastify'
import type { ServerResponse } from 'node:http'

const loopback = /^(?:127\.|::1$|::ffff:127\.)/

/**
 * Whether a request comes from a program on this machine that does not speak for another. A proxy on this machine
 * that adds no `X-Forwarded-For` cannot be told from such a program.
 */
export function isLocalPeer({ raw, headers }: FastifyRequest): boolean {
  const forwarded = headers['x-forwarded-for'] ?? headers['forwarded']
  return forwarded === undefined && loopback.test(raw.socket.remoteAddress ?? '')
}

/** Aborts when nobody is left to take the answer. Fastify's own signal misses a hang-up after the body. */
export function whenGone(reply: { readonly raw: ServerResponse }): AbortSignal {
  const gone = new AbortController()
  reply.raw.once('close', () => {
    if (!reply.raw.writableFinished) gone.abort()
  })
  return gone.signal
}
