import type { HistoryLimits } from './history.ts'
import type { SlowReaderPolicy, TopicOptions } from './service.ts'
import { topicFault } from './topic-name.ts'

/** How a topic is kept, with nothing left out. */
export interface KeptTopic extends HistoryLimits {
  readonly slowReaders: SlowReaderPolicy
  readonly maxStreams: number
  readonly authorize: TopicOptions['authorize']
}

const policies: readonly unknown[] = ['disconnect', 'coalesce', 'drop-oldest']
const numbers = ['historyEvents', 'historyBytes', 'historyMs', 'maxStreams'] as const

/** What was defined for single topics and for all that begin alike. */
export class TopicRules {
  readonly #byDefault: KeptTopic
  readonly #exact = new Map<string, KeptTopic>()
  #longestHistoryMs: number
  /** Longest first. */
  #prefixes: { readonly prefix: string; readonly kept: KeptTopic }[] = []

  constructor(byDefault: KeptTopic) {
    this.#byDefault = byDefault
    this.#longestHistoryMs = byDefault.historyMs
  }

  /** How long the events of any topic are kept at most. */
  get longestHistoryMs(): number {
    return this.#longestHistoryMs
  }

  /**
   * Sets the rule of a topic, or with `*` at the end of a prefix, in place of the one that it had.
   * @throws {TypeError} for what is neither, or options that cannot be
   */
  set(pattern: string, options: TopicOptions): void {
    const kept = this.#keptAs(options)
    const prefix = pattern.endsWith('*') ? pattern.slice(0, -1) : undefined
    const fault = prefix === '' ? undefined : topicFault(prefix ?? pattern)
    if (fault) throw new TypeError(fault)
    this.#longestHistoryMs = Math.max(this.#longestHistoryMs, kept.historyMs)
    if (prefix === undefined) return void this.#exact.set(pattern, kept)
    const others = this.#prefixes.filter(rule => rule.prefix !== prefix)
    this.#prefixes = [...others, { prefix, kept }].toSorted((a, b) => b.prefix.length - a.prefix.length)
  }

  /** The rule with the longest name that fits. */
  for(name: string): KeptTopic {
    const prefix = (): KeptTopic | undefined =>
      this.#prefixes.find(rule => name.startsWith(rule.prefix))?.kept
    return this.#exact.get(name) ?? prefix() ?? this.#byDefault
  }

  #keptAs(options: TopicOptions): KeptTopic {
    const given = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined))
    const kept: KeptTopic = { ...this.#byDefault, ...given }
    for (const name of numbers)
      if (!Number.isSafeInteger(kept[name]) || kept[name] < 0)
        throw new TypeError(`${name} is a whole number, 0 or more`)
    if (!policies.includes(kept.slowReaders))
      throw new TypeError(`slowReaders is one of ${policies.join(', ')}`)
    return kept
  }
}
