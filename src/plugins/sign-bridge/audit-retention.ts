import { setImmediate as nextTurn } from 'node:timers/promises'
import { appendRows, lockHead } from './audit-append.ts'
import { pruned, type AuditDb } from './audit-rows.ts'
import type { KeyedDigest } from './secret.ts'

/** Removing rows blocks the gateway; it does so for milliseconds at a time. */
const rowsPerCommit = 2_000

/**
 * Removes the rows at the start of the trail that were written before `before`. A row at its end says so and keeps
 * the last hash that was removed, so that the rest can still be verified. Returns how many it removed.
 */
export async function pruneAudit(
  db: AuditDb,
  digest: KeyedDigest,
  { before, now }: { readonly before: number; readonly now: number }
): Promise<number> {
  let removed = 0
  for (;;) {
    const some = await db.transaction().execute(trx => pruneSome(trx, digest, before, now))
    if (some === 0) return removed
    removed += some
    await nextTurn()
  }
}

async function pruneSome(trx: AuditDb, digest: KeyedDigest, before: number, now: number): Promise<number> {
  await lockHead(trx)
  const rows = await trx
    .selectFrom('sign_audit_rows')
    .select(['seq', 'at', 'hash'])
    .orderBy('seq')
    .limit(rowsPerCommit)
    .execute()
  const kept = rows.findIndex(({ at }) => at >= before)
  const old = kept < 0 ? rows : rows.slice(0, kept)
  const last = old.at(-1)
  if (!last) return 0
  await appendRows(trx, [{ ...pruned.entry(last.seq, last.hash), at: now }], digest)
  await trx.deleteFrom('sign_audit_rows').where('seq', '<=', last.seq).execute()
  return old.length
}
