import { Semaphore } from 'async-mutex'
import type { FastifyBaseLogger } from 'fastify'
import type { Clock } from '../../core/index.ts'
import { ApiError } from '../api-error/service.ts'
import { Errors } from './errors.ts'
import type { Counters } from './login-counters.ts'
import { newScene } from './scene.ts'
import type { DayQuota } from './stock-quota.ts'
import { WechatApiError } from './wechat-api-error.ts'
import type { QrCode, WechatApi } from './wechat-api.ts'

/** A scene that nobody has seen. */
export interface FreshScene extends QrCode {
  readonly scene: string
}

export interface StockParts {
  readonly api: Pick<WechatApi, 'createQr'>
  readonly quota: DayQuota
  readonly clock: Clock
  readonly log: FastifyBaseLogger
  readonly counters: Counters
  /** Scenes to keep ready. */
  readonly target: number
  /** How long one must still be good for when it is shown, seconds. */
  readonly ttlS: number
}

/** WeChat's longest validity, and for how long a scene keeps in the stock, seconds. */
const longestS = 2_592_000
const keepS = 1_800

const parallelCalls = 16
const backoffMs = { first: 1_000, longest: 30_000, quota: 600_000 }
/** 45009: the day's QR codes are used up. 45011: too many in a minute. */
const quotaCodes = new Set([45009, 45011])
/** Failures in a row after which callers are refused without another try. */
const patience = 3

/**
 * Scenes of one account that were never shown, made ahead of their use. A scene that was shown never comes back here:
 * a stranger's old tab would still show it.
 */
export class Stock {
  readonly #parts: StockParts
  readonly #ready: FreshScene[] = []
  readonly #calls = new Semaphore(parallelCalls)
  #filling = false
  #stopped = false
  #failures = 0
  #pausedUntil = 0
  #problem: string | undefined

  constructor(parts: StockParts) {
    this.#parts = parts
  }

  get size(): number {
    return this.#ready.length
  }

  /** Why no QR code could be made at last. */
  get problem(): string | undefined {
    return this.#problem
  }

  /**
   * Reserves a scene: an old one of the stock, or a new one.
   * @throws {ApiError} `scan.busy` when none can be made
   */
  async take(): Promise<FreshScene> {
    this.#discardStale()
    const ready = this.#ready.shift()
    this.fill()
    return ready ?? this.#createNow()
  }

  /** Takes back a scene that was reserved and reached nobody. */
  giveBack(scene: FreshScene): void {
    if (this.#ready.some(other => other.scene === scene.scene)) return
    this.#parts.counters.add('scenes_returned_total')
    this.#ready.unshift(scene)
  }

  /** Starts to fill the stock in the background when half of it is gone. Never throws. */
  fill(): void {
    if (this.#filling || this.#stopped || this.#ready.length >= Math.ceil(this.#parts.target / 2)) return
    this.#filling = true
    void this.#fillUp()
  }

  /** Makes no more; a pause in the background ends by itself. */
  stop(): void {
    this.#stopped = true
  }

  async #fillUp(): Promise<void> {
    const { clock, target, log } = this.#parts
    while (!this.#stopped && this.#ready.length < target) {
      const waitMs = this.#pausedUntil - clock.now()
      try {
        // One after the other: whoever waits for a QR code comes first.
        // eslint-disable-next-line no-await-in-loop
        if (waitMs > 0) await this.#sleep(waitMs)
        // eslint-disable-next-line no-await-in-loop
        else this.#ready.push(await this.#create())
      } catch (error) {
        log.warn({ err: error }, 'no QR code could be made for the stock')
      }
    }
    this.#filling = false
  }

  async #createNow(): Promise<FreshScene> {
    for (let attempt = 1; ; attempt++) {
      if (this.#isRefusing) throw this.#busy()
      try {
        // eslint-disable-next-line no-await-in-loop
        return await this.#create()
      } catch (error) {
        const retryable = error instanceof WechatApiError && error.retryable && attempt < patience
        if (!retryable || this.#isRefusing) throw this.#busy(error)
        // eslint-disable-next-line no-await-in-loop
        await this.#sleep(200 * attempt)
      }
    }
  }

  async #create(): Promise<FreshScene> {
    const { api, quota, ttlS } = this.#parts
    const scene = newScene()
    try {
      if (!(await quota.take())) throw new QuotaUsedUp(quota.limit)
      const code = await this.#calls.runExclusive(() =>
        api.createQr(scene, Math.min(longestS, ttlS + keepS)).catch(async (error: unknown) => {
          await quota.giveBack()
          throw error
        })
      )
      this.#failures = 0
      this.#pausedUntil = 0
      this.#problem = undefined
      return { ...code, scene }
    } catch (error) {
      this.#noteFailure(error)
      throw error
    }
  }

  #noteFailure(error: unknown): void {
    const { clock, quota } = this.#parts
    this.#failures += 1
    this.#problem = error instanceof Error ? error.message : String(error)
    const grown = Math.min(backoffMs.longest, backoffMs.first * 2 ** (this.#failures - 1))
    let waitMs = grown
    if (error instanceof QuotaUsedUp) waitMs = Math.min(backoffMs.quota, quota.resetsInMs)
    else if (error instanceof WechatApiError && quotaCodes.has(error.errcode)) {
      waitMs = error.errcode === 45009 ? backoffMs.quota : Math.max(grown, 10_000)
      this.#failures = Math.max(this.#failures, patience)
    }
    const retryAt = error instanceof WechatApiError ? (error.retryAt ?? 0) : 0
    this.#pausedUntil = Math.max(clock.now() + waitMs, retryAt)
  }

  get #isRefusing(): boolean {
    return this.#stopped || (this.#failures >= patience && this.#parts.clock.now() < this.#pausedUntil)
  }

  #busy(cause?: unknown): ApiError {
    const waitMs = Math.max(1_000, this.#pausedUntil - this.#parts.clock.now())
    return new ApiError(Errors['scan.busy'], { retryAfter: Math.ceil(waitMs / 1_000), cause })
  }

  #discardStale(): void {
    const { clock, ttlS, counters } = this.#parts
    const goodAt = clock.now() + ttlS * 1_000
    const fresh = this.#ready.filter(({ expiresAt }) => expiresAt >= goodAt)
    counters.add('scenes_discarded_total', this.#ready.length - fresh.length)
    this.#ready.splice(0, this.#ready.length, ...fresh)
  }

  #sleep(ms: number): Promise<void> {
    return new Promise(resolve => this.#parts.clock.after(ms, resolve))
  }
}

class QuotaUsedUp extends Error {
  constructor(limit: number) {
    super(`the ${limit} QR codes of this day are used up (dailyQuota)`)
  }
}
