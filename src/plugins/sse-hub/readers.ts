import type { Limits } from './limits.ts'
import type { OpenStream } from './open-stream.ts'
import type { Topics } from './topics.ts'

/** Who reads: all open streams, by topic, by principal, and as the limits count them. */
export class Readers {
  readonly #topics: Topics
  readonly #limits: Limits
  readonly #streams = new Set<OpenStream>()
  readonly #principals = new Map<string, Set<OpenStream>>()

  constructor(topics: Topics, limits: Limits) {
    this.#topics = topics
    this.#limits = limits
  }

  get streams(): ReadonlySet<OpenStream> {
    return this.#streams
  }

  /** The streams of a principal. */
  of(principal: string): readonly OpenStream[] {
    return [...(this.#principals.get(principal) ?? [])]
  }

  add(stream: OpenStream): void {
    const { principal } = stream.share
    this.#streams.add(stream)
    this.#limits.add(stream.share)
    if (principal !== undefined) {
      const own = this.#principals.get(principal)
      if (own) own.add(stream)
      else this.#principals.set(principal, new Set([stream]))
    }
    for (const topic of stream.topics) {
      topic.readers.add(stream)
      this.#topics.readersChanged(topic)
    }
  }

  /** Takes a stream out of its topics: it is ending. */
  leave(stream: OpenStream): void {
    for (const topic of stream.topics) if (topic.readers.delete(stream)) this.#topics.readersChanged(topic)
  }

  /** Forgets a stream whose response is over. */
  remove(stream: OpenStream): void {
    const { principal } = stream.share
    this.leave(stream)
    this.#streams.delete(stream)
    this.#limits.remove(stream.share)
    if (principal === undefined) return
    const own = this.#principals.get(principal)
    own?.delete(stream)
    if (own?.size === 0) this.#principals.delete(principal)
  }
}
