import { readPolicy, type Policy, type PolicyDefaults } from './policy.ts'
import type { CachePolicy } from './service.ts'

const maxRemembered = 1_000

/** Reads every policy once. */
export class Policies {
  readonly #defaults: PolicyDefaults
  readonly #texts = new Map<string, Policy>()
  readonly #objects = new WeakMap<object, Policy>()

  constructor(defaults: PolicyDefaults) {
    this.#defaults = defaults
  }

  /** @throws {TypeError} as {@link readPolicy} */
  of(input: CachePolicy): Policy {
    const known =
      typeof input === 'string' ? this.#texts.get(input) : this.#objects.get(Object(input) as object)
    return known ?? this.#read(input)
  }

  #read(input: CachePolicy): Policy {
    const policy = readPolicy(input, this.#defaults)
    if (typeof input === 'object') this.#objects.set(input, policy)
    else if (this.#texts.size < maxRemembered) this.#texts.set(input, policy)
    return policy
  }
}
