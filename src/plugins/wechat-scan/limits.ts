import { createHash } from 'node:crypto'
import { isIPv6 } from 'node:net'
import type { Clock } from '../../core/index.ts'
import { ApiError } from '../api-error/service.ts'
import type { State } from '../state/service.ts'
import { Errors } from './errors.ts'
import type { Counters } from './login-counters.ts'

const minuteMs = 60_000

export interface LimitsParts {
  readonly state: State
  readonly clock: Clock
  readonly counters: Counters
  /** QR codes for one address, and for one browser. */
  readonly perMinute: number
}

/** Counts the QR codes that addresses and browsers ask for, in minutes of the clock, over all nodes. */
export class Limits {
  readonly #parts: LimitsParts

  constructor(parts: LimitsParts) {
    this.#parts = parts
  }

  /**
   * Counts one QR code for an address and, where there is one, a browser.
   * @param perAddress how many an address may have, where that is not as many as a browser
   * @throws {ApiError} `scan.too_many`
   */
  async take(ip: string, browser: string | undefined, perAddress?: number): Promise<void> {
    const { perMinute } = this.#parts
    await this.#count(`ip:${nameOf(ip)}`, perAddress ?? perMinute)
    if (browser !== undefined) await this.#count(`browser:${browser}`, perMinute)
  }

  async #count(name: string, limit: number): Promise<void> {
    const { state, clock, counters } = this.#parts
    const now = clock.now()
    const minute = Math.floor(now / minuteMs)
    const count = await state.increment(`wechat-scan:rate:${name}:${minute}`, { ttlMs: minuteMs })
    if (count <= limit) return
    counters.add('limited_total')
    const retryAfter = Math.ceil(((minute + 1) * minuteMs - now) / 1_000)
    throw new ApiError(Errors['scan.too_many'], { retryAfter })
  }
}

/** Addresses are personal: their hashes count as well. One line has a whole /64 of IPv6. */
function nameOf(ip: string): string {
  const line = isIPv6(ip) && !ip.includes('.') ? networkOf(ip) : ip
  return createHash('sha256').update(line).digest('base64url').slice(0, 22)
}

function networkOf(ip: string): string {
  const [head = '', tail] = ip.split('%')[0]?.split('::') ?? []
  const before = head === '' ? [] : head.split(':')
  const after = tail === undefined || tail === '' ? [] : tail.split(':')
  const zeros = tail === undefined ? 0 : 8 - before.length - after.length
  const groups = [...before, ...Array<string>(Math.max(0, zeros)).fill('0'), ...after]
  return groups
    .slice(0, 4)
    .map(group => Number.parseInt(group, 16).toString(16))
    .join(':')
}
