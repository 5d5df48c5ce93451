import type { Clock } from '../../core/index.ts'
import { WechatError } from './wechat-error.ts'

/** What is counted apart. */
export type QuotaName = 'token' | 'stable_token' | 'force_refresh' | 'qrcode' | 'user'

/** How often something may be called. */
export interface QuotaLimits {
  readonly day: number
  readonly minute?: number
}

/** Those of a verified service account. */
export const serviceAccountLimits: Readonly<Record<QuotaName, QuotaLimits>> = {
  token: { day: 2_000 },
  stable_token: { day: 500_000, minute: 10_000 },
  force_refresh: { day: 20 },
  qrcode: { day: 100_000 },
  user: { day: 5_000_000 }
}

/** Those of the sandbox account that every developer gets. */
export const sandboxLimits: Readonly<Record<QuotaName, QuotaLimits>> = {
  ...serviceAccountLimits,
  token: { day: 200 },
  qrcode: { day: 10_000 },
  user: { day: 500_000 }
}

const minuteMs = 60_000
const dayMs = 1_440 * minuteMs
/** Days begin at midnight in China. */
const shiftMs = 480 * minuteMs

/** Counts calls by the day and by the minute. */
export class Quotas {
  readonly #clock: Clock
  readonly #limits: Readonly<Record<QuotaName, QuotaLimits>>
  readonly #spent = new Map<string, number>()
  #day = 0

  constructor(clock: Clock, limits: Partial<Record<QuotaName, QuotaLimits>> = {}) {
    this.#clock = clock
    this.#limits = { ...serviceAccountLimits, ...limits }
  }

  /**
   * Counts one call.
   * @throws {WechatError} 45009 when the day's quota is used up, 45011 when the minute's is
   */
  spend(name: QuotaName): void {
    const { day, minute = Number.POSITIVE_INFINITY } = this.#limits[name]
    const inMinute = `${name}@${Math.floor(this.#clock.now() / minuteMs)}`
    const [spent, lately] = [this.spent(name), this.#spent.get(inMinute) ?? 0]
    if (spent >= day) throw new WechatError(45009)
    if (lately >= minute) throw new WechatError(45011)
    this.#spent.set(name, spent + 1)
    if (Number.isFinite(minute)) this.#spent.set(inMinute, lately + 1)
  }

  /** Calls since midnight in China. */
  spent(name: QuotaName): number {
    const day = Math.floor((this.#clock.now() + shiftMs) / dayMs)
    if (day !== this.#day) this.#spent.clear()
    this.#day = day
    return this.#spent.get(name) ?? 0
  }

  left(name: QuotaName): number {
    return Math.max(0, this.#limits[name].day - this.spent(name))
  }

  /** Uses up what is left of the day's quota. */
  exhaust(name: QuotaName): void {
    this.#spent.set(name, this.spent(name) + this.left(name))
  }
}
