import type { FastifyBaseLogger } from 'fastify'
import type { Clock, Timer } from '../../../core/index.ts'
import type { Lease, State } from '../../state/service.ts'

/** What an election is held with. */
export interface ElectionParts {
  readonly state: Pick<State, 'lock'>
  readonly key: string
  readonly clock: Clock
  readonly log: Pick<FastifyBaseLogger, 'warn'>
  /** For how long whoever was elected stays so without saying anything. Milliseconds. */
  readonly leaseMs: number
  /** How often it is extended, or tried for. Milliseconds. */
  readonly everyMs: number
  /** @param lease with which {@link Election.holds} says whether it is over */
  won(lease: Lease): void
  /** The lease has ended, or may have. Called at once, however busy the state is. */
  lost(): void
  /** The lease was extended. */
  kept(): void
}

/**
 * Keeps one of the nodes elected, by a lease. It is over for this node a while before it is for the others: time passes
 * between two looks at the clock. A process that stood still meanwhile finds out when it goes on; what it writes until
 * then has to be refused by the database.
 */
export class Election {
  readonly #parts: ElectionParts
  #lease: Lease | undefined
  #next: Timer | undefined
  #end: Timer | undefined
  #turn: Promise<void> | undefined
  #isRunning = true
  /** The state did not answer last time. */
  #isMute = false

  constructor(parts: ElectionParts) {
    this.#parts = parts
  }

  get isHeld(): boolean {
    return this.#lease !== undefined
  }

  /** Whether it has been elected, and not lost that since. */
  holds(lease: Lease): boolean {
    return this.#lease === lease
  }

  /** Tries now, and from now on. */
  attempt(): void {
    if (!this.#isRunning) return
    this.#next?.cancel()
    this.#turn ??= this.#take().finally(() => {
      this.#turn = undefined
      if (this.#isRunning) this.#next = this.#parts.clock.after(this.#parts.everyMs, () => this.attempt())
    })
  }

  /** Gives up what it holds, if anything. It tries again in its time. */
  async renounce(): Promise<void> {
    const lease = this.#lease
    this.#lose()
    await lease?.release().catch(() => false)
  }

  /** Does not try any more; what it holds stays so until it is renounced. */
  async withdraw(): Promise<void> {
    this.#isRunning = false
    this.#next?.cancel()
    await this.#turn
  }

  async #take(): Promise<void> {
    const { state, key, clock, log, leaseMs } = this.#parts
    const before = clock.monotonic()
    const held = this.#lease
    try {
      if (held) {
        const isKept = await held.extend(leaseMs)
        this.#isMute = false
        if (this.#lease !== held) return
        if (!isKept) return this.#lose()
        this.#endAfter(before)
        return this.#parts.kept()
      }
      const lease = await state.lock(key, leaseMs)
      this.#isMute = false
      if (!lease) return
      if (!this.#isRunning) return void (await lease.release())
      this.#lease = lease
      this.#endAfter(before)
      this.#parts.won(lease)
    } catch (error) {
      if (!this.#isMute) log.warn({ err: error }, 'the state was asked in vain who runs the chat')
      this.#isMute = true
    }
  }

  /** @param before when the lease was asked for */
  #endAfter(before: number): void {
    const { clock, leaseMs } = this.#parts
    this.#end?.cancel()
    const leftMs = before + leaseMs * 0.8 - clock.monotonic()
    this.#end = clock.after(Math.max(0, leftMs), () => this.#lose())
  }

  #lose(): void {
    this.#end?.cancel()
    if (!this.#lease) return
    this.#lease = undefined
    this.#parts.lost()
  }
}
