import * as fc from 'fast-check'
import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { pruneAudit } from '../../../src/plugins/sign-bridge/audit-retention.ts'
import { noHash } from '../../../src/plugins/sign-bridge/audit-rows.ts'
import { verifyAudit, type Verdict } from '../../../src/plugins/sign-bridge/audit-verify.ts'
import { keyedDigest } from '../../../src/plugins/sign-bridge/secret.ts'
import { auditRig, digest, entry, type AuditRig } from './audit-rig.ts'

const day = 86_400_000

async function filled(rows: number): Promise<AuditRig> {
  const rig = await auditRig()
  for (let row = 1; row <= rows; row++) {
    await rig.log.append({ ...entry, digest: `text ${row}` })
    await rig.clock.advance(day)
  }
  await rig.log.settled()
  return rig
}

/** Does something to the tables, says what `verifyAudit` finds, and undoes it. */
async function afterTampering(rig: AuditRig, tamper: (rig: AuditRig) => Promise<unknown>): Promise<Verdict> {
  const [rows, head] = [await rig.rows(), await rig.db.selectFrom('sign_audit_head').selectAll().execute()]
  await tamper(rig)
  const verdict = await verifyAudit(rig.db, digest)
  await rig.db.deleteFrom('sign_audit_rows').execute()
  await rig.db.deleteFrom('sign_audit_head').execute()
  await rig.db.insertInto('sign_audit_rows').values(rows).execute()
  await rig.db.insertInto('sign_audit_head').values(head).execute()
  return verdict
}

test('an empty trail, one row, and more rows than a page are intact', async () => {
  await using rig = await auditRig()
  expect(await verifyAudit(rig.db, digest)).toEqual({
    intact: true,
    rows: 0,
    from: 1,
    head: { seq: 0, hash: noHash }
  })
  await rig.log.append(entry)
  expect(await verifyAudit(rig.db, digest)).toMatchObject({ intact: true, rows: 1 })
  await Promise.all(Array.from({ length: 2_345 }, () => rig.log.append(entry)))
  const last = (await rig.rows()).at(-1)
  const verdict = await verifyAudit(rig.db, digest)
  expect(verdict).toEqual({ intact: true, rows: 2_346, from: 1, head: { seq: 2_346, hash: last?.hash } })
})

test('no column of any row can be changed unseen, whatever to', async () => {
  await using rig = await filled(6)
  const columns = ['seq', 'at', 'action', 'caller', 'device', 'certNo', 'digest', 'outcome', 'hash']
  const value = fc.oneof(
    fc.stringMatching(/^[ -~]{0,20}$/),
    fc.integer(),
    fc.constant(noHash),
    fc.double({ noNaN: true })
  )
  const change = fc.tuple(fc.integer({ min: 1, max: 6 }), fc.constantFrom(...columns), value)
  await fc.assert(
    fc.asyncProperty(change, async ([seq, column, to]) => {
      const before = await rig.rows()
      let after = before
      const verdict = await afterTampering(rig, async ({ db }) => {
        const bound = sql`update or ignore sign_audit_rows set ${sql.ref(column)} = ${to} where seq = ${seq}`
        await bound.execute(db).catch(() => {})
        after = await rig.rows()
      })
      const same = JSON.stringify(after) === JSON.stringify(before)
      expect(verdict.intact).toBe(same)
    }),
    { numRuns: 150 }
  )
})

test('bytes that read like the text of a column are not that text', async () => {
  await using rig = await filled(2)
  const verdict = await afterTampering(rig, ({ db }) =>
    sql`update sign_audit_rows set caller = ${Buffer.from('shop')} where seq = 2`.execute(db)
  )
  expect(verdict).toMatchObject({ intact: false, seq: 2 })
})

