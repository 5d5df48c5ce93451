import { hashOf, type AuditDb, type AuditEntry, type AuditRow } from './audit-rows.ts'
import type { KeyedDigest } from './secret.ts'

/** SQLite takes 32,766 parameters in a statement. */
const rowsPerInsert = 1_000

/** An entry and when it happened. */
export interface DatedEntry extends AuditEntry {
  readonly at: number
}

/**
 * Adds rows to the end of the chain, in a transaction of the caller's. The head is written before anything is read:
 * that is the lock which keeps other processes from appending after the same row.
 * @throws {Error} when the head is missing: somebody has tampered with the tables
 */
export async function appendRows(
  trx: AuditDb,
  entries: readonly DatedEntry[],
  digest: KeyedDigest
): Promise<void> {
  let { seq, hash } = await lockHead(trx)
  const rows = entries.map((entry): AuditRow => {
    seq++
    const { at, action, caller, device, certNo, digest: text, outcome } = entry
    const row = { seq, at, action, caller, device, certNo, digest: text, outcome }
    hash = hashOf(row, hash, digest)
    return { ...row, hash }
  })
  for (let from = 0; from < rows.length; from += rowsPerInsert)
    await trx
      .insertInto('sign_audit_rows')
      .values(rows.slice(from, from + rowsPerInsert))
      .execute()
  await trx.updateTable('sign_audit_head').set({ seq, hash }).where('id', '=', 1).execute()
}

/** Locks the end of the chain for the rest of the transaction. */
export async function lockHead(trx: AuditDb): Promise<{ seq: number; hash: string }> {
  const head = await trx
    .updateTable('sign_audit_head')
    .set(its => ({ seq: its.ref('seq') }))
    .where('id', '=', 1)
    .returning(['seq', 'hash'])
    .executeTakeFirst()
  if (!head) throw new Error('The end of the audit trail is not marked any more: its table was tampered with')
  return head
}
