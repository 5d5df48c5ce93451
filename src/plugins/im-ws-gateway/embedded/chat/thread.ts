import type { Message } from '../../model.ts'
import type { Seat } from './seat.ts'
import type { ThreadRow } from './tables.ts'

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
