import { hashOf, type AuditDb, type AuditEntry, type AuditRow } from './audit-rows.ts'
import type { KeyedDigest } from './secret.ts'

/** SQLite takes 32,766 parameters in a statement. */
const rowsPerInsert = 1_000

/** An entry and when it happened. */
export interface DatedEntry extends AuditEntry {
  readonly at: number
}

/** The end of the chain. */
export interface ChainEnd {
  readonly seq: number
  readonly hash: string
}

/**
 * Adds rows to the end of the chain, in a transaction of the caller's, and returns where it ends from then on. The end
 * is written before anything else: that is the lock which keeps other processes from appending after the same row.
 * @param presumed where the chain ended when the caller last saw it, which saves a look if it still does
 * @throws {Error} when the end is not marked: somebody has tampered with the tables
 */
export async function appendRows(
  trx: AuditDb,
  entries: readonly DatedEntry[],
  digest: KeyedDigest,
  presumed?: ChainEnd
): Promise<ChainEnd> {
  const chain =
    (presumed && (await tryExtend(trx, entries, digest, presumed))) ?? (await extend(trx, entries, digest))
  for (let from = 0; from < chain.length; from += rowsPerInsert)
    await trx
      .insertInto('sign_audit_rows')
      .values(chain.slice(from, from + rowsPerInsert))
      .execute()
  return chain.at(-1) ?? lockHead(trx)
}

async function extend(
  trx: AuditDb,
  entries: readonly DatedEntry[],
  digest: KeyedDigest
): Promise<AuditRow[]> {
  const end = await lockHead(trx)
  const chain = await tryExtend(trx, entries, digest, end)
  if (!chain) throw new Error('The end of the audit trail has moved while it was locked')
  return chain
}

/** Moves the end of the chain behind new rows; `undefined` when it was not where it was presumed. */
async function tryExtend(
  trx: AuditDb,
  entries: readonly DatedEntry[],
  digest: KeyedDigest,
  end: ChainEnd
): Promise<AuditRow[] | undefined> {
  let { seq, hash } = end
  const chain = entries.map((entry): AuditRow => {
    seq++
    const { at, action, caller, device, certNo, digest: text, outcome } = entry
    const row = { seq, at, action, caller, device, certNo, digest: text, outcome }
    hash = hashOf(row, hash, digest)
    return { ...row, hash }
  })
  const { numUpdatedRows } = await trx
    .updateTable('sign_audit_head')
    .set({ seq, hash })
    .where('id', '=', 1)
    .where('seq', '=', end.seq)
    .where('hash', '=', end.hash)
    .executeTakeFirst()
  return numUpdatedRows === 1n ? chain : undefined
}

/** Locks the end of the chain for the rest of the transaction. */
export async function lockHead(trx: AuditDb): Promise<ChainEnd> {
  const head = await trx
    .updateTable('sign_audit_head')
    .set(its => ({ seq: its.ref('seq') }))
    .where('id', '=', 1)
    .returning(['seq', 'hash'])
    .executeTakeFirst()
  if (!head) throw new Error('The end of the audit trail is not marked any more: its table was tampered with')
  return head
}
