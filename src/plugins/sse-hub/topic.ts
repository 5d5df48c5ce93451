import type { Frame } from './frame.ts'
import { History } from './history.ts'
import type { OpenStream } from './open-stream.ts'
import type { KeptTopic } from './topic-options.ts'

/** Something that is published to and listened to. */
export class Topic {
  readonly name: string
  options: KeptTopic
  readonly history: History
  readonly readers = new Set<OpenStream>()
  /** Published, and not yet on its way to the readers. */
  pending: Frame[] = []
  /** Sequence of the latest event; 0: there was none. */
  lastSeq = 0

  /** @param evictedThrough highest sequence that a topic of this name may have had before it was forgotten */
  constructor(name: string, options: KeptTopic, evictedThrough: number) {
    this.name = name
    this.options = options
    this.history = new History(evictedThrough)
  }

  /** Forgets everything; a new sequence begins, of which events up to `evictedThrough` are lost. */
  restart(evictedThrough: number): void {
    this.history.restart(evictedThrough)
    this.lastSeq = 0
  }
}
