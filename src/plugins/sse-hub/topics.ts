import type { Frame } from './frame.ts'
import type { TopicOptions } from './service.ts'
import { Topic } from './topic.ts'
import { TopicRules, type KeptTopic } from './topic-options.ts'

/** Bounds of everything that is remembered. */
export interface TopicsLimits {
  /** Bytes of all histories together. */
  readonly maxHistoryBytes: number
  /** Topics without readers. */
  readonly maxIdleTopics: number
}

/**
 * All topics. One that nobody reads is remembered for those who come back, until there are too many such; then the
 * one that was used longest ago is forgotten, and whoever resumes below its last event is told that he missed something.
 */
export class Topics {
  readonly #limits: TopicsLimits
  readonly #rules: TopicRules
  readonly #topics = new Map<string, Topic>()
  /** Without readers, the one used longest ago first. */
  readonly #idle = new Set<Topic>()
  /** With a history, the one published to longest ago first. */
  readonly #remembered = new Set<Topic>()
  /** Highest sequence of any topic that was forgotten. */
  #forgottenThrough = 0
  #historyBytes = 0
  #historyEvents = 0

  constructor(limits: TopicsLimits, byDefault: KeptTopic) {
    this.#limits = limits
    this.#rules = new TopicRules(byDefault)
  }

  get size(): number {
    return this.#topics.size
  }

  get historyBytes(): number {
    return this.#historyBytes
  }

  get historyEvents(): number {
    return this.#historyEvents
  }

  /** How many topics have a history. */
  get remembered(): number {
    return this.#remembered.size
  }

  /** How long the events of any topic are kept at most. */
  get longestHistoryMs(): number {
    return this.#rules.longestHistoryMs
  }

  /** Sets how topics are kept, those that there are included. */
  define(pattern: string, options: TopicOptions): void {
    this.#rules.set(pattern, options)
    for (const topic of this.#topics.values()) topic.options = this.#rules.for(topic.name)
  }

  optionsOf(name: string): KeptTopic {
    return this.#topics.get(name)?.options ?? this.#rules.for(name)
  }

  /** How many streams read a topic. */
  readersOf(name: string): number {
    return this.#topics.get(name)?.readers.size ?? 0
  }

  /** The topic of this name, made if there is none. Who has no reader for it and publishes nothing leaves it again. */
  open(name: string): Topic {
    const known = this.#topics.get(name)
    if (known) return known
    const topic = new Topic(name, this.#rules.for(name), this.#forgottenThrough)
    this.#topics.set(name, topic)
    return topic
  }

  /** Notes that a topic has a reader or none. */
  readersChanged(topic: Topic): void {
    this.#idle.delete(topic)
    if (topic.readers.size > 0) return
    if (topic.lastSeq === 0) return void this.#topics.delete(topic.name)
    this.#idle.add(topic)
    const [oldest] = this.#idle
    if (oldest && this.#idle.size > this.#limits.maxIdleTopics) this.#forget(oldest)
  }

  /** Puts a new event into the history of its topic, and takes out of the histories what is then too much. */
  remember(topic: Topic, frame: Frame): void {
    topic.lastSeq = frame.seq
    this.#change(topic, () => topic.history.add(frame, topic.options))
    if (topic.history.length > 0) {
      this.#remembered.delete(topic)
      this.#remembered.add(topic)
    }
    if (topic.readers.size === 0) this.readersChanged(topic)
    for (const oldest of this.#remembered) {
      if (this.#historyBytes <= this.#limits.maxHistoryBytes) break
      this.#change(oldest, () => {
        if (oldest !== topic) return oldest.history.clear()
        const excess = this.#historyBytes - this.#limits.maxHistoryBytes
        const most = oldest.history.bytes - excess
        while (oldest.history.bytes > most) oldest.history.evict()
      })
    }
  }

  /** Forgets the events of a topic that are too old. */
  expire(topic: Topic, now: number): void {
    this.#change(topic, () => topic.history.expire(now - topic.options.historyMs))
  }

  /** Forgets all events that are too old. */
  sweep(now: number): void {
    for (const topic of this.#remembered) this.expire(topic, now)
  }

  /** Events up to a sequence, of whatever topics, were never there: who resumes below it has missed something. */
  lose(through: number): void {
    this.#forgottenThrough = Math.max(this.#forgottenThrough, through)
    for (const { history } of this.#topics.values())
      history.evictedThrough = Math.max(history.evictedThrough, through)
  }

  /** Forgets all events, and topics that nobody reads. A new sequence begins, of which those up to `through` are lost. */
  restart(through: number): void {
    for (const topic of this.#topics.values()) {
      if (topic.readers.size === 0) this.#topics.delete(topic.name)
      this.#change(topic, () => topic.restart(through))
    }
    this.#idle.clear()
    this.#forgottenThrough = through
  }

  #change(topic: Topic, change: () => void): void {
    const { history } = topic
    const { bytes, length } = history
    change()
    this.#historyBytes += history.bytes - bytes
    this.#historyEvents += history.length - length
    if (topic.history.length === 0) this.#remembered.delete(topic)
  }

  #forget(topic: Topic): void {
    this.#change(topic, () => topic.history.clear())
    this.#idle.delete(topic)
    this.#topics.delete(topic.name)
    this.#forgottenThrough = Math.max(this.#forgottenThrough, topic.lastSeq)
  }
}
