import type { FastifyBaseLogger } from 'fastify'
import { LRUCache } from 'lru-cache'
import { createHash } from 'node:crypto'
import { networkOf, type Clock } from '../../../core/index.ts'
import type { State } from '../../state/service.ts'

const minuteMs = 60_000
/** Names that are counted here at a time, where no state counts for all nodes. */
const maxCounted = 50_000

export interface LoginLimitsOptions {
  /** Begins the keys in the state: the name of the plugin. */
  readonly prefix: string
  readonly perMinutePerIp: number
  readonly perMinutePerUser: number
  readonly clock: Clock
  readonly log: FastifyBaseLogger
  /** Counts for all nodes. Absent: this process counts for itself. */
  readonly state?: Pick<State, 'increment'> | undefined
}

/** Counts attempts to log in, by address and by user, in minutes of the clock. */
export class LoginLimits {
  readonly #options: LoginLimitsOptions
  readonly #counts = new LRUCache<string, number>({ max: maxCounted })

  constructor(options: LoginLimitsOptions) {
    this.#options = options
  }

  /**
   * Counts one attempt.
   * @param ip the caller's address; `undefined` for the gateway itself
   * @param user stands for the user in keys: a digest, not the name
   * @returns seconds to wait when it is one too many, else `undefined`
   */
  async take(ip: string | undefined, user: string): Promise<number | undefined> {
    const { perMinutePerIp, perMinutePerUser } = this.#options
    const wait = ip === undefined ? undefined : await this.#count(nameOf(ip), perMinutePerIp)
    return wait ?? this.#count(`user:${user}`, perMinutePerUser)
  }

  async #count(name: string, limit: number): Promise<number | undefined> {
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
      // Passwords must not be guessed freely only because the state is away.
      log.warn({ err: error }, 'logins cannot be counted for all nodes: this one counts for itself')
    }
    const count = (this.#counts.get(key) ?? 0) + 1
    this.#counts.set(key, count)
    return count
  }
}

/** Addresses are personal: their hashes count as well. */
function nameOf(ip: string): string {
  return `ip:${createHash('sha256').update(networkOf(ip)).digest('base64url').slice(0, 22)}`
}
