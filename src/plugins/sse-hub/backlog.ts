import type { Frame } from './frame.ts'

/** What was left out: the topics, and the first and the last event. */
export interface Lost {
  readonly topics: Set<string>
  readonly first: Frame
  last: Frame
}

/**
 * What waits for a slow reader: first what is replayed to him, then what has come since. References only, so that a
 * thousand stalled readers hold an event once. Only what has come since counts as `bytes`.
 */
export class Backlog {
  #frames: Frame[]
  #next = 0
  /** What is replayed ends here. */
  #replayEnd: number
  #bytes = 0
  #lost: Lost | undefined
  /** By key the only event that is still to be sent. */
  #newest: Map<string, Frame> | undefined
  #superseded = 0

  constructor(replay: readonly Frame[] = []) {
    this.#frames = [...replay]
    this.#replayEnd = replay.length
  }

  get bytes(): number {
    return this.#bytes
  }

  get replaying(): boolean {
    return this.#next < this.#replayEnd
  }

  /** Puts a frame at the end. Returns whether one with the same key left for it. */
  add(frame: Frame): boolean {
    this.#frames.push(frame)
    this.#bytes += frame.bytes.length
    if (frame.key === undefined) return false
    this.#newest ??= new Map()
    const before = this.#newest.get(frame.key)
    this.#newest.set(frame.key, frame)
    if (!before) return false
    this.#bytes -= before.bytes.length
    this.#superseded++
    if (this.#superseded > 64 && this.#superseded * 2 > this.#frames.length - this.#next) this.#compact()
    return true
  }

  /**
   * Drops the oldest of what has come since until `most` bytes are left, of topics that lose events rather than
   * readers, or of all topics. What was sent to this reader alone stays. Returns how many it dropped.
   */
  shrink(most: number, ofAllTopics: boolean): number {
    this.#compact()
    const kept = this.#frames.slice(0, this.#replayEnd)
    let dropped = 0
    for (const frame of this.#frames.slice(this.#replayEnd)) {
      const { topic } = frame
      if (this.#bytes <= most || !topic || !(ofAllTopics || topic.options.slowReaders === 'drop-oldest')) {
        kept.push(frame)
        continue
      }
      this.#bytes -= frame.bytes.length
      if (frame.key !== undefined) this.#newest?.delete(frame.key)
      this.#lose(topic.name, frame)
      dropped++
    }
    this.#frames = kept
    return dropped
  }

  /** What was left out since the last call. To be told before anything else is taken. */
  takeLost(): Lost | undefined {
    const lost = this.#lost
    this.#lost = undefined
    return lost
  }

  /** The next frame to send, or `undefined` when none is left. */
  take(): Frame | undefined {
    while (this.#next < this.#frames.length) {
      const isReplay = this.replaying
      const frame = this.#frames[this.#next++] as Frame
      if (isReplay) return frame
      if (this.#isSuperseded(frame)) continue
      this.#bytes -= frame.bytes.length
      if (frame.key !== undefined) this.#newest?.delete(frame.key)
      return frame
    }
    return undefined
  }

  #lose(topic: string, frame: Frame): void {
    this.#lost ??= { topics: new Set(), first: frame, last: frame }
    this.#lost.topics.add(topic)
    this.#lost.last = frame
  }

  #isSuperseded(frame: Frame): boolean {
    return frame.key !== undefined && this.#newest?.get(frame.key) !== frame
  }

  #compact(): void {
    const replay = Math.max(0, this.#replayEnd - this.#next)
    const rest = this.#frames.slice(this.#next)
    this.#frames = rest.filter((frame, at) => at < replay || !this.#isSuperseded(frame))
    this.#next = 0
    this.#replayEnd = replay
    this.#superseded = 0
  }
}
