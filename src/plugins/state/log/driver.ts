import type { CheckedBounds } from '../arguments.ts'
import type { LogPosition } from '../service.ts'

/** A place in a log together with the tag of the entry there. */
export interface Place extends LogPosition {
  readonly tag: string
}

/** What is appended. */
export interface NewEntry {
  readonly tag: string
  readonly text: string
  readonly bounds: CheckedBounds
  /** Name of the epoch that begins where there is no log yet. */
  readonly newEpoch: string
}

/** Where to read from. */
export interface ReadFrom {
  /** Of `after`; with another one the log is read from its start. Empty: whatever epoch there is. */
  readonly epoch: string
  readonly after: number
  /** As for an append. */
  readonly newEpoch: string
}

/** A part of a log. */
export interface Page {
  readonly epoch: string
  /** Sequence and tag of the newest entry. */
  readonly top: number
  readonly tag: string
  /** Messages behind the place that was asked for, as far as they are remembered; with more to come, not all. */
  readonly messages: readonly string[]
}

/** What a driver does for logs. All nodes see the same. */
export interface LogDriver {
  /** Whether messages arrive. */
  readonly isListening: boolean
  /** Puts an entry behind the newest, and sends it to all who listen, as one step. */
  append(name: string, entry: NewEntry): Promise<LogPosition>
  read(name: string, from: ReadFrom): Promise<Page>
  /**
   * Begins a new epoch if the log contradicts `seen`: it does not reach that place, or has another entry there. Sends a
   * message of the new epoch then, and says whether it did.
   */
  restart(name: string, seen: Place, newEpoch: string): Promise<boolean>
  /** Listens to messages, as `State.subscribe` does. */
  listen(name: string, heard: (message: string) => void, missed: () => void): Promise<() => Promise<void>>
}
