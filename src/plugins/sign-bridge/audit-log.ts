import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Clock, Timer } from '../../core/index.ts'
import type { Database } from '../database/service.ts'
import {
  endOf,
  extendChain,
  markEnd,
  rowsPerStatement,
  touchMark,
  type ChainEnd,
  type DatedEntry
} from './audit-chain.ts'
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

/** Other processes that append at the same time get ahead of this one now and then, not always. */
const attempts = 20
const markAfterMs = 1_000
const laterMs = 50
const proofLastsMs = 1_000

/**
 * Adds rows to the audit trail, those of one turn of the event loop in one statement. The mark of the end follows
 * within a second: after a power cut the last rows before it are there, and verified, but not missed if they are not.
 */
export class AuditLog {
  readonly #options: AuditLogOptions
  readonly #counters = { rows: 0, lostRows: 0 }
  #waiting: Waiting[] = []
  #writing: Promise<void> | undefined
  #proof: Promise<void> | undefined
  #proofAt = -Infinity
  #broken = false
  /** Where the chain ended after the last rows of this process. */
  #end: ChainEnd | undefined
  #markTimer: Timer | undefined
  /** While only rows wait that nobody waits for. */
  #later: Timer | undefined

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
   * @param isAwaited false for a row that nobody waits for: it is written with the next one that somebody does, at the
   * latest after 50 ms. A flood of refusals is thus a few large commits.
   * @throws {Error} when it cannot be written
   */
  append(entry: AuditEntry, isAwaited = true): Promise<void> {
    const row = { ...entry, certNo: storable(entry.certNo), at: this.#options.clock.now() }
    return new Promise((written, lost) => {
      this.#waiting.push({ entry: row, written, lost })
      if (isAwaited) this.#start()
      else if (!this.#writing) this.#later ??= this.#options.clock.after(laterMs, () => this.#start())
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

  /** Resolves when nothing waits to be written any more, and the end is marked. */
  async settled(): Promise<void> {
    if (this.#later) this.#start()
    await this.#writing
    if (this.#markTimer) await this.#mark()
  }

  async #prove(): Promise<void> {
    try {
      await this.#options.database.ping()
      await touchMark(this.#options.db)
      this.#broken = false
    } catch (error) {
      throw this.#failed(error)
    }
  }

  #start(): void {
    this.#later?.cancel()
    this.#later = undefined
    this.#writing ??= this.#write()
  }

  async #write(): Promise<void> {
    // What else arrives in this turn goes into the same commit.
    await nextTurn()
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0, rowsPerStatement)
      await this.#commit(batch)
      await nextTurn()
    }
    this.#writing = undefined
  }

  async #commit(batch: readonly Waiting[]): Promise<void> {
    const { clock } = this.#options
    try {
      this.#end = await this.#extend(batch.map(({ entry }) => entry))
      this.#markTimer ??= clock.after(markAfterMs, () => void this.#mark())
      this.#counters.rows += batch.length
      for (const { written } of batch) written()
    } catch (error) {
      this.#counters.lostRows += batch.length
      const failure = this.#failed(error)
      this.#proof = undefined
      for (const { lost } of batch) lost(failure)
    }
  }

  async #extend(entries: readonly DatedEntry[]): Promise<ChainEnd> {
    const { db, digest } = this.#options
    for (let attempt = 1; attempt <= attempts; attempt++) {
      const end = this.#end ?? (await endOf(db))
      this.#end = undefined
      try {
        const extended = await extendChain(db, end, entries, digest)
        if (extended) return extended
      } catch (error) {
        if ((await endOf(db)).seq === end.seq) throw error
      }
    }
    throw new Error('Other processes were always quicker to add to the audit trail')
  }

  async #mark(): Promise<void> {
    this.#markTimer?.cancel()
    this.#markTimer = undefined
    try {
      if (this.#end) await markEnd(this.#options.db, this.#end)
    } catch (error) {
      this.#failed(error)
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
