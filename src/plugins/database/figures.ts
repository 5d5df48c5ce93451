import { Histogram, systemClock, type Clock } from '../../core/index.ts'

/** Upper bounds in seconds: a row in memory at one end, `busyTimeoutMs` and a statement's time at the other. */
const bounds = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30] as const

/**
 * Why a statement failed. `busy`: others held the file or the row for too long. `constraint`: the row may not be.
 * `connection`: the server or the thread was gone. `timeout`: the server ended it. `full`: of disk or memory.
 */
export type StatementFailure = 'busy' | 'constraint' | 'connection' | 'timeout' | 'full' | 'other'

/** What happened since the start. */
export class DatabaseFigures {
  readonly reads = new Histogram(bounds)
  readonly writes = new Histogram(bounds)
  readonly turns = new Histogram(bounds)
  /** Attempts to write that another process was in the way of; each is repeated for a while. */
  busy = 0
  /** Writers that wait for their turn. */
  waiting = 0
  brokenConnections = 0
  readonly errors: Record<StatementFailure, number> = {
    busy: 0,
    constraint: 0,
    connection: 0,
    timeout: 0,
    full: 0,
    other: 0
  }
  readonly #clock: Clock

  constructor(clock: Clock = systemClock) {
    this.#clock = clock
  }

  /** Times a statement, waits included, and counts its failure. */
  async statement<T>(
    times: Histogram,
    work: () => Promise<T>,
    failureOf: (error: unknown) => StatementFailure
  ): Promise<T> {
    const began = this.#clock.monotonic()
    try {
      return await work()
    } catch (error) {
      this.errors[failureOf(error)]++
      throw error
    } finally {
      times.observeMs(this.#clock.monotonic() - began)
    }
  }

  /** Times the wait for the turn to write. */
  async turn<T>(wait: () => Promise<T>): Promise<T> {
    const began = this.#clock.monotonic()
    this.waiting++
    try {
      return await wait()
    } finally {
      this.waiting--
      this.turns.observeMs(this.#clock.monotonic() - began)
    }
  }
}
