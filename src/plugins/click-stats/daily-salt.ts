import { randomBytes } from 'node:crypto'
import type { FastifyBaseLogger } from 'fastify'
import { addDays, type Calendar, type Clock } from '../../core/index.ts'
import type { State } from '../state/service.ts'

const saltBytes = 16
/** How long the state may take before this process uses a salt of its own. */
const patienceMs = 1_000

export interface DailySaltParts {
  readonly calendar: Calendar
  readonly clock: Clock
  readonly log: FastifyBaseLogger
  /** Where all nodes find the same salt, until the day is over. Absent: each has its own. */
  readonly state: Pick<State, 'get' | 'compareAndSet'> | undefined
}

/**
 * What addresses are hashed with, another every day. It is in no file and no database, so that once a day is over
 * nobody can try which addresses have left a mark.
 */
export class DailySalt {
  readonly #parts: DailySaltParts
  #day = ''
  #salt: Promise<Buffer> = Promise.resolve(Buffer.alloc(0))

  constructor(parts: DailySaltParts) {
    this.#parts = parts
  }

  /** The salt of a day, which is today. It never fails: where the state does, the salt is one of this process. */
  of(day: string): Promise<Buffer> {
    if (day !== this.#day) this.#salt = this.#find(day)
    this.#day = day
    return this.#salt
  }

  /** Forgets the salt of a day that is over. */
  forgetBefore(today: string): void {
    if (this.#day >= today) return
    this.#day = ''
    this.#salt = Promise.resolve(Buffer.alloc(0))
  }

  async #find(day: string): Promise<Buffer> {
    const own = randomBytes(saltBytes).toString('base64url')
    return Buffer.from(await this.#agree(day, own), 'base64url')
  }

  /** The salt of all nodes, or `own`. */
  async #agree(day: string, own: string): Promise<string> {
    const { state, calendar, clock, log } = this.#parts
    if (!state) return own
    const key = `click-stats:salt:${day}`
    const ttlMs = Math.max(1, calendar.startOf(addDays(day, 1)) - clock.now())
    const agree = async (): Promise<string | undefined> => {
      await state.compareAndSet(key, undefined, own, { ttlMs })
      return state.get(key)
    }
    const tooLate = new Promise<never>((_, reject) => {
      clock.after(patienceMs, () => reject(new Error(`no answer within ${patienceMs} ms`)))
    })
    try {
      return (await Promise.race([agree(), tooLate])) ?? own
    } catch (error) {
      log.warn(
        { err: error },
        'guests of today cannot be told apart over all nodes: this one does so for itself'
      )
      return own
    }
  }
}
