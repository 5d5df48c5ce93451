import type { FastifyBaseLogger } from 'fastify'
import type { Clock } from '../../core/index.ts'
import { ApiError } from '../api-error/service.ts'
import { addressDigest, MinuteLimits, type State } from '../state/service.ts'
import { Errors } from './errors.ts'
import type { Counters } from './login-counters.ts'

export interface LimitsParts {
  readonly state: State
  readonly clock: Clock
  readonly log: FastifyBaseLogger
  readonly counters: Counters
  /** QR codes for one address, and for one browser. */
  readonly perMinute: number
}

/** Counts the QR codes that addresses and browsers ask for, in minutes of the clock, over all nodes. */
export class Limits {
  readonly #parts: LimitsParts
  readonly #minutes: MinuteLimits

  constructor(parts: LimitsParts) {
    this.#parts = parts
    this.#minutes = new MinuteLimits({ ...parts, prefix: 'wechat-scan' })
  }

  /**
   * Counts one QR code for an address and, where there is one, a browser.
   * @param perAddress how many an address may have, where that is not as many as a browser
   * @throws {ApiError} `scan.too_many`
   */
  async take(ip: string, browser: string | undefined, perAddress?: number): Promise<void> {
    const { perMinute } = this.#parts
    await this.#count(`ip:${addressDigest(ip)}`, perAddress ?? perMinute)
    if (browser !== undefined) await this.#count(`browser:${browser}`, perMinute)
  }

  async #count(name: string, limit: number): Promise<void> {
    const retryAfter = await this.#minutes.take(name, limit)
    if (retryAfter === undefined) return
    this.#parts.counters.add('limited_total')
    throw new ApiError(Errors['scan.too_many'], { retryAfter })
  }
}
