import { service } from '../../core/index.ts'

export { addressDigest, MinuteLimits, type MinuteLimitsOptions } from './minute-limits.ts'

/** How long a value lives. */
export interface Expiry {
  /** Milliseconds, at least 1; a fraction counts as a whole one. Without it a value stays until it is deleted. */
  readonly ttlMs?: number
}

/** A held lock. It ends by itself when its lease does. */
export interface Lease {
  /** Grows with every acquisition of the same lock: give it to what the lock protects (fencing). */
  readonly token: number
  /** Starts the lease anew. False: the lease had ended, and somebody else may hold the lock. */
  extend(leaseMs: number): Promise<boolean>
  /** Gives the lock back. False: the lease had ended before. */
  release(): Promise<boolean>
}

/** A place in a log. */
export interface LogPosition {
  /** Names one life of the log, with 16 small letters and digits. Places of another life say nothing about this one. */
  readonly epoch: string
  /** Counts the entries of an epoch, from 1; 0: before the first. */
  readonly seq: number
}

/** What was appended, and where it is. */
export interface LogEntry extends LogPosition {
  readonly text: string
}

/** How much of a log is remembered for those who were away or come later. The oldest entries go first. */
export interface LogBounds {
  /** Entries, 1 to 10,000,000. */
  readonly maxEntries: number
  /** Bytes of them, at least 1; the newest entry stays in any case. Default: no bound. */
  readonly maxBytes?: number
  /** Milliseconds after the latest entry when all of them are forgotten; the count goes on. Default: never. */
  readonly ttlMs?: number
}

/** Entries that cannot be had any more: those of `epoch` up to and with `through`, as far as they did not come. */
export interface LogLoss {
  /**
   * `restart`: the log began anew, or what had been in it is gone, and of the epoch before nothing more comes.
   * `trimmed`: the entries were forgotten before they could be had.
   */
  readonly reason: 'restart' | 'trimmed'
  readonly epoch: string
  readonly through: number
}

/** Who follows a log. What its functions throw is logged and concerns nobody else. */
export interface LogListener {
  /** Called once, before anything else: the first entry will be the one behind this place. */
  begin?(position: LogPosition): void
  /** Called for every entry, in order, without hole and once. */
  entry(entry: LogEntry): void
  /** Called instead of what is lost, before the next entry, which will be the one behind `through`. */
  lost(loss: LogLoss): void
}

/** A log that is being followed. */
export interface Following {
  /** Resolves when all that there is has been handed over for the first time, or at the end. Never rejects. */
  readonly started: Promise<void>
  /** False before the start, and while the driver is away: there may be entries that do not come. */
  readonly isCurrent: boolean
  /** Messages that did not follow the one before. */
  readonly holes: number
  /** How often entries had to be read because messages about them had not come. */
  readonly catchUps: number
  /**
   * Resolves when everything that was appended before the call has been handed over.
   * @throws when the driver is away
   */
  sync(): Promise<void>
  /** Nothing more is handed over. */
  end(): Promise<void>
}

/** Entries in an order that is the same for all nodes. */
export interface SharedLog {
  /**
   * Puts an entry at the end. Where it is rejected because the driver went away meanwhile, the entry may be there
   * all the same; where it is not, everybody who follows has the entry or is told of a loss.
   * @throws {RangeError} for bounds that are none
   * @throws {StateFullError} as {@link State.set}, for a new log
   */
  append(text: string, bounds: LogBounds): Promise<LogPosition>
  /** Hands over what is appended from now on, by whatever node, or from the `start` first what is remembered. */
  follow(listener: LogListener, options?: { readonly from?: 'now' | 'start' }): Following
}

/**
 * Short-lived facts that all nodes of a gateway share. Keys and values are strings; every call may fail when the
 * driver is remote, and does once it is closed. Times to live and leases below 1 ms are refused with a RangeError.
 */
export interface State {
  /** Whether more nodes than one can see what is in it. */
  readonly isShared: boolean
  get(key: string): Promise<string | undefined>
  /** @throws {StateFullError} when the driver holds as many keys as it may. Nothing is evicted to make room. */
  set(key: string, value: string, expiry?: Expiry): Promise<void>
  /**
   * Sets `key` to `next` if its value is `expected` (`undefined`: absent), and says whether it did. An `undefined`
   * `next` deletes the key.
   * @throws {StateFullError} as {@link State.set}
   */
  compareAndSet(
    key: string,
    expected: string | undefined,
    next: string | undefined,
    expiry?: Expiry
  ): Promise<boolean>
  /** Says whether there was something to delete. */
  delete(key: string): Promise<boolean>
  /**
   * Adds `by` (default 1, a safe integer) to a counter and returns the sum. `ttlMs` counts from the creation of the key.
   * @throws {TypeError} when the value is not an integer in plain decimal digits, or the sum is not a safe one
   * @throws {StateFullError} as {@link State.set}
   */
  increment(key: string, options?: Expiry & { readonly by?: number }): Promise<number>
  /**
   * Keys that begin with `prefix` and their values, in no order, at most `limit` (1–10,000; default 1,000).
   * It visits every key of the driver: not for the path of a request.
   * @throws {RangeError} for another `limit`
   */
  scan(prefix: string, limit?: number): Promise<ReadonlyMap<string, string>>
  /**
   * Takes the lock `key` for `leaseMs`, or returns `undefined` at once when somebody holds it. Locks and values of
   * one name have nothing to do with each other.
   * @throws {StateFullError} as {@link State.set}
   */
  lock(key: string, leaseMs: number): Promise<Lease | undefined>
  /** Hands `message` to whoever listens now, on every node. Delivery is at most once. */
  publish(channel: string, message: string): Promise<void>
  /**
   * Calls `listener` with every message from now on, in order and after `publish` has returned. What it throws is
   * logged and concerns nobody else. Resolves, once it listens, to what ends it.
   * @param missed called when messages may have been lost, because what delivers them was interrupted and is there again
   */
  subscribe(
    channel: string,
    listener: (message: string) => void,
    missed?: () => void
  ): Promise<() => Promise<void>>
  /** The log of this name; logs have nothing to do with values and channels of the same name. */
  log(name: string): SharedLog
}

export const State = service<State>('state')

/** The driver holds as many keys as it may. */
export class StateFullError extends Error {
  readonly code = 'STATE_FULL'
}
