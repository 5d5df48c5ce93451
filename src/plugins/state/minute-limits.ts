import type { FastifyBaseLogger } from 'fastify'
import { LRUCache } from 'lru-cache'
import { createHash } from 'node:crypto'
import { networkOf, type Clock } from '../../core/index.ts'

const minuteMs = 60_000
/** Names that are counted here at a time, where no state counts for all nodes. */
const maxCounted = 50_000

export interface MinuteLimitsOptions {
  /** Begins the keys in the state: the name of the plugin. */
  readonly prefix: string
  readonly clock: Clock
  readonly log: FastifyBaseLogger
  /** Counts for all nodes. Absent: this process counts for itself. */
  readonly state?:
    | { increment(key: string, options: { readonly ttlMs: number }): Promise<number> }
    | undefined
}

/** Counts what callers do in each minute of the clock, over all nodes; while the state is away this process counts. */
export class MinuteLimits {
  readonly #options: MinuteLimitsOptions
  readonly #counts = new LRUCache<string, number>({ max: maxCounted })

  constructor(options: MinuteLimitsOptions) {
    this.#options = options
  }

  /**
   * Counts one.
   * @param name stands for a caller in keys: a digest, not a name or an address
   * @param limit how many a caller may have in a minute
   * @returns seconds to wait when it is one too many, else `undefined`
   */
  async take(name: string, limit: number): Promise<number | undefined> {
    const now = this.#options.clock.now()
    const minute = Math.floor(now / minuteMs)
    const count = await this.#add(`${this.#options.prefix}:rate:${name}:${minute}`)
    return count <= limit ? undefined : Math.ceil(((minute + 1) * minuteMs - now) / 1_000)
  }

  async #add(key: string): Promise<number> {
    const { state, log } = this.#options
    try {
      if (state) return await state.increment(key, { ttlMs: minuteMs })
    } catch (error) {
      // Passwords, for one, must not be guessed freely only because the state is away.
      log.warn({ err: error }, 'attempts cannot be counted for all nodes: this one counts for itself')
    }
    const count = (this.#counts.get(key) ?? 0) + 1
    this.#counts.set(key, count)
    return count
  }
}

/** Stands for the network of an address. Addresses are personal: their hashes count as well. */
export function addressDigest(ip: string): string {
  return createHash('sha256').update(networkOf(ip)).digest('base64url').slice(0, 22)
}
