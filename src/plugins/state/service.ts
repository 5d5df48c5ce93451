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

/**
 * Short-lived facts that all nodes of a gateway share. Keys and values are strings; every call may fail when the
 * driver is remote, and does once it is closed. Times to live and leases below 1 ms are refused with a RangeError.
 */
export interface State {
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
}

export const State = service<State>('state')

/** The driver holds as many keys as it may. */
export class StateFullError extends Error {
  readonly code = 'STATE_FULL'
}