test('rows cannot be removed, swapped, repeated or moved unseen, and the first that is wrong is named', async () => {
  await using rig = await filled(6)
  await fc.assert(
    fc.asyncProperty(fc.subarray([1, 2, 3, 4, 5, 6], { minLength: 1 }), async gone => {
      const verdict = await afterTampering(rig, ({ db }) =>
        db.deleteFrom('sign_audit_rows').where('seq', 'in', gone).execute()
      )
      const left = [1, 2, 3, 4, 5, 6].filter(seq => !gone.includes(seq))
      const first = gone.includes(1) || left.length === 0 ? (left[0] ?? 1) : Math.min(...gone)
      const named = gone.includes(6) ? (left.at(-1) ?? 0) + 1 : first
      expect(verdict).toMatchObject({ intact: false, seq: named })
    }),
    { numRuns: 60 }
  )
  const pair = fc.uniqueArray(fc.integer({ min: 1, max: 6 }), { minLength: 2, maxLength: 2 })
  await fc.assert(
    fc.asyncProperty(pair, async ([a = 1, b = 2]) => {
      const verdict = await afterTampering(rig, async ({ db }) => {
        for (const [from, to] of [
          [a, -1],
          [b, a],
          [-1, b]
        ] as const)
          await db.updateTable('sign_audit_rows').set({ seq: to }).where('seq', '=', from).execute()
      })
      expect(verdict).toMatchObject({ intact: false, seq: Math.min(a, b) })
    }),
    { numRuns: 20 }
  )
})

test('a row that is slipped in at the end, and a mark of the end that is moved or removed, are found', async () => {
  await using rig = await filled(3)
  const rows = await rig.rows()
  const extra = { ...rows.at(-1)!, seq: 4 }
  const inserted = await afterTampering(rig, ({ db }) =>
    db.insertInto('sign_audit_rows').values(extra).execute()
  )
  expect(inserted).toMatchObject({ intact: false, seq: 4 })
  const moved = await afterTampering(rig, ({ db }) =>
    db.updateTable('sign_audit_head').set({ seq: 2 }).execute()
  )
  expect(moved).toMatchObject({ intact: false, seq: 2 })
  const rewritten = await afterTampering(rig, ({ db }) =>
    db.updateTable('sign_audit_head').set({ hash: noHash }).execute()
  )
  expect(rewritten).toMatchObject({ intact: false, seq: 3 })
  const removed = await afterTampering(rig, ({ db }) => db.deleteFrom('sign_audit_head').execute())
  expect(removed).toMatchObject({ intact: false, because: expect.stringContaining('mark of the end') })
})

test('a trail that was cut off together with its mark is found by whoever has noted an earlier end', async () => {
  await using rig = await filled(4)
  const intact = await verifyAudit(rig.db, digest)
  const noted = intact.intact ? intact.head : undefined
  expect(await verifyAudit(rig.db, digest, noted)).toMatchObject({ intact: true })
  const { hash } = (await rig.rows()).at(1)!
  await rig.db.deleteFrom('sign_audit_rows').where('seq', '>', 2).execute()
  await rig.db.updateTable('sign_audit_head').set({ seq: 2, hash }).execute()
  expect(await verifyAudit(rig.db, digest)).toMatchObject({ intact: true, rows: 2 })
  expect(await verifyAudit(rig.db, digest, noted)).toMatchObject({ intact: false, seq: 3 })
  const other = rig.otherLog()
  for (let row = 0; row < 4; row++) await other.append(entry)
  expect(await verifyAudit(rig.db, digest)).toMatchObject({ intact: true, rows: 6 })
  expect(await verifyAudit(rig.db, digest, noted)).toMatchObject({ intact: false, seq: 4 })
})

test('after a kill the mark of the end lags behind the rows, which are intact all the same', async () => {
  await using rig = await filled(2)
  for (let row = 0; row < 3; row++) await rig.log.append(entry)
  const mark = (): Promise<unknown> => rig.db.selectFrom('sign_audit_head').select('seq').executeTakeFirst()
  expect(await mark()).toEqual({ seq: 2 })
  expect(await verifyAudit(rig.db, digest)).toMatchObject({ intact: true, rows: 5, head: { seq: 5 } })
  const next = rig.otherLog()
  await next.append(entry)
  await next.settled()
  expect(await mark()).toEqual({ seq: 6 })
  expect(await verifyAudit(rig.db, digest)).toMatchObject({ intact: true, rows: 6 })
})

