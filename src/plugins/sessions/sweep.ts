import { setImmediate } from 'node:timers/promises'
import type { FastifyBaseLogger } from 'fastify'
import type { Clock, Timer } from '../../core/index.ts'
import { unusedSince, type Lifetime } from './open-session.ts'
import type { Store } from './store.ts'

const firstMs = 60_000
const dayMs = 86_400_000
/** Sessions that one statement deletes: others wait for it. */
const batch = 1_000

export interface SweepParts {
  readonly store: Pick<Store, 'sweep'>
  readonly lifetime: Lifetime
  readonly clock: Clock
  readonly log: FastifyBaseLogger
}

/** Deletes sessions that are over: a minute after the start, and once a day. */
export class Sweep {
  readonly #parts: SweepParts
  #timer: Timer | undefined
  #running: Promise<void> = Promise.resolve()
  #stopped = false

  constructor(parts: SweepParts) {
    this.#parts = parts
    this.#arm(firstMs)
  }

  /** Deletes what is over now. */
  async run(): Promise<void> {
    const { store, lifetime, clock, log } = this.#parts
    let deleted = 0
    try {
      for (;;) {
        const now = clock.now()
        const more = await store.sweep(unusedSince(now, lifetime), now, batch)
        deleted += more
        if (more < batch || this.#stopped) break
        await setImmediate()
      }
      if (deleted > 0) log.info({ deleted }, 'sessions that are over were deleted')
    } catch (error) {
      log.warn({ err: error, deleted }, 'sessions that are over could not be deleted')
    }
  }

  /** Ends after the batch that is under way. */
  async stop(): Promise<void> {
    this.#stopped = true
    this.#timer?.cancel()
    await this.#running
  }

  #arm(delayMs: number): void {
    this.#timer = this.#parts.clock.after(delayMs, () => {
      this.#arm(dayMs)
      this.#running = this.#running.then(() => this.run())
    })
  }
}
