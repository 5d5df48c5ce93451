import type { FastifyBaseLogger } from 'fastify'
import type { Clock } from '../../core/index.ts'
import { BoxError } from './box.ts'
import { isLive, openSession, type Lifetime, type OpenSession } from './open-session.ts'
import { DamagedRowError, signed } from './row-mac.ts'
import type { SessionFigures } from './figures.ts'
import type { ServerKeys } from './server-keys.ts'
import type { SessionMemory } from './session-memory.ts'
import type { Store } from './store.ts'
import type { SessionRow } from './tables.ts'
import { tokenIdOf, tokenIn } from './token-keys.ts'

/** A session is noted as used when it was not for this long. */
export const touchMs = 2 * 3_600_000

export interface LookupParts {
  readonly store: Store
  readonly memory: SessionMemory
  readonly keys: ServerKeys
  /** Name of the provider that is asked. */
  readonly provider: string
  readonly lifetime: Lifetime
  readonly figures: SessionFigures
  readonly clock: Clock
  readonly log: FastifyBaseLogger
}

/** Finds the session of a token. */
export class Lookup {
  readonly #parts: LookupParts
  readonly #writing = new Set<Promise<void>>()

  constructor(parts: LookupParts) {
    this.#parts = parts
  }

  /**
   * The session of a token, at once where it is in memory; `undefined`: the token is none, or not good any more. A
   * session that was tampered with is none either, which is logged.
   * @throws when the database does not answer
   */
  find(text: string): OpenSession | undefined | Promise<OpenSession | undefined> {
    const { memory, figures } = this.#parts
    const token = tokenIn(text)
    if (!token) {
      figures.lookups.unknown++
      return undefined
    }
    const tid = tokenIdOf(token)
    const found = memory.find(tid, () => this.#load(tid, token))
    if (!(found instanceof Promise)) return this.#used(found, 'memory')
    return found.then(
      session => this.#used(session, 'database'),
      (error: unknown) => {
        figures.lookups.failed++
        throw error
      }
    )
  }

  /** Waits for what is still being written. */
  async settle(): Promise<void> {
    await Promise.all(this.#writing)
  }

  async #load(tid: string, token: Buffer): Promise<OpenSession | undefined> {
    const { store, figures, log } = this.#parts
    try {
      const row = await store.session(tid)
      if (!row || !this.#isLive(row)) return undefined
      const person = await store.personOf(row.identity)
      return person && openSession(row, person, token, this.#parts)
    } catch (error) {
      if (!isDamage(error)) throw error
      figures.damagedRows++
      log.error({ err: error, tid }, 'a session was changed in the database: it is refused')
      return undefined
    }
  }

  #used(session: OpenSession | undefined, from: 'memory' | 'database'): OpenSession | undefined {
    const { figures, clock } = this.#parts
    const isGood = session !== undefined && this.#isLive(session.row)
    figures.lookups[isGood ? from : 'unknown']++
    if (!isGood) return undefined
    const now = clock.now()
    if (now - session.row.lastSeen >= touchMs) this.#touch(session, now)
    return session
  }

  #touch(session: OpenSession, now: number): void {
    const { store, keys, log } = this.#parts
    const { row } = session
    const { mac: _, ...columns } = row
    const touched = signed<SessionRow>(keys.mac, { ...columns, lastSeen: now })
    // Further requests of this moment find it done.
    session.row = touched
    const writing = store
      .updateSession(row, touched)
      .then(
        () => undefined,
        (error: unknown) => log.warn({ err: error }, 'when a session was used last could not be written')
      )
      .finally(() => this.#writing.delete(writing))
    this.#writing.add(writing)
  }

  #isLive(row: SessionRow): boolean {
    return isLive(row, this.#parts.clock.now(), this.#parts.lifetime)
  }
}

/** Whether an error says that rows were changed by somebody else. */
export function isDamage(error: unknown): boolean {
  return error instanceof BoxError || error instanceof DamagedRowError
}
