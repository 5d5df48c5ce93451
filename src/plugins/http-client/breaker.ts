import { circuitBreaker, CircuitState, handleWhenResult } from 'cockatiel'
import type { CircuitBreakerPolicy, FailureReason, IBackoff, IBreaker } from 'cockatiel'
import type { HttpSettings } from './config.ts'

/** What a request shows of its upstream. `unknown`: nothing, for instance because its caller gave up. */
export type Outcome = 'good' | 'bad' | 'unknown'

export interface BreakerParts {
  readonly settings: Pick<HttpSettings, 'breakerFailures' | 'breakerWindowMs' | 'breakerOpenMs'>
  /** Monotonic milliseconds. */
  readonly now: () => number
  /** It was closed, and has opened. */
  readonly opened: () => void
  /** It was open, and one request has shown that the host works again. */
  readonly closed: () => void
}

/** What those are told who come while a trial is under way. */
const trialMs = 1_000

/** A request that shows nothing. */
class NoVerdict extends Error {}

/**
 * Keeps requests from one host that fails: a few failures in a row open it for all, and one request, the trial, shows
 * whether it works again. The states are the library's. By itself it would take a trial that gave up for a success, let
 * others wait for the trial, and let requests from before it opened decide in the trial's place; here it does not.
 */
export class Breaker {
  readonly #parts: BreakerParts
  readonly #policy: CircuitBreakerPolicy
  /** When the next trial may be; absent while it is closed. */
  #trialAt: number | undefined

  constructor(parts: BreakerParts) {
    this.#parts = parts
    this.#policy = circuitBreaker(
      handleWhenResult(outcome => outcome !== 'good'),
      {
        breaker: new FailuresInARow(parts),
        halfOpenAfter: pauseWhile(() => this.state === 'open')
      }
    )
    this.#policy.onBreak(reason => this.#broke(reason))
    this.#policy.onReset(() => {
      this.#trialAt = undefined
      parts.closed()
    })
  }

  get state(): 'closed' | 'open' | 'half-open' {
    if (this.#trialAt === undefined) return 'closed'
    return this.#parts.now() < this.#trialAt ? 'open' : 'half-open'
  }

  /** After how many milliseconds a request may be worth another try. 0: it may go out now. */
  get waitMs(): number {
    if (this.#policy.state === CircuitState.HalfOpen) return trialMs
    return Math.max((this.#trialAt ?? 0) - this.#parts.now(), 0)
  }

  /**
   * Learns from a request, which goes out at once: `waitMs` must be 0.
   * @param shown what the request shows when it is over; never rejects
   * @returns when that is taken into account
   */
  async watch(shown: Promise<Outcome>): Promise<void> {
    const isTrial = this.#policy.state !== CircuitState.Closed
    const verdict = async (): Promise<Outcome> => {
      const outcome = await shown
      if (isTrial || (outcome !== 'unknown' && this.#policy.state === CircuitState.Closed)) return outcome
      throw new NoVerdict()
    }
    try {
      await this.#policy.execute(verdict)
    } catch (error) {
      if (!(error instanceof NoVerdict)) throw error
    }
  }

  #broke(reason: FailureReason<unknown> | { isolated: true }): void {
    const { settings, now, opened } = this.#parts
    const wasClosed = this.#trialAt === undefined
    const gaveUp = 'value' in reason && reason.value === 'unknown'
    if (!gaveUp) this.#trialAt = now() + settings.breakerOpenMs
    if (wasClosed) opened()
  }
}

/** Failures with no success between them, none of which is too long ago. The library's own count has no window. */
class FailuresInARow implements IBreaker {
  /** When they were, in monotonic milliseconds. */
  state: number[] = []
  readonly #parts: BreakerParts

  constructor(parts: BreakerParts) {
    this.#parts = parts
  }

  success(): void {
    this.state = []
  }

  failure(): boolean {
    const { breakerFailures, breakerWindowMs } = this.#parts.settings
    const now = this.#parts.now()
    this.state = [...this.state.filter(at => now - at < breakerWindowMs), now]
    return breakerFailures > 0 && this.state.length >= breakerFailures
  }
}

/**
 * The library measures with the time of day, which may jump. So it gets a pause that has no end until it is over: it asks
 * for the duration whenever a request comes.
 */
function pauseWhile(isOpen: () => boolean): IBackoff<unknown> {
  const pause: IBackoff<unknown> = {
    get duration() {
      return isOpen() ? Infinity : -Infinity
    },
    next: () => pause
  }
  return pause
}
