import type { Frame } from './frame.ts'
import { Group } from './group.ts'
import type { OpenStream } from './open-stream.ts'
import type { Topic } from './topic.ts'

/** Streams that are written to before everything else in the process gets its turn. */
const sliceStreams = 1_000

/**
 * Brings events from topics to streams. All that is published in one turn of the event loop is written to a stream at
 * once; where there are many streams, the rest of the process gets a turn after each slice of them. A stream that waits
 * for its slice while more is published gets that with the same write, so its events stay in order.
 */
export class FanOut {
  readonly #now: () => number
  #dirty: Topic[] = []
  /** Streams that wait for their slice; those before `#done` have had theirs. */
  #waiting: OpenStream[] = []
  #done = 0
  #scheduled = false

  constructor(now: () => number) {
    this.#now = now
  }

  /** True when something was published and has not left. */
  get busy(): boolean {
    return this.#dirty.length > 0 || this.#done < this.#waiting.length
  }

  /** Sends an event of a topic in this turn. */
  add(topic: Topic, frame: Frame): void {
    if (topic.readers.size === 0) return
    if (topic.pending.length === 0) this.#dirty.push(topic)
    topic.pending.push(frame)
    this.#schedule()
  }

  /** Hands what was published to those who listen now; whoever comes later has it from the history. */
  flush(): void {
    if (this.#dirty.length === 0) return
    const dirty = this.#dirty
    this.#dirty = []
    const none = new Group()
    const streams: OpenStream[] = []
    for (const topic of dirty) {
      const batch = topic.pending
      topic.pending = []
      for (const stream of topic.readers) {
        if (!stream.group) streams.push(stream)
        stream.group = (stream.group ?? none).with(batch)
      }
    }
    if (streams.length <= sliceStreams) return this.#deliver(streams)
    this.#waiting = this.#waiting.slice(this.#done).concat(streams)
    this.#done = 0
  }

  /** Brings one stream up to date at once, for something that has to come behind. */
  settle(stream: OpenStream): void {
    this.flush()
    stream.takeGroup(this.#now())
  }

  readonly #turn = (): void => {
    this.#scheduled = false
    this.flush()
    if (this.#done < this.#waiting.length) {
      const slice = this.#waiting.slice(this.#done, this.#done + sliceStreams)
      this.#done += slice.length
      this.#deliver(slice)
    }
    if (this.#done < this.#waiting.length) return this.#schedule()
    this.#waiting = []
    this.#done = 0
  }

  #deliver(streams: readonly OpenStream[]): void {
    const now = this.#now()
    for (const stream of streams) stream.takeGroup(now)
  }

  #schedule(): void {
    if (this.#scheduled) return
    this.#scheduled = true
    setImmediate(this.#turn)
  }
}
