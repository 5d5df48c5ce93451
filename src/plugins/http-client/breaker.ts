import type { HttpSettings } from './config.ts'

/** What a request shows of its upstream. `unknown`: nothing, for instance because its caller gave up. */
export type Outcome = 'good' | 'bad' | 'unknown'

export type BreakerSettings = Pick<HttpSettings, 'breakerFailures' | 'breakerWindowMs' | 'breakerOpenMs'>

/** How a request got through. A trial decides for all; what others show counts only while the breaker is closed. */
export type Admission = 'normal' | 'trial'

/** What those are told who come while a trial is under way. */
const trialMs = 1_000

/**
 * Keeps requests from one host that fails. Breakers of libraries measure shares of many requests; here a few failures in
 * a row, with no success between them, open it for all, and one request shows whether it works again.
 */
export class Breaker {
  readonly #settings: BreakerSettings
  /** When the failures in a row were, in monotonic milliseconds. */
  #failures: number[] = []
  #openUntil: number | undefined
  #trial = false

  constructor(settings: BreakerSettings) {
    this.#settings = settings
  }

  state(now: number): 'closed' | 'open' | 'half-open' {
    if (this.#openUntil === undefined) return 'closed'
    return now < this.#openUntil ? 'open' : 'half-open'
  }

  /** Lets a request pass, or says after how many milliseconds it may be worth another try. */
  admit(now: number): Admission | number {
    if (this.#openUntil === undefined) return 'normal'
    if (now < this.#openUntil) return this.#openUntil - now
    if (this.#trial) return trialMs
    this.#trial = true
    return 'trial'
  }

  /** Notes what a request showed. @returns what that changed */
  ended(admission: Admission, outcome: Outcome, now: number): 'opened' | 'closed' | undefined {
    if (admission === 'trial') {
      this.#trial = false
      if (outcome === 'bad') this.#openUntil = now + this.#settings.breakerOpenMs
      if (outcome !== 'good') return undefined
      this.#openUntil = undefined
      this.#failures = []
      return 'closed'
    }
    if (this.#openUntil !== undefined || outcome === 'unknown') return undefined
    const { breakerFailures, breakerWindowMs, breakerOpenMs } = this.#settings
    if (outcome === 'good') this.#failures = []
    else this.#failures = [...this.#failures.filter(at => now - at < breakerWindowMs), now]
    if (breakerFailures === 0 || this.#failures.length < breakerFailures) return undefined
    this.#openUntil = now + breakerOpenMs
    return 'opened'
  }
}
