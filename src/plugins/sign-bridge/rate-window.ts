import type { FastifyBaseLogger } from 'fastify'
import type { Clock } from '../../core/index.ts'
import type { State } from '../state/service.ts'

const minuteMs = 60_000

export interface RateWindowOptions {
  readonly clock: Clock
  readonly log: FastifyBaseLogger
  /** Counts for all nodes. Absent: this process counts for itself. */
  readonly state: Pick<State, 'increment'> | undefined
}

/**
 * Counts what callers do in each minute of the clock. `@fastify/rate-limit` counts requests, of which one may be a
 * batch, and keeps them elsewhere than in `State`.
 */
export class RateWindow {
  readonly #options: RateWindowOptions
  readonly #counts = new Map<string, number>()
  #minute = 0

  constructor(options: RateWindowOptions) {
    this.#options = options
  }

  /**
   * Counts one. Returns the seconds until the next may come when it is one too many. A state that does not answer
   * limits nobody: cards are protected by the queue.
   */
  async take(name: string, perMinute: number): Promise<number | undefined> {
    const now = this.#options.clock.now()
    const minute = Math.floor(now / minuteMs)
    const count = await this.#count(name, minute)
    return count <= perMinute ? undefined : Math.ceil(((minute + 1) * minuteMs - now) / 1_000)
  }

  async #count(name: string, minute: number): Promise<number> {
    const { state, log } = this.#options
    if (!state) return this.#countHere(name, minute)
    try {
      return await state.increment(`sign-bridge:rate:${name}:${minute}`, { ttlMs: minuteMs })
    } catch (error) {
      log.warn({ err: error, caller: name }, 'the rate of a caller cannot be counted')
      return 0
    }
  }

  #countHere(name: string, minute: number): number {
    if (minute !== this.#minute) this.#counts.clear()
    this.#minute = minute
    const count = (this.#counts.get(name) ?? 0) + 1
    this.#counts.set(name, count)
    return count
  }
}
