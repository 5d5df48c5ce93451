import type { FastifyInstance } from 'fastify'

/**
 * Where this machine reaches an instance: one that listens on every address does so on loopback, too. `undefined`: it listens
 * nowhere, or on no port.
 */
export function localOrigin(app: Pick<FastifyInstance, 'server' | 'addresses'>): string | undefined {
  const [address] = app.server.listening ? app.addresses() : []
  if (!address || typeof address === 'string') return undefined
  const host = { '0.0.0.0': '127.0.0.1', '::': '[::1]' }[address.address] ?? address.address
  return `http://${host.includes(':') && !host.startsWith('[') ? `[${host}]` : host}:${address.port}`
}
