import type { Topic } from './topic.ts'

/** One encoded event. All readers share its bytes; queues and histories hold references. */
export interface Frame {
  readonly bytes: Buffer
  /** Names the life of the hub, or of the log that it follows, in whose sequence it is. */
  readonly epoch: string
  /** Place in the sequence. 0: sent to one reader alone, remembered by nobody. */
  readonly seq: number
  readonly topic: Topic | undefined
  /** Topic and key of an event that a newer one with the same makes superfluous while it waits. */
  readonly key: string | undefined
  /** When it was published, monotonic milliseconds. */
  readonly at: number
}

/** A frame for one reader alone. */
export function privateFrame(text: string): Frame {
  return { bytes: Buffer.from(text), epoch: '', seq: 0, topic: undefined, key: undefined, at: 0 }
}
