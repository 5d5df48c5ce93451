import { randomBytes } from 'node:crypto'
import type { Clock } from '../../core/index.ts'

/** What both token calls answer. */
export interface Grant {
  readonly access_token: string
  /** Seconds. */
  readonly expires_in: number
}

interface Token {
  readonly value: string
  /** By {@link Clock.monotonic}. */
  endsAt: number
  /** Another token has taken its place, so that it ends early. */
  replaced: boolean
}

const lifeMs = 7_200_000
/** How long an old and a new token are good at the same time. */
const overlapMs = 300_000
const forceApartMs = 30_000
/** For this long an ended token is known to be one. */
const rememberMs = 86_400_000

/** The two kinds of access tokens. Neither kind ends tokens of the other. */
export class AccessTokens {
  readonly #clock: Clock
  readonly #tokens = new Map<string, Token>()
  #classic: Token | undefined
  #stable: Token | undefined
  #forcedAt = Number.NEGATIVE_INFINITY

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** A new token with every call; the one before is good for five more minutes. */
  classic(): Grant {
    this.#replace(this.#classic, overlapMs)
    this.#classic = this.#issue()
    return this.#grant(this.#classic)
  }

  /** The same token, until it has less than five minutes left: then a new one, while the old one still works. */
  stable(): Grant {
    if (!this.#stable || this.#left(this.#stable) < overlapMs) {
      this.#replace(this.#stable, overlapMs)
      this.#stable = this.#issue()
    }
    return this.#grant(this.#stable)
  }

  /** Whether a forced refresh would be heeded now: there must be 30 s between two. */
  get mayForce(): boolean {
    return this.#clock.monotonic() - this.#forcedAt >= forceApartMs
  }

  /** Ends the stable token at once and gives a new one. */
  force(): Grant {
    this.#forcedAt = this.#clock.monotonic()
    this.#replace(this.#stable, 0)
    this.#stable = this.#issue()
    return this.#grant(this.#stable)
  }

  /** What a token is worth: it is good, its time is over (42001), or it is none or not the latest (40001). */
  judge(value: string): 'good' | 'over' | 'unknown' {
    const token = this.#tokens.get(value)
    if (this.#left(token) > 0) return 'good'
    return token && !token.replaced ? 'over' : 'unknown'
  }

  /** Ends all tokens, as when the secret is changed in the console. */
  revokeAll(): void {
    for (const token of this.#tokens.values()) this.#replace(token, 0)
    this.#classic = this.#stable = undefined
  }

  /** A token that has ended already stays ended. */
  #replace(token: Token | undefined, afterMs: number): void {
    if (!token || this.#left(token) <= 0) return
    token.replaced = true
    token.endsAt = this.#clock.monotonic() + afterMs
  }

  #issue(): Token {
    const now = this.#clock.monotonic()
    for (const [value, { endsAt }] of this.#tokens)
      if (endsAt + rememberMs < now) this.#tokens.delete(value)
      else break
    const value = `${Math.floor(randomBytes(1).readUInt8() / 3)}_${randomBytes(99).toString('base64url')}`
    const token = { value, endsAt: now + lifeMs, replaced: false }
    this.#tokens.set(value, token)
    return token
  }

  #left(token: Token | undefined): number {
    return token ? token.endsAt - this.#clock.monotonic() : 0
  }

  #grant(token: Token): Grant {
    return { access_token: token.value, expires_in: Math.ceil(this.#left(token) / 1000) }
  }
}
