import type { Box } from './box.ts'
import type { FailureKind } from './failure-kind.ts'
import { digestOf } from './key-text.ts'
import type { Policy } from './policy.ts'
import type { Section } from './section.ts'
import type { CacheServed } from './service.ts'

/** What somebody wants, and how to make it. */
export interface Wanted {
  readonly section: Section
  readonly key: string
  /** SHA-256 of the key, where it is known already. */
  readonly digest?: string
  readonly policy: Policy
  readonly run: () => unknown
  readonly classify: (error: unknown) => FailureKind
  /** Those beyond the policy's. */
  readonly tags?: () => readonly string[]
  /** Values are kept in it as ciphertext. */
  readonly box?: Box | undefined
  readonly force?: boolean
  readonly served?: ((served: CacheServed) => void) | undefined
  /** False: this value is handed out, but not stored. */
  readonly keep?: (value: unknown) => boolean
}

/** One read. What costs something is found out when it is needed, and once. */
export class Ask {
  readonly section: Section
  readonly key: string
  readonly policy: Policy
  readonly run: () => unknown
  readonly classify: (error: unknown) => FailureKind
  readonly box: Box | undefined
  readonly force: boolean
  readonly served: ((served: CacheServed) => void) | undefined
  readonly keep: ((value: unknown) => boolean) | undefined
  readonly #more: (() => readonly string[]) | undefined
  #digest: string | undefined
  #tags: readonly string[] | undefined

  constructor(wanted: Wanted) {
    this.section = wanted.section
    this.key = wanted.key
    this.policy = wanted.policy
    this.run = wanted.run
    this.classify = wanted.classify
    this.box = wanted.box
    this.force = wanted.force ?? false
    this.served = wanted.served
    this.keep = wanted.keep
    this.#digest = wanted.digest
    this.#more = wanted.tags
  }

  /** Under which the key is known outside. */
  get id(): string {
    this.#digest ??= digestOf(this.key)
    return this.section.idOf(this.#digest)
  }

  /** All tags. */
  get tags(): readonly string[] {
    this.#tags ??= this.#more ? [...new Set([...this.policy.tags, ...this.#more()])] : this.policy.tags
    return this.#tags
  }
}
