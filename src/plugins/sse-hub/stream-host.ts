import type { Wheel } from '../../core/index.ts'
import type { Counters, OpenEnd } from './counters.ts'
import type { Frame } from './frame.ts'
import type { Share } from './limits.ts'
import type { OpenStream } from './open-stream.ts'
import type { HubEvent } from './service.ts'
import type { Topic } from './topic.ts'

/** What a stream needs of its hub. */
export interface StreamHost {
  readonly epoch: string
  readonly wheel: Wheel
  readonly counters: Counters
  readonly maxQueueBytes: number
  readonly stalledMs: number
  readonly heartbeatMs: number
  /** @throws as `publish` for what cannot be sent */
  encode(event: HubEvent): string
  /** Milliseconds after which the reader of a stream that ends shall come back. */
  retryMs(): number
  /** Hands what was published to a stream, in full. */
  settle(stream: OpenStream): void
  /** Sequence up to which everything has been handed to all streams; `undefined`: more is on its way. */
  settledSeq(): number | undefined
  /** The stream takes nothing any more. */
  leave(stream: OpenStream): void
  /** The response is over. */
  gone(stream: OpenStream, end: OpenEnd): void
}

/** What a stream is opened with. */
export interface StreamOptions {
  readonly topics: readonly Topic[]
  readonly share: Share
  readonly announce: boolean
  readonly lifeMs: number
  /** `hub.gap`, or empty: sent before `replay`. */
  readonly gapText: string
  /** What is sent before anything that is published from now on. */
  readonly replay: readonly Frame[]
}
