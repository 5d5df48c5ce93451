import type { Clock } from '../../../core/index.ts'
import type { ImError } from '../codes.ts'
import type { TokenFacts } from './tokens.ts'

/** What was said of a token. */
export type Verdict = TokenFacts | ImError

const maxVerdicts = 20_000

/** What was said of tokens lately, by their digests. The oldest goes when there are too many. */
export class VerdictCache {
  readonly #clock: Clock
  readonly #ttlMs: number
  /** In the order of their age. */
  readonly #verdicts = new Map<string, { readonly verdict: Verdict; readonly until: number }>()

  /** @param ttlMs how long a verdict is believed; 0: not at all */
  constructor(clock: Clock, ttlMs: number) {
    this.#clock = clock
    this.#ttlMs = ttlMs
  }

  get size(): number {
    return this.#verdicts.size
  }

  get(digest: string): Verdict | undefined {
    const entry = this.#verdicts.get(digest)
    return entry && entry.until > this.#clock.monotonic() ? entry.verdict : undefined
  }

  put(digest: string, verdict: Verdict): void {
    if (this.#ttlMs === 0) return
    const now = this.#clock.monotonic()
    this.#verdicts.delete(digest)
    this.#verdicts.set(digest, { verdict, until: now + this.#ttlMs })
    for (const [oldest, { until }] of this.#verdicts) {
      if (until > now && this.#verdicts.size <= maxVerdicts) return
      this.#verdicts.delete(oldest)
    }
  }
}
