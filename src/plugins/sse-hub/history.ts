import type { Frame } from './frame.ts'

/** How much of a topic is remembered. */
export interface HistoryLimits {
  readonly historyEvents: number
  readonly historyBytes: number
  readonly historyMs: number
}

/** The latest events of a topic, oldest first, within bounds of number, bytes and age. */
export class History {
  /** Highest sequence that is not, or no longer, remembered. Whoever resumes below it has missed something. */
  evictedThrough: number
  #frames: Frame[] = []
  #head = 0
  #bytes = 0

  constructor(evictedThrough: number) {
    this.evictedThrough = evictedThrough
  }

  get bytes(): number {
    return this.#bytes
  }

  get length(): number {
    return this.#frames.length - this.#head
  }

  /** Remembers a frame, whose sequence is higher than all before, and forgets what is then too much. */
  add(frame: Frame, { historyEvents, historyBytes, historyMs }: HistoryLimits): void {
    this.#frames.push(frame)
    this.#bytes += frame.bytes.length
    while (this.length > historyEvents || this.#bytes > historyBytes) this.evict()
    this.expire(frame.at - historyMs)
  }

  /** Forgets what was published before a moment (monotonic milliseconds). */
  expire(before: number): void {
    for (let oldest = this.#frames[this.#head]; oldest && oldest.at < before;) {
      this.evict()
      oldest = this.#frames[this.#head]
    }
  }

  /** Forgets the oldest. */
  evict(): void {
    const oldest = this.#frames[this.#head]
    if (!oldest) return
    this.evictedThrough = Math.max(this.evictedThrough, oldest.seq)
    this.#bytes -= oldest.bytes.length
    this.#head++
    if (this.#head < 64 || this.#head * 2 < this.#frames.length) {
      this.#frames[this.#head - 1] = gone
      return
    }
    this.#frames = this.#frames.slice(this.#head)
    this.#head = 0
  }

  /** Forgets everything. */
  clear(): void {
    this.evictedThrough = Math.max(this.evictedThrough, this.#frames.at(-1)?.seq ?? 0)
    this.#frames = []
    this.#head = 0
    this.#bytes = 0
  }

  /** Forgets everything. A new sequence begins, of which what is up to `evictedThrough` is not remembered. */
  restart(evictedThrough: number): void {
    this.clear()
    this.evictedThrough = evictedThrough
  }

  /** The frames behind a sequence, in order. O(log n) to find the first. */
  after(seq: number): Frame[] {
    let [low, high] = [this.#head, this.#frames.length]
    while (low < high) {
      const middle = (low + high) >> 1
      if ((this.#frames[middle] as Frame).seq > seq) high = middle
      else low = middle + 1
    }
    return this.#frames.slice(low)
  }
}

/** Stands where a frame was, so that its bytes are free at once. */
const gone: Frame = { bytes: Buffer.alloc(0), epoch: '', seq: 0, topic: undefined, key: undefined, at: 0 }