test('a cut that happens while a process writes leaves a gap, which is found without a note', async () => {
  await using rig = await filled(4)
  await rig.db.deleteFrom('sign_audit_rows').where('seq', '>', 2).execute()
  await rig.log.append(entry)
  await rig.otherLog().append(entry)
  expect((await rig.rows()).map(({ seq }) => seq)).toEqual([1, 2, 5, 6])
  expect(await verifyAudit(rig.db, digest)).toMatchObject({ intact: false, seq: 3 })
})

test('whoever lacks the secret cannot rebuild the chain, and is told so from the first row on', async () => {
  await using rig = await filled(2)
  const verdict = await verifyAudit(rig.db, keyedDigest('another'))
  expect(verdict).toMatchObject({ intact: false, seq: 1, because: expect.stringContaining('another secret') })
})

test('old rows are pruned, and what is left is still verified', async () => {
  await using rig = await filled(10)
  const start = rig.clock.now() - 10 * day
  const prune = (before: number): Promise<number> =>
    pruneAudit(rig.db, digest, { before, now: rig.clock.now() })
  expect(await prune(start)).toBe(0)
  expect(await verifyAudit(rig.db, digest)).toMatchObject({ intact: true, rows: 10 })
  expect(await prune(start + 4 * day)).toBe(4)
  expect(await verifyAudit(rig.db, digest)).toMatchObject({ intact: true, rows: 7, from: 5 })
  expect(await prune(start + 6 * day)).toBe(2)
  expect(await verifyAudit(rig.db, digest)).toMatchObject({ intact: true, rows: 6, from: 7 })
  expect((await rig.rows()).at(-1)).toMatchObject({
    seq: 12,
    action: 'prune',
    outcome: 'removed rows up to 6'
  })
})

test('rows that are removed like pruned ones, and a forged note of that, are found', async () => {
  await using rig = await filled(8)
  const start = rig.clock.now() - 8 * day
  await pruneAudit(rig.db, digest, { before: start + 2 * day, now: rig.clock.now() })
  const further = await afterTampering(rig, ({ db }) =>
    db.deleteFrom('sign_audit_rows').where('seq', '=', 3).execute()
  )
  expect(further).toMatchObject({ intact: false, seq: 4, because: expect.stringContaining('pruned') })
  const { hash } = (await rig.rows()).find(({ seq }) => seq === 3)!
  const forged = await afterTampering(rig, async ({ db }) => {
    await db.deleteFrom('sign_audit_rows').where('seq', '=', 3).execute()
    const note = { digest: hash, outcome: 'removed rows up to 3' }
    await db.updateTable('sign_audit_rows').set(note).where('action', '=', 'prune').execute()
  })
  expect(forged).toMatchObject({ intact: false, seq: 9 })
})

test('everything but the note can be pruned, in many small transactions', async () => {
  await using rig = await auditRig()
  await Promise.all(Array.from({ length: 4_500 }, () => rig.log.append(entry)))
  await rig.clock.advance(day)
  const now = rig.clock.now()
  expect(await pruneAudit(rig.db, digest, { before: now, now })).toBe(4_500)
  const verdict = await verifyAudit(rig.db, digest)
  expect(verdict).toMatchObject({ intact: true, rows: 3, from: 4_501 })
})

test('it can be verified while rows are appended and pruned', async () => {
  await using rig = await auditRig()
  await Promise.all(Array.from({ length: 3_000 }, () => rig.log.append(entry)))
  await rig.clock.advance(day)
  const verifying = verifyAudit(rig.db, digest)
  const pruning = pruneAudit(rig.db, digest, { before: rig.clock.now(), now: rig.clock.now() })
  const appending = Promise.all(Array.from({ length: 500 }, () => rig.log.append(entry)))
  expect(await verifying).toMatchObject({ intact: true })
  await Promise.all([pruning, appending])
  expect(await verifyAudit(rig.db, digest)).toMatchObject({ intact: true })
})
