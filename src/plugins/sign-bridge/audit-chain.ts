import { CompiledQuery, sql } from 'kysely'
import { hashOf, type AuditDb, type AuditEntry, type AuditRow } from './audit-rows.ts'
import type { KeyedDigest } from './secret.ts'

/** An entry and when it happened. */
export interface DatedEntry extends AuditEntry {
  readonly at: number
}

/** The last row of a chain. Noted elsewhere, it proves later that no rows were cut off up to there. */
export interface ChainEnd {
  readonly seq: number
  readonly hash: string
}

/** SQLite takes 32,766 parameters in a statement. */
export const rowsPerStatement = 1_000
/** Up to how many rows the text of a statement is kept. */
const keptInsertions = 16

/**
 * Where the chain ends. The mark of the end follows the rows in a while; where it is ahead of them, rows were removed,
 * and what is added behind it leaves the gap visible.
 * @throws {Error} when the end is not marked: somebody has tampered with the tables
 */
export async function endOf(db: AuditDb): Promise<ChainEnd> {
  const last = await db
    .selectFrom('sign_audit_rows')
    .select(['seq', 'hash'])
    .orderBy('seq', 'desc')
    .limit(1)
    .executeTakeFirst()
  const mark = await db
    .selectFrom('sign_audit_head')
    .select(['seq', 'hash'])
    .where('id', '=', 1)
    .executeTakeFirst()
  if (!mark) throw new Error('The end of the audit trail is not marked any more: its table was tampered with')
  return last && last.seq >= mark.seq ? last : mark
}

/**
 * Adds at most {@link rowsPerStatement} entries behind `end`, in one statement that is all or nothing, and returns the
 * new end. `undefined`: the chain does not end there any more. A driver whose commits do not wait for one another may
 * fail instead, for two rows with one number.
 */
export async function extendChain(
  db: AuditDb,
  end: ChainEnd,
  entries: readonly DatedEntry[],
  digest: KeyedDigest
): Promise<ChainEnd | undefined> {
  let { seq, hash } = end
  const rows = entries.map((entry): AuditRow => {
    seq++
    const { at, action, caller, device, certNo, digest: text, outcome } = entry
    const row = { seq, at, action, caller, device, certNo, digest: text, outcome }
    hash = hashOf(row, hash, digest)
    return { ...row, hash }
  })
  const { numAffectedRows } = await db.executeQuery(insertion(db, rows, end))
  return numAffectedRows === BigInt(rows.length) ? { seq, hash } : undefined
}

/** Texts of insertions by their number of rows. They depend on the driver, which a query builder never changes. */
const insertions = new WeakMap<AuditDb, Map<number, string>>()

/** To put the statement together takes longer than all else that is done for a row; most insertions are of one. */
function insertion(db: AuditDb, rows: readonly AuditRow[], end: ChainEnd): CompiledQuery {
  let texts = insertions.get(db)
  if (!texts) insertions.set(db, (texts = new Map()))
  const known = texts.get(rows.length)
  if (known !== undefined) return CompiledQuery.raw(known, [...rows.flatMap(valuesOf), end.seq])
  const places = sql.join(rows.map(row => placesOf(valuesOf(row))))
  const compiled = sql`
    insert into sign_audit_rows (seq, at, action, caller, device, "certNo", digest, outcome, hash)
    select * from (values ${places}) as added
    where not exists (select 1 from sign_audit_rows where seq > ${end.seq})`.compile(db)
  if (rows.length <= keptInsertions) texts.set(rows.length, compiled.sql)
  return compiled
}

function valuesOf({ seq, at, action, caller, device, certNo, digest, outcome, hash }: AuditRow) {
  return [seq, at, action, caller, device, certNo, digest, outcome, hash] as const
}

function placesOf([seq, at, ...texts]: ReturnType<typeof valuesOf>) {
  return sql`(cast(${seq} as bigint), cast(${at} as bigint), ${sql.join(texts.map(text => sql`cast(${text} as text)`))})`
}

/** Marks the end of the chain, unless the mark is there or beyond it already. */
export async function markEnd(db: AuditDb, { seq, hash }: ChainEnd): Promise<void> {
  await db
    .updateTable('sign_audit_head')
    .set({ seq, hash })
    .where('id', '=', 1)
    .where('seq', '<', seq)
    .execute()
}

/** Writes the mark of the end as it is, which locks it for the rest of a transaction and proves that writing works. */
export async function touchMark(trx: AuditDb): Promise<void> {
  await trx
    .updateTable('sign_audit_head')
    .set(its => ({ seq: its.ref('seq') }))
    .where('id', '=', 1)
    .execute()
}
