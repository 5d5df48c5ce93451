import type { FastifyBaseLogger } from 'fastify'
import type { Calendar, Clock, Timer } from '../../core/index.ts'
import type { DailySalt } from './daily-salt.ts'
import { eraseSketches } from './record.ts'
import type { ClickDb } from './tables.ts'

const firstMs = 60_000
const hourMs = 3_600_000

export interface DayEndParts {
  readonly db: ClickDb
  readonly salt: DailySalt
  readonly calendar: Calendar
  readonly clock: Clock
  readonly log: FastifyBaseLogger
}

/** Forgets what guests were told apart by, within an hour of the end of each day, and a minute after the start. */
export class DayEnd {
  readonly #parts: DayEndParts
  #timer: Timer | undefined
  #running: Promise<void> = Promise.resolve()

  constructor(parts: DayEndParts) {
    this.#parts = parts
    this.#arm(firstMs)
  }

  /** Resolves when it is not at work any more. */
  async stop(): Promise<void> {
    this.#timer?.cancel()
    await this.#running
  }

  #arm(delayMs: number): void {
    this.#timer = this.#parts.clock.after(delayMs, () => {
      this.#arm(hourMs)
      this.#running = this.#running.then(() => this.#run())
    })
  }

  async #run(): Promise<void> {
    const { db, salt, calendar, clock, log } = this.#parts
    const today = calendar.dayOf(clock.now())
    salt.forgetBefore(today)
    try {
      await eraseSketches(db, today)
    } catch (error) {
      log.warn({ err: error }, 'what guests of past days were counted by could not be erased')
    }
  }
}
