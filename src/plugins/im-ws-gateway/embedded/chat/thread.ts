import type { Message } from '../../model.ts'
import type { Seat } from './seat.ts'
import type { ThreadRow } from './rows.ts'

/** The numbers of a conversation in which nothing was ever said. */
export function silentThread(key: string): ThreadRow {
  const numbers = { maxSeq: 0, latestSeq: 0, counted: 0, position: 0, atAllSeq: 0, announcedSeq: 0 }
  return { key, ...numbers, hasReads: 0 }
}

/** A conversation of at least one user whose core is open, in memory, once for all of them. */
export class Thread {
  readonly key: string
  /** How it stands for those whose core is open. */
  readonly seats = new Set<Seat>()
  numbers: ThreadRow
  /** The newest message that still exists. */
  latest: Message | undefined
  /** Both sides of a single chat are known to have their rows. */
  isComplete = false

  constructor(key: string, numbers: ThreadRow, latest: Message | undefined) {
    this.key = key
    this.numbers = numbers
    this.latest = latest
  }
}
