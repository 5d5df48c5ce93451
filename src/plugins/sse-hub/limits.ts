import type { Refusal } from './refusal.ts'
import type { Topics } from './topics.ts'

/** How many streams there may be at the same time. */
export interface StreamLimits {
  readonly maxStreams: number
  readonly maxStreamsPerIp: number
  readonly maxStreamsPerPrincipal: number
}

/** Whom a stream counts for. */
export interface Share {
  readonly network: string
  readonly principal: string | undefined
}

/** Counts streams, so that nobody has more than is allowed. */
export class Limits {
  readonly #limits: StreamLimits
  #streams = 0
  readonly #networks = new Map<string, number>()
  readonly #principals = new Map<string, number>()

  constructor(limits: StreamLimits) {
    this.#limits = limits
  }

  get streams(): number {
    return this.#streams
  }

  get networks(): number {
    return this.#networks.size
  }

  get principals(): number {
    return this.#principals.size
  }

  /** What forbids one more stream, or `undefined`. */
  refusal({ network, principal }: Share, names: readonly string[], topics: Topics): Refusal | undefined {
    const { maxStreams, maxStreamsPerIp, maxStreamsPerPrincipal } = this.#limits
    if (this.#streams >= maxStreams) return 'global'
    if ((this.#networks.get(network) ?? 0) >= maxStreamsPerIp) return 'ip'
    if (principal !== undefined && (this.#principals.get(principal) ?? 0) >= maxStreamsPerPrincipal)
      return 'principal'
    return names.some(name => topics.readersOf(name) >= topics.optionsOf(name).maxStreams)
      ? 'topic'
      : undefined
  }

  /** Counts a stream. */
  add({ network, principal }: Share): void {
    this.#streams++
    change(this.#networks, network, 1)
    if (principal !== undefined) change(this.#principals, principal, 1)
  }

  /** Counts it no longer. */
  remove({ network, principal }: Share): void {
    this.#streams--
    change(this.#networks, network, -1)
    if (principal !== undefined) change(this.#principals, principal, -1)
  }
}

function change(counts: Map<string, number>, key: string, by: number): void {
  const count = (counts.get(key) ?? 0) + by
  if (count > 0) counts.set(key, count)
  else counts.delete(key)
}
