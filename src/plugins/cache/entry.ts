import type { Policy } from './policy.ts'
import type { Section } from './section.ts'

/** What is stored, and how old it is. Times are monotonic milliseconds. */
export interface Content {
  readonly section: Section
  /** Within the section. */
  readonly key: string
  /** Digest under which others know it. */
  readonly id: string
  readonly tags: readonly string[]
  /** Estimated memory of everything. */
  readonly bytes: number
  readonly policy: Policy
  /** When the work began, and when it had its result. */
  readonly startedAt: number
  readonly createdAt: number
  /** From 0 up to 1: how much of the jitter of a policy falls on this one. */
  readonly draw: number
}

/** One stored value or remembered failure. A class, so that all have the same shape. */
export class Entry {
  readonly section: Section
  readonly key: string
  readonly id: string
  readonly tags: readonly string[]
  readonly bytes: number
  readonly policy: Policy
  readonly startedAt: number
  readonly createdAt: number
  readonly draw: number
  /** The value, ready to be handed out; absent where only ciphertext or a failure is kept. */
  readonly promise: Promise<unknown> | undefined
  readonly sealed: Uint8Array | undefined
  /** JSON says all of the value. */
  readonly plain: boolean
  readonly failure: { readonly error: unknown; readonly until: number } | undefined
  /** When somebody last wanted it, to about a second. */
  touchedAt: number
  /** When work for it last began. */
  attemptedAt: number
  /** Since it was made, and until when no other is to be made. */
  failures = 0
  retryAt = 0

  constructor(content: Content, kept: Partial<Pick<Entry, 'promise' | 'sealed' | 'failure' | 'plain'>>) {
    this.section = content.section
    this.key = content.key
    this.id = content.id
    this.tags = content.tags
    this.bytes = content.bytes
    this.policy = content.policy
    this.startedAt = content.startedAt
    this.createdAt = content.createdAt
    this.draw = content.draw
    this.promise = kept.promise
    this.sealed = kept.sealed
    this.plain = kept.plain ?? false
    this.failure = kept.failure
    this.touchedAt = content.createdAt
    this.attemptedAt = content.startedAt
  }

  /** When it stops being fresh, by the policy of whoever asks. */
  freshUntil({ ttlMs, jitter }: Policy): number {
    return this.createdAt + ttlMs * (1 - jitter * this.draw)
  }

  /** When it is of no use any more. */
  usableUntil({ ttlMs, graceMs }: Policy): number {
    return this.createdAt + ttlMs + graceMs
  }
}
