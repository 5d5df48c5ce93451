import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'kysely'
import { afterAll, expect, test } from 'vitest'
import { ApiError } from '../../../src/plugins/api-error/service.ts'
import { audited } from '../../../src/plugins/sign-bridge/audit-stage.ts'
import { textDigest } from '../../../src/plugins/sign-bridge/audit-rows.ts'
import { verifyAudit } from '../../../src/plugins/sign-bridge/audit-verify.ts'
import { Errors } from '../../../src/plugins/sign-bridge/errors.ts'
import type { Next } from '../../../src/plugins/sign-bridge/stage.ts'
import { auditRig, digest, entry, type AuditRig } from './audit-rig.ts'
import { failure, outcome, pin } from './rig.ts'

const folder = mkdtempSync(join(tmpdir(), 'paifang-audit-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** From now on no row can be written, though reading works. */
const breakWrites = ({ db }: AuditRig): Promise<unknown> =>
  sql`create trigger full before insert on sign_audit_rows begin select raise(abort, 'disk full'); end`.execute(
    db
  )
const mendWrites = ({ db }: AuditRig): Promise<unknown> => sql`drop trigger full`.execute(db)
/** From now on nothing at all can be written. */
const breakAll = ({ db }: AuditRig): Promise<unknown> => sql`pragma query_only = on`.execute(db)
const mendAll = ({ db }: AuditRig): Promise<unknown> => sql`pragma query_only = off`.execute(db)

test('rows get numbers without gaps in the order of arrival, and the time of the clock', async () => {
  await using rig = await auditRig()
  const { log, clock } = rig
  await Promise.all([log.append({ ...entry, caller: 'a' }), log.append({ ...entry, caller: 'b' })])
  await clock.advance(1_000)
  clock.jump(-5_000)
  await log.append({ ...entry, caller: 'c' })
  const rows = await rig.rows()
  expect(rows.map(({ seq, caller }) => `${seq} ${caller}`)).toEqual(['1 a', '2 b', '3 c'])
  const [first, , third] = rows.map(({ at }) => at - clock.now())
  expect([first, third]).toEqual([4_000, 0])
})

test('what is appended in one turn is one commit', async () => {
  const file = join(folder, 'commits.db')
  await using writer = await auditRig(file)
  await using watcher = await auditRig(file)
  const versions = new Set<string>()
  const look = async (): Promise<void> => {
    versions.add(JSON.stringify((await sql`pragma data_version`.execute(watcher.db)).rows))
  }
  await look()
  const appended = Array.from({ length: 500 }, () => writer.log.append(entry).then(look))
  await Promise.all(appended)
  expect(versions.size).toBe(2)
})

test('two connections to one file append to one chain', async () => {
  const file = join(folder, 'shared.db')
  await using one = await auditRig(file)
  await using other = await auditRig(file)
  await Promise.all(
    Array.from({ length: 50 }, async (_, number) => {
      await one.log.append({ ...entry, caller: `one ${number}` })
      await other.log.append({ ...entry, caller: `other ${number}` })
    })
  )
  expect(await verifyAudit(one.db, digest)).toMatchObject({ intact: true, rows: 100 })
})

test('rows that cannot be written are reported once, and again after they could', async () => {
  await using rig = await auditRig()
  const { log, clock } = rig
  await breakWrites(rig)
  expect(await failure(log.append(entry))).toMatchObject({ message: expect.stringContaining('disk full') })
  expect(await failure(log.append(entry))).toBeInstanceOf(Error)
  expect(rig.failures).toHaveLength(1)
  await mendWrites(rig)
  await clock.advance(1_000)
  await log.writable()
  await log.append(entry)
  await breakWrites(rig)
  expect(await failure(log.append(entry))).toBeInstanceOf(Error)
  expect(rig.failures).toHaveLength(2)
  expect(log.counters).toEqual({ rows: 1, lostRows: 3 })
})

test('a database that takes no commit is asked once a second, whoever wants to know', async () => {
  await using rig = await auditRig()
  const { log, clock } = rig
  await log.writable()
  await breakAll(rig)
  await log.writable()
  await clock.advance(999)
  await log.writable()
  await clock.advance(1)
  const refused = await Promise.all([failure(log.writable()), failure(log.writable())])
  expect(refused).toEqual([expect.any(Error), expect.any(Error)])
  await mendAll(rig)
  await clock.advance(999)
  expect(await failure(log.writable())).toBeInstanceOf(Error)
  await clock.advance(1)
  await log.writable()
})

test('a file that was taken away is noticed, though it can still be written to', async () => {
  const file = join(folder, 'gone.db')
  await using rig = await auditRig(file)
  rmSync(file)
  expect(await failure(rig.log.writable())).toMatchObject({ message: expect.stringContaining('removed') })
})

test('a serial that no database would store is stored readably', async () => {
  await using rig = await auditRig()
  await rig.log.append({ ...entry, certNo: `a\0b\ud800${'c'.repeat(1_000)}` })
  const [row] = await rig.rows()
  expect(row?.certNo).toBe(`a\ufffdb\ufffd${'c'.repeat(60)}`)
  expect(await verifyAudit(rig.db, digest)).toMatchObject({ intact: true })
})

const request = { data: 'order 17', pin, caller: 'shop' }
const signs: Next = () =>
  Promise.resolve({ sign: 'AAAA', certNo: '01691fe9', device: { name: 'device-1' } } as never)
const fails =
  (key: keyof typeof Errors): Next =>
  () =>
    Promise.reject(new ApiError(Errors[key]))

test('a signature has its row before it is returned, without the text and without the PIN', async () => {
  await using rig = await auditRig()
  await audited(rig.log, digest, 'required')(request, signs)
  const rows = await rig.rows()
  expect(rows).toMatchObject([
    {
      seq: 1,
      action: 'sign',
      caller: 'shop',
      device: 'device-1',
      certNo: '01691fe9',
      digest: textDigest('order 17', digest),
      outcome: 'signed'
    }
  ])
  expect(JSON.stringify(rows)).not.toMatch(new RegExp(`order 17|${pin}`))
})

test('a failure has a row with its key, which a refusal before sending does not wait for', async () => {
  await using rig = await auditRig()
  const stage = audited(rig.log, digest, 'required')
  expect(await outcome(stage(request, fails('sign.timeout')))).toBe('sign.timeout')
  expect(await rig.rows()).toMatchObject([{ outcome: 'sign.timeout', device: '', caller: 'shop' }])
  expect(await outcome(stage(request, fails('sign.queue_full')))).toBe('sign.queue_full')
  expect(rig.log.backlog).toBe(1)
  await rig.log.settled()
  expect((await rig.rows()).map(row => row.outcome)).toEqual(['sign.timeout', 'sign.queue_full'])
  expect(await failure(stage(request, () => Promise.reject(new RangeError('bug'))))).toBeInstanceOf(
    RangeError
  )
  expect((await rig.rows()).at(-1)).toMatchObject({ outcome: 'internal' })
})

test('38: while no row can be written nothing is sent, and what was sent just before is withheld', async () => {
  await using rig = await auditRig()
  const stage = audited(rig.log, digest, 'required')
  let sent = 0
  const counts: Next = one => {
    sent++
    return signs(one)
  }
  await stage(request, counts)
  await breakAll(rig)
  expect(await outcome(stage(request, counts))).toBe('sign.audit_failed')
  expect(await outcome(stage(request, counts))).toBe('sign.audit_unavailable')
  expect(sent).toBe(2)
  expect(rig.failures).toHaveLength(1)
  await mendAll(rig)
  await rig.clock.advance(1_000)
  expect(await outcome(stage(request, counts))).toBe('signed')
})

test('38: under best-effort a row that cannot be written costs only itself', async () => {
  await using rig = await auditRig()
  const stage = audited(rig.log, digest, 'best-effort')
  await breakAll(rig)
  expect(await outcome(stage(request, signs))).toBe('signed')
  expect(await outcome(stage(request, fails('sign.timeout')))).toBe('sign.timeout')
  expect(rig.log.counters).toEqual({ rows: 0, lostRows: 2 })
  expect(rig.failures).toHaveLength(1)
})

test('38: a failed request keeps its own error when its row cannot be written', async () => {
  await using rig = await auditRig()
  const stage = audited(rig.log, digest, 'required')
  await rig.log.writable()
  await breakAll(rig)
  expect(await outcome(stage(request, fails('sign.pin_refused')))).toBe('sign.pin_refused')
})

test('a row that nobody waits for is written with the next that somebody does, or soon', async () => {
  await using rig = await auditRig()
  const { log, clock } = rig
  const refused = log.append({ ...entry, caller: 'refused' }, false)
  await clock.advance(49)
  expect(log.backlog).toBe(1)
  await log.append({ ...entry, caller: 'signed' })
  expect((await rig.rows()).map(({ caller }) => caller)).toEqual(['refused', 'signed'])
  await refused
  const alone = log.append({ ...entry, caller: 'alone' }, false)
  await clock.advance(50)
  await alone
  expect(await rig.rows()).toHaveLength(3)
})

test('a flood of refusals fills neither the memory nor the table', async () => {
  await using rig = await auditRig()
  const stage = audited(rig.log, digest, 'required')
  await rig.log.writable()
  const refused = Array.from({ length: 12_000 }, () => failure(stage(request, fails('sign.queue_full'))))
  await Promise.all(refused)
  expect(rig.log.backlog).toBeLessThanOrEqual(10_000)
  await rig.log.settled()
  const verdict = await verifyAudit(rig.db, digest)
  expect(verdict).toMatchObject({ intact: true, rows: 10_000 })
})
