import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Clock } from '../../core/index.ts'
import type { Database } from '../database/service.ts'
import { appendRows, lockHead, type ChainEnd, type DatedEntry } from './audit-append.ts'
import type { AuditDb, AuditEntry } from './audit-rows.ts'
import type { KeyedDigest } from './secret.ts'

export interface AuditLogOptions {
  readonly database: Database
  readonly db: AuditDb
  readonly digest: KeyedDigest
  readonly clock: Clock
  /** Called when rows can no longer be written, once until they can again. */
  readonly failed: (error: Error) => void
}

interface Waiting {
  readonly entry: DatedEntry
  readonly written: () => void
  readonly lost: (error: unknown) => void
}

const rowsPerCommit = 1_000
const proofLastsMs = 1_000

/** Adds rows to the audit trail, those of one turn of the event loop in one transaction. */
export class AuditLog {
  readonly #options: AuditLogOptions
  readonly #counters = { rows: 0, lostRows: 0 }
  #waiting: Waiting[] = []
  #writing: Promise<void> | undefined
  #proof: Promise<void> | undefined
  #proofAt = -Infinity
  #broken = false
  /** Where the chain ended after the last commit of this process. */
  #end: ChainEnd | undefined

  constructor(options: AuditLogOptions) {
    this.#options = options
  }

  get counters(): Readonly<Record<string, number>> {
    return this.#counters
  }

  /** Rows that are not on the disk yet. */
  get backlog(): number {
    return this.#waiting.length
  }

  /**
   * Resolves once the row is on the disk.
   * @throws {Error} when it cannot be written
   */
  append(entry: AuditEntry): Promise<void> {
    const row = { ...entry, certNo: storable(entry.certNo), at: this.#options.clock.now() }
    return new Promise((written, lost) => {
      this.#waiting.push({ entry: row, written, lost })
      this.#writing ??= this.#write()
    })
  }

  /**
   * Resolves when the database has taken a commit in the last second, and has not failed one since.
   * @throws {Error} when it takes none, which is tried once a second
   */
  writable(): Promise<void> {
    const now = this.#options.clock.monotonic()
    if (this.#proof && now - this.#proofAt < proofLastsMs) return this.#proof
    this.#proofAt = now
    const proof = this.#prove()
    proof.catch(() => {})
    this.#proof = proof
    return proof
  }

  /** Resolves when nothing waits to be written any more. */
  async settled(): Promise<void> {
    await this.#writing
  }

  async #prove(): Promise<void> {
    try {
      await this.#options.database.ping()
      await this.#options.db.transaction().execute(lockHead)
      this.#broken = false
    } catch (error) {
      throw this.#failed(error)
    }
  }

  async #write(): Promise<void> {
    // What else arrives in this turn goes into the same commit.
    await nextTurn()
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0, rowsPerCommit)
      await this.#commit(batch)
      await nextTurn()
    }
    this.#writing = undefined
  }

  async #commit(batch: readonly Waiting[]): Promise<void> {
    const { db, digest } = this.#options
    const entries = batch.map(({ entry }) => entry)
    try {
      const presumed = this.#end
      this.#end = undefined
      this.#end = await db.transaction().execute(trx => appendRows(trx, entries, digest, presumed))
      this.#counters.rows += batch.length
      for (const { written } of batch) written()
    } catch (error) {
      this.#counters.lostRows += batch.length
      const failure = this.#failed(error)
      this.#proof = undefined
      for (const { lost } of batch) lost(failure)
    }
  }

  #failed(error: unknown): Error {
    const failure = error instanceof Error ? error : new Error(String(error))
    if (!this.#broken) this.#options.failed(failure)
    this.#broken = true
    return failure
  }
}

/** A control may send anything as a serial; a row that could not be stored would withhold the signature. */
function storable(text: string): string {
  return text.slice(0, 64).replaceAll(/[\0\p{Cs}]/gu, '\uFFFD')
}
