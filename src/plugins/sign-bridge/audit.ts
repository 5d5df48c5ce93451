import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Clock, Timer } from '../../core/index.ts'
import { ApiError } from '../api-error/service.ts'
import type { Database } from '../database/service.ts'
import { AuditLog } from './audit-log.ts'
import { pruneAudit } from './audit-retention.ts'
import { openAudit, type AuditDb, type AuditRow } from './audit-rows.ts'
import { audited, type AuditPolicy } from './audit-stage.ts'
import { Errors } from './errors.ts'
import type { Tell } from './events.ts'
import type { KeyedDigest } from './secret.ts'
import type { Stage } from './stage.ts'

const pruneEveryMs = 6 * 3_600_000
const dayMs = 86_400_000

export interface AuditOptions {
  readonly database: Database
  readonly digest: KeyedDigest
  readonly clock: Clock
  readonly tell: Tell
  readonly policy: AuditPolicy
  /** Rows are removed after so many days; 0: never. */
  readonly keepDays: number
}

/** The audit trail of a gateway: rows for requests and for what operators do, kept as long as they should be. */
export class Audit {
  readonly #options: AuditOptions
  readonly #db: AuditDb
  readonly #log: AuditLog
  #timer: Timer | undefined
  #pruning: Promise<unknown> | undefined

  private constructor(options: AuditOptions, db: AuditDb) {
    const { tell } = options
    this.#options = options
    this.#db = db
    const failed = ({ message }: Error): void =>
      tell({ kind: 'audit-failed', device: '', message: `The audit trail cannot be written: ${message}` })
    this.#log = new AuditLog({ ...options, db, failed })
  }

  static async open(options: AuditOptions): Promise<Audit> {
    const audit = new Audit(options, await openAudit(options.database))
    if (options.keepDays > 0) audit.#pruneAndWait()
    return audit
  }

  get counters(): AuditLog['counters'] {
    return this.#log.counters
  }

  /** Records every request. */
  get stage(): Stage {
    return audited(this.#log, this.#options.digest, this.#options.policy)
  }

  /**
   * Records what an operator is about to do.
   * @throws {ApiError} `sign.audit_unavailable` when that is required and cannot be done
   */
  async record(action: string, device: string): Promise<void> {
    const row = { action, caller: 'operator', device, certNo: '', digest: '', outcome: 'done' }
    try {
      await this.#log.append(row)
    } catch (cause) {
      if (this.#options.policy === 'required') throw new ApiError(Errors['sign.audit_unavailable'], { cause })
    }
  }

  /** The newest rows, newest first. */
  newest(limit: number): Promise<AuditRow[]> {
    return this.#db.selectFrom('sign_audit_rows').selectAll().orderBy('seq', 'desc').limit(limit).execute()
  }

  /** @throws {Error} when rows are required and cannot be written */
  async assertReady(): Promise<void> {
    if (this.#options.policy === 'required') await this.#log.writable()
  }

  /** Resolves once everything that was recorded is written. */
  async close(): Promise<void> {
    this.#timer?.cancel()
    // The requests that have just failed write their rows in this turn.
    await nextTurn()
    await this.#pruning
    await this.#log.settled()
  }

  #pruneAndWait(): void {
    const { clock, digest, keepDays, tell } = this.#options
    const now = clock.now()
    this.#pruning = pruneAudit(this.#db, digest, { before: now - keepDays * dayMs, now }).catch(
      ({ message }: Error) => {
        tell({ kind: 'audit-failed', device: '', message: `Old audit rows cannot be removed: ${message}` })
      }
    )
    this.#timer = clock.after(pruneEveryMs, () => this.#pruneAndWait())
  }
}
