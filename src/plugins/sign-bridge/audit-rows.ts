import type { Kysely, Migration } from 'kysely'
import type { Database } from '../database/service.ts'
import type { KeyedDigest } from './secret.ts'

/** What one row tells. Empty where it does not apply. */
export interface AuditEntry {
  /** `sign`, `prune`, or what an operator did. */
  readonly action: string
  /** Who asked. */
  readonly caller: string
  /** Name of the device. */
  readonly device: string
  /** Serial of the certificate that signed. */
  readonly certNo: string
  /**
   * Keyed hash of the text, so that whoever holds the text can find its row. Keyed, because texts are guessable:
   * order numbers and prices could be tried against a plain hash in a dump. `prune`: hash of the last row removed.
   */
  readonly digest: string
  /** `signed`, `done`, or the key of the error. */
  readonly outcome: string
}

/** A row: an entry with its place in the chain. */
export interface AuditRow extends AuditEntry {
  /** 1, 2, 3 … without gaps. */
  readonly seq: number
  /** Milliseconds since the epoch. The clock may jump; `seq` does not. */
  readonly at: number
  /** Keyed hash of the row and of the hash before it. */
  readonly hash: string
}

export interface AuditTables {
  sign_audit_rows: AuditRow
  /** One row: where the chain ends. */
  sign_audit_head: { readonly id: number; readonly seq: number; readonly hash: string }
}

export type AuditDb = Kysely<AuditTables>

/** What stands before the first row. */
export const noHash = '0'.repeat(64)

const migrations: Readonly<Record<string, Migration>> = {
  '2026-11-20_rows': {
    async up(db) {
      const texts = ['action', 'caller', 'device', 'certNo', 'digest', 'outcome', 'hash']
      const rows = db.schema
        .createTable('sign_audit_rows')
        .addColumn('seq', 'bigint', seq => seq.primaryKey())
        .addColumn('at', 'bigint', at => at.notNull())
      await texts
        .reduce((table, name) => table.addColumn(name, 'text', text => text.notNull()), rows)
        .execute()
      await db.schema
        .createTable('sign_audit_head')
        .addColumn('id', 'integer', id => id.primaryKey())
        .addColumn('seq', 'bigint', seq => seq.notNull())
        .addColumn('hash', 'text', hash => hash.notNull())
        .execute()
      const start = { id: 1, seq: 0, hash: noHash }
      await (db as AuditDb).insertInto('sign_audit_head').values(start).execute()
    }
  }
}

/** Opens the tables of the audit trail. */
export function openAudit(database: Database): Promise<AuditDb> {
  return database.open<AuditTables>('sign_audit', migrations)
}

/** The hash that a row must have after the one with the hash `previous`. */
export function hashOf(row: Omit<AuditRow, 'hash'>, previous: string, digest: KeyedDigest): string {
  const { seq, at, action, caller, device, certNo, digest: text, outcome } = row
  const facts = JSON.stringify([seq, at, action, caller, device, certNo, text, outcome])
  return digest('audit row', previous, facts)
}

/** What a row keeps of a text. */
export function textDigest(text: string, digest: KeyedDigest): string {
  return digest('audit text', text)
}

/** What a row of `prune` says, and what it starts the rest of the chain with. */
export const pruned = {
  entry(seq: number, hash: string): AuditEntry {
    return {
      action: 'prune',
      caller: '',
      device: '',
      certNo: '',
      digest: hash,
      outcome: `removed rows up to ${seq}`
    }
  },
  lastOf({ outcome }: AuditRow): number {
    return Number(outcome.replace('removed rows up to ', ''))
  }
}
