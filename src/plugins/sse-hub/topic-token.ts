import { jwtVerify } from 'jose'
import type { Clock } from '../../core/index.ts'

/** What a token allows. */
export interface TopicGrant {
  /** Topics, or with `*` at the end all that begin so. */
  readonly topics: readonly string[]
  /** The `sub` of the token. */
  readonly principal: string | undefined
  /** Milliseconds since the Unix epoch. */
  readonly expiresAt: number
}

/** The latest moment that JavaScript knows, in milliseconds since the Unix epoch. */
const endOfTime = 8_640_000_000_000_000

/** Reads topic tokens: JSON Web Tokens (RFC 7519) with HS256 and the claims `topics` and `exp`, and `sub` if need be. */
export class TopicTokens {
  readonly #key: Uint8Array
  readonly #clock: Clock

  constructor(secret: string, clock: Clock) {
    this.#key = new TextEncoder().encode(secret)
    this.#clock = clock
  }

  /** What a token allows, or `undefined` for one that is not valid now. */
  async read(token: string): Promise<TopicGrant | undefined> {
    const currentDate = new Date(this.#clock.now())
    const options = { algorithms: ['HS256'], requiredClaims: ['exp'], currentDate }
    const verified = await jwtVerify(token, this.#key, options).catch(() => undefined)
    if (!verified) return undefined
    const { topics, sub, exp = 0 } = verified.payload
    if (!Array.isArray(topics) || !topics.every(topic => typeof topic === 'string')) return undefined
    if (sub !== undefined && typeof sub !== 'string') return undefined
    const expiresAt = exp * 1000
    return expiresAt <= endOfTime ? { topics, principal: sub, expiresAt } : undefined
  }
}

/** Whether a grant covers a topic. */
export function isGranted({ topics }: TopicGrant, name: string): boolean {
  return topics.some(topic => topic === name || (topic.endsWith('*') && name.startsWith(topic.slice(0, -1))))
}
