import type { Wheel } from '../../core/index.ts'
import { encodeEvent } from './event-text.ts'
import type { FanOut } from './fan-out.ts'
import { formatPosition } from './position.ts'
import type { Readers } from './readers.ts'
import type { GapReason } from './resume.ts'
import type { TopicEvent } from './service.ts'
import { Sweeper } from './sweeper.ts'
import type { Topics } from './topics.ts'

/** What a timeline works with. */
export interface TimelineParts {
  /** Names the first epoch. */
  readonly epoch: string
  readonly topics: Topics
  readonly readers: Readers
  readonly fanOut: FanOut
  readonly wheel: Wheel
}

/** The sequence of all events of a hub: from it they go into the histories and to the readers. */
export class Timeline {
  readonly #parts: TimelineParts
  readonly #sweeper: Sweeper
  #epoch: string
  #seq = 0

  constructor(parts: TimelineParts) {
    this.#parts = parts
    this.#epoch = parts.epoch
    this.#sweeper = new Sweeper(parts.topics, parts.wheel)
  }

  get epoch(): string {
    return this.#epoch
  }

  /** Sequence of the latest event. */
  get seq(): number {
    return this.#seq
  }

  get position(): string {
    return formatPosition(this.#epoch, this.#seq)
  }

  /**
   * Takes an event in behind the latest.
   * @param ageMs how long ago it was published
   * @returns how many bytes it has
   * @throws as `publish`, and has changed nothing then
   */
  add(name: string, event: TopicEvent, maxBytes: number, ageMs = 0): number {
    const { topics, fanOut, wheel } = this.#parts
    const seq = this.#seq + 1
    const bytes = Buffer.from(encodeEvent(event, maxBytes, formatPosition(this.#epoch, seq)))
    const topic = topics.open(name)
    const isKeyed = event.key !== undefined && topic.options.slowReaders === 'coalesce'
    this.#seq = seq
    const frame = {
      bytes,
      epoch: this.#epoch,
      seq,
      topic,
      // No topic has a space, so that no two pairs make one key.
      key: isKeyed ? `${name} ${event.key}` : undefined,
      at: wheel.now() - ageMs
    }
    topics.remember(topic, frame)
    this.#sweeper.wake()
    fanOut.add(topic, frame)
    return bytes.length
  }

  /** Goes to a place with which no event comes. */
  pass(seq: number): void {
    this.#seq = seq
  }

  /** Goes to a place behind which events go on. What was between cannot be had: everybody is told so. */
  lose(seq: number): void {
    this.#tellAll('lost', () => {
      this.#seq = seq
      this.#parts.topics.lose(seq)
    })
  }

  /** Goes to a place in another epoch. What was before cannot be had: everybody is told so. */
  restart(epoch: string, seq: number): void {
    this.#tellAll('restart', () => {
      this.#epoch = epoch
      this.#seq = seq
      this.#parts.topics.restart(seq)
    })
  }

  /** Does something behind which readers may have missed events, and tells them, behind all that came before it. */
  #tellAll(reason: GapReason, change: () => void): void {
    const { readers, fanOut } = this.#parts
    const from = this.position
    for (const stream of readers.streams) fanOut.settle(stream)
    change()
    const gap = { from, to: this.position, reason }
    for (const stream of readers.streams) stream.tellGap(gap)
  }
}
