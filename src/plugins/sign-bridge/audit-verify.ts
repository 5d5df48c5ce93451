import { hashOf, noHash, pruned, type AuditDb, type AuditRow } from './audit-rows.ts'
import type { KeyedDigest } from './secret.ts'

/** What a look at the whole chain has found. */
export type Verdict =
  | { readonly intact: true; readonly rows: number; readonly from: number; readonly head: Head }
  | { readonly intact: false; readonly seq: number; readonly because: string }

/** Where a chain ends: noted elsewhere, it proves later that no rows were cut off up to there. */
export interface Head {
  readonly seq: number
  readonly hash: string
}

interface Ends {
  readonly head: Head | undefined
  readonly first: number | null
  readonly last: number | null
}

const rowsPerPage = 1_000

/**
 * Goes through the audit trail from its first row to its last. It locks nothing, so rows may be appended meanwhile.
 * `noted` is a head that was noted earlier.
 */
export async function verifyAudit(db: AuditDb, digest: KeyedDigest, noted?: Head): Promise<Verdict> {
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
  { head, first, last }: Ends,
  noted: Head | undefined
): Promise<Verdict> {
  if (!head) return broken(last ?? 0, 'the mark of the end of the trail is missing')
  if ((last ?? 0) !== head.seq) return broken(Math.min(last ?? 0, head.seq) + 1, endsWrong(last ?? 0, head))
  if (noted && noted.seq > head.seq) return broken(head.seq + 1, `the trail once had ${noted.seq} rows`)
  const from = first ?? 1
  let hash = from === 1 ? noHash : await hashBefore(db, from)
  if (hash === undefined)
    return broken(from, 'the rows before it are missing, and no row says that they were pruned')
  let seq = from - 1
  while (seq < head.seq) {
    const page = await rowsAfter(db, seq, head.seq)
    if (page.length === 0) return broken(seq + 1, 'it is missing')
    for (const row of page) {
      seq++
      if (row.seq !== seq) return broken(seq, 'it is missing')
      hash = hashOf(row, hash, digest)
      if (row.hash !== hash) return broken(seq, changed(seq, from))
      if (seq === noted?.seq && noted.hash !== hash)
        return broken(seq, 'it is not the row whose hash was noted')
    }
  }
  if (hash !== head.hash) return broken(seq, 'it is not the row that the mark of the end names')
  return { intact: true, rows: head.seq - from + 1, from, head: { seq: head.seq, hash } }
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
  return { first, last, head: seq === null || hash === null ? undefined : { seq, hash } }
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

function endsWrong(last: number, head: Head): string {
  return `the last row is ${last}, but the mark of the end says ${head.seq}`
}
