import type { ChainEnd } from './audit-chain.ts'
import { hashOf, noHash, pruned, type AuditDb, type AuditRow } from './audit-rows.ts'
import type { KeyedDigest } from './secret.ts'

/** What a look at the whole chain has found. */
export type Verdict =
  | { readonly intact: true; readonly rows: number; readonly from: number; readonly head: ChainEnd }
  | { readonly intact: false; readonly seq: number; readonly because: string }

interface Ends {
  /** The mark of the end. It may lag behind the rows. */
  readonly mark: ChainEnd | undefined
  readonly first: number | null
  readonly last: number | null
}

const rowsPerPage = 1_000

/**
 * Goes through the audit trail from its first row to its last. It locks nothing, so rows may be appended meanwhile.
 * `noted` is a head that was noted earlier.
 */
export async function verifyAudit(db: AuditDb, digest: KeyedDigest, noted?: ChainEnd): Promise<Verdict> {
  for (;;) {
    const ends = await endsOf(db)
    const verdict = await verifyBetween(db, digest, ends, noted)
    // Old rows may have been removed while it read.
    if (verdict.intact || (await endsOf(db)).first === ends.first) return verdict
  }
}

async function verifyBetween(
  db: AuditDb,
  digest: KeyedDigest,
  { mark, first, last: lastOrNone }: Ends,
  noted: ChainEnd | undefined
): Promise<Verdict> {
  const last = lastOrNone ?? 0
  const from = first ?? 1
  // SQLite keeps a text in a column for numbers.
  if (!Number.isSafeInteger(last)) return broken(from, 'a row has no number')
  if (!mark) return broken(last, 'the mark of the end of the trail is missing')
  if (last < mark.seq || mark.seq < from - 1) return broken(last + 1, endsWrong(last, mark))
  if (noted && noted.seq > last) return broken(last + 1, `the trail once had ${noted.seq} rows`)
  let hash = from === 1 ? noHash : await hashBefore(db, from)
  if (hash === undefined)
    return broken(from, 'the rows before it are missing, and no row says that they were pruned')
  let seq = from - 1
  while (seq < last) {
    const page = await rowsAfter(db, seq, last)
    if (page.length === 0) return broken(seq + 1, 'it is missing')
    for (const row of page) {
      seq++
      if (row.seq !== seq) return broken(seq, 'it is missing')
      hash = hashOf(row, hash, digest)
      if (row.hash !== hash) return broken(seq, changed(seq, from))
      if (seq === mark.seq && mark.hash !== hash)
        return broken(seq, 'it is not the row that the mark of the end names')
      if (seq === noted?.seq && noted.hash !== hash)
        return broken(seq, 'it is not the row whose hash was noted')
    }
  }
  return { intact: true, rows: last - from + 1, from, head: { seq: last, hash } }
}

/** The hash of the row before the first one, when the chain itself says that what was there was pruned. */
async function hashBefore(db: AuditDb, first: number): Promise<string | undefined> {
  const row = await db
    .selectFrom('sign_audit_rows')
    .selectAll()
    .where('action', '=', 'prune')
    .orderBy('seq', 'desc')
    .executeTakeFirst()
  return row && pruned.lastOf(row) === first - 1 ? row.digest : undefined
}

/** In one statement: what it returns belongs together, whoever writes meanwhile. */
async function endsOf(db: AuditDb): Promise<Ends> {
  const { fn } = db
  const row = await db
    .selectFrom(
      db
        .selectFrom('sign_audit_rows')
        .select([fn.min<number | null>('seq').as('first'), fn.max<number | null>('seq').as('last')])
        .as('rows')
    )
    .leftJoin('sign_audit_head as head', join => join.on('head.id', '=', 1))
    .select(['rows.first', 'rows.last', 'head.seq', 'head.hash'])
    .executeTakeFirstOrThrow()
  const { first, last, seq, hash } = row
  return { first, last, mark: seq === null || hash === null ? undefined : { seq, hash } }
}

function rowsAfter(db: AuditDb, seq: number, to: number): Promise<AuditRow[]> {
  return db
    .selectFrom('sign_audit_rows')
    .selectAll()
    .where('seq', '>', seq)
    .where('seq', '<=', to)
    .orderBy('seq')
    .limit(rowsPerPage)
    .execute()
}

function broken(seq: number, because: string): Verdict {
  return { intact: false, seq, because }
}

function changed(seq: number, from: number): string {
  const because = 'it, or what is before it, was changed'
  return seq === from ? `${because}, or it was written under another secret` : because
}

function endsWrong(last: number, mark: ChainEnd): string {
  return `the last row is ${last}, but the mark of the end says ${mark.seq}`
}
