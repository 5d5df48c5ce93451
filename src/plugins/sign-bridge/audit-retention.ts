import { setImmediate as nextTurn } from 'node:timers/promises'
import { endOf, extendChain, markEnd, touchMark } from './audit-chain.ts'
import { pruned, type AuditDb } from './audit-rows.ts'
import type { KeyedDigest } from './secret.ts'

/** Whoever writes waits while rows are removed: for milliseconds at a time. */
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
  await touchMark(trx)
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
  const entry = { ...pruned.entry(last.seq, last.hash), at: now }
  const end = await extendChain(trx, await endOf(trx), [entry], digest)
  if (!end) throw new Error('Rows were added while old ones were removed')
  await markEnd(trx, end)
  await trx.deleteFrom('sign_audit_rows').where('seq', '<=', last.seq).execute()
  return old.length
}
