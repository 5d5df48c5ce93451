import type { FastifyBaseLogger } from 'fastify'
import type { Clock } from '../../core/index.ts'
import type { State } from '../state/service.ts'
import type { Counters } from './login-counters.ts'
import { nextWechatDayInMs, wechatDay } from './wechat-day.ts'

const dayMs = 86_400_000
const alarmAt = 0.8

export interface DayQuotaParts {
  readonly appId: string
  /** QR codes a day. */
  readonly limit: number
  readonly state: State
  readonly clock: Clock
  readonly log: FastifyBaseLogger
  readonly counters: Counters
}

/** Counts the QR codes that all nodes make for one account in a day of WeChat's, and warns in time. */
export class DayQuota {
  readonly #parts: DayQuotaParts
  #warned = ''

  constructor(parts: DayQuotaParts) {
    this.#parts = parts
  }

  get limit(): number {
    return this.#parts.limit
  }

  /** Counts one QR code that is about to be made. False: the day's are used up. */
  async take(): Promise<boolean> {
    const { state, limit } = this.#parts
    const used = await state.increment(this.#key, { ttlMs: 2 * dayMs })
    if (used > limit) await this.giveBack()
    else if (used >= limit * alarmAt) this.#warn(used)
    return used <= limit
  }

  /** Takes one off: it was not made. */
  async giveBack(): Promise<void> {
    await this.#parts.state.increment(this.#key, { by: -1, ttlMs: 2 * dayMs })
  }

  async used(): Promise<number> {
    return Number((await this.#parts.state.get(this.#key)) ?? 0)
  }

  /** Milliseconds until the next day. */
  get resetsInMs(): number {
    return nextWechatDayInMs(this.#parts.clock.now())
  }

  get #day(): string {
    return wechatDay(this.#parts.clock.now())
  }

  get #key(): string {
    return `wechat-scan:qr:${this.#parts.appId}:${this.#day}`
  }

  #warn(used: number): void {
    const { appId, limit, log, counters } = this.#parts
    if (this.#warned === this.#day) return
    this.#warned = this.#day
    counters.add('quota_alarms_total')
    log.warn({ appId, used, limit }, 'four fifths of the QR codes of this day are used')
  }
}
