import { expect, test } from 'vitest'
import { Audit, type AuditOptions } from '../../../src/plugins/sign-bridge/audit.ts'
import { verifyAudit } from '../../../src/plugins/sign-bridge/audit-verify.ts'
import type { SignEvent } from '../../../src/plugins/sign-bridge/events.ts'
import { auditRig, digest, type AuditRig } from './audit-rig.ts'
import { failure, outcome, pin } from './rig.ts'
import { sql } from 'kysely'

const day = 86_400_000
const request = { data: 'order 17', pin }
const signs = (): Promise<never> =>
  Promise.resolve({ sign: 'AAAA', certNo: '01', device: { name: 'device-1' } } as never)

async function opened(rig: AuditRig, options: Partial<AuditOptions> = {}): Promise<[Audit, SignEvent[]]> {
  const { database, clock } = rig
  const told: SignEvent[] = []
  const tell = (event: SignEvent): void => void told.push(event)
  const policy = 'required' as const
  return [await Audit.open({ database, digest, clock, tell, policy, keepDays: 0, ...options }), told]
}

test('rows are kept for the days that are set, looking every six hours, and the trail stays whole', async () => {
  await using rig = await auditRig()
  const [audit] = await opened(rig, { keepDays: 2 })
  for (let days = 0; days < 4; days++) {
    await audit.stage(request, signs)
    await rig.clock.advance(day)
  }
  await rig.clock.advance(1)
  await audit.close()
  const ages = (await rig.rows()).map(({ at }) => (rig.clock.now() - at) / day)
  expect(Math.max(...ages)).toBeLessThan(2.26)
  expect(ages.length).toBeGreaterThan(2)
  expect(await verifyAudit(rig.db, digest)).toMatchObject({ intact: true })
})

test('without that setting rows are kept for ever', async () => {
  await using rig = await auditRig()
  const [audit] = await opened(rig)
  await audit.stage(request, signs)
  await rig.clock.advance(1_000 * day)
  await audit.close()
  expect(await rig.rows()).toHaveLength(1)
})

test('38: what cannot be recorded, an operator does not do; under best-effort it is only told', async () => {
  await using rig = await auditRig()
  const [strict, told] = await opened(rig)
  const [lax] = await opened(rig, { policy: 'best-effort' })
  await sql`pragma query_only = on`.execute(rig.db)
  expect(await outcome(strict.record('drain', 'device-1'))).toBe('sign.audit_unavailable')
  expect(told).toMatchObject([{ kind: 'audit-failed', device: '' }])
  await lax.record('drain', 'device-1')
  expect(await failure(strict.assertReady())).toBeInstanceOf(Error)
  await lax.assertReady()
})

test('the newest rows come first', async () => {
  await using rig = await auditRig()
  const [audit] = await opened(rig)
  for (const action of ['drain', 'enable', 'release']) await audit.record(action, 'device-1')
  expect((await audit.newest(2)).map(({ action }) => action)).toEqual(['release', 'enable'])
})
