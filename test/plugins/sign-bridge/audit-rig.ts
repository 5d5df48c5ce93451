import { AuditLog } from '../../../src/plugins/sign-bridge/audit-log.ts'
import {
  openAudit,
  type AuditDb,
  type AuditEntry,
  type AuditRow
} from '../../../src/plugins/sign-bridge/audit-rows.ts'
import { keyedDigest } from '../../../src/plugins/sign-bridge/secret.ts'
import { SqliteDatabase } from '../../../src/plugins/database/sqlite-database.ts'
import { fakeClock, type FakeClock } from '../../../src/testing/index.ts'

export const digest = keyedDigest('a key that only the tests have')

export const entry: AuditEntry = {
  action: 'sign',
  caller: 'shop',
  device: 'device-1',
  certNo: '01691fe9',
  digest: 'ab12',
  outcome: 'signed'
}

export interface AuditRig extends AsyncDisposable {
  readonly database: SqliteDatabase
  readonly db: AuditDb
  readonly log: AuditLog
  readonly clock: FakeClock
  /** Texts of the failures that were reported. */
  readonly failures: string[]
  rows(): Promise<AuditRow[]>
  /** The log of another process. */
  otherLog(): AuditLog
}

/** An audit trail in a file, or in memory. */
export async function auditRig(file = ':memory:'): Promise<AuditRig> {
  const database = await SqliteDatabase.connect(file, 1_000)
  const db = await openAudit(database)
  const clock = fakeClock()
  const failures: string[] = []
  const failed = (error: Error): void => void failures.push(error.message)
  const makeLog = (): AuditLog => new AuditLog({ database, db, digest, clock, failed })
  return {
    database,
    db,
    clock,
    failures,
    log: makeLog(),
    otherLog: makeLog,
    rows: () => db.selectFrom('sign_audit_rows').selectAll().orderBy('seq').execute(),
    [Symbol.asyncDispose]: () => database.close()
  }
}
