import type { ImSettings } from '../config.ts'

/** Whom a connection counts for before it is anybody's. */
export type ConnectionLimits = Pick<ImSettings, 'maxConnections' | 'maxConnectionsPerIp'>

/** Which limit is reached. */
export type Limit = 'all' | 'ip'

/** For clients that can only be refused at their login there is some more room: a twentieth, and at least 16. */
const spareShare = 0.05
const leastSpare = 16

/** Counts connections, so that there are no more than are allowed. */
export class Limits {
  readonly #limits: ConnectionLimits
  #connections = 0
  readonly #networks = new Map<string, number>()

  constructor(limits: ConnectionLimits) {
    this.#limits = limits
  }

  /** Addresses that have connections. */
  get networks(): number {
    return this.#networks.size
  }

  /** Which limit one more connection would go beyond. @param spare for one that is refused at its login */
  reached(network: string, spare = false): Limit | undefined {
    const { maxConnections, maxConnectionsPerIp } = this.#limits
    const room = (limit: number): number =>
      spare ? limit + Math.max(leastSpare, Math.ceil(limit * spareShare)) : limit
    if (this.#connections >= room(maxConnections)) return 'all'
    return (this.#networks.get(network) ?? 0) >= room(maxConnectionsPerIp) ? 'ip' : undefined
  }

  /** Counts a connection. */
  add(network: string): void {
    this.#connections++
    this.#networks.set(network, (this.#networks.get(network) ?? 0) + 1)
  }

  /** Counts it no longer. */
  remove(network: string): void {
    this.#connections--
    const left = (this.#networks.get(network) ?? 0) - 1
    if (left > 0) this.#networks.set(network, left)
    else this.#networks.delete(network)
  }
}
