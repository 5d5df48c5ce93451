import { Semaphore } from 'async-mutex'

/** As many derivations wait or run already as may. */
export class TooManyDerivations extends Error {
  readonly code = 'TOO_MANY_DERIVATIONS'
  /** Seconds after which there may be room. */
  readonly retryAfter: number

  constructor(retryAfter: number) {
    super('Too many passwords are being checked')
    this.name = 'TooManyDerivations'
    this.retryAfter = retryAfter
  }
}

/** How many derivations run and wait. */
export interface DerivationLimits {
  /** At the same time, at least 1. */
  readonly concurrency: number
  /** Further ones that wait, at least 0. */
  readonly maxWaiting: number
}

/** What a slow derivation takes, for the advice to those who find no room. */
const secondsEach = 0.25

/** Lets few derivations of keys from passwords run at a time: each takes a thread and tens of megabytes. */
export class DerivationQueue {
  readonly #limits: DerivationLimits
  readonly #semaphore: Semaphore
  #inside = 0

  constructor(limits: DerivationLimits) {
    this.#limits = limits
    this.#semaphore = new Semaphore(limits.concurrency)
  }

  /** Those that run or wait. */
  get inside(): number {
    return this.#inside
  }

  /**
   * Runs `derive` when its turn has come, first come first served.
   * @throws {TooManyDerivations} at once, when there is no room to wait
   */
  async run<T>(derive: () => Promise<T>): Promise<T> {
    const { concurrency, maxWaiting } = this.#limits
    if (this.#inside >= concurrency + maxWaiting)
      throw new TooManyDerivations(Math.ceil((this.#inside * secondsEach) / concurrency))
    this.#inside++
    try {
      return await this.#semaphore.runExclusive(derive)
    } finally {
      this.#inside--
    }
  }
}

/** Threads of libuv: derivations share them with files and names of hosts, so one stays free. */
const threads = Number(process.env['UV_THREADPOOL_SIZE']) || 4

/** The queue of this process, whose threads all plugins share. */
export const derivations = new DerivationQueue({ concurrency: Math.max(1, threads - 1), maxWaiting: 64 })
