import type { FastifyRequest } from 'fastify'
import type { ServerResponse } from 'node:http'
import { isIPv6 } from 'node:net'

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

/**
 * What counts as one address: of IPv6 the first 64 bits, since a household or a machine has them all to itself; an
 * IPv4 address written as IPv6 is the IPv4 address.
 */
export function networkOf(ip: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(ip)?.[1]
  if (mapped) return mapped
  if (!isIPv6(ip)) return ip
  const [head = '', tail = ''] = ip.replace(/%.*$/, '').split('::')
  const [left, right] = [head, tail].map(part => part.split(':').filter(Boolean)) as [string[], string[]]
  const zeros = ip.includes('::') ? Array.from({ length: 8 - left.length - right.length }, () => '0') : []
  const groups = [...left, ...zeros, ...right].slice(0, 4)
  return `${groups.map(group => Number.parseInt(group, 16).toString(16)).join(':')}::/64`
}
