import { existsSync, readFileSync } from 'node:fs'
import { createHash } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import clickStats from '../../../src/plugins/click-stats/index.ts'
import { ClickStats } from '../../../src/plugins/click-stats/service.ts'
import { openTables } from '../../../src/plugins/click-stats/tables.ts'
import type { TargetClicks } from '../../../src/plugins/click-stats/target-clicks.ts'
import { Database } from '../../../src/plugins/database/service.ts'
import { temporaryDirectory } from '../database/temporary-directory.ts'
import { startRig as startSessions } from '../sessions/rig.ts'
import { fakeClock } from '../../../src/testing/index.ts'
import { banner, noon, secret, startRig } from './rig.ts'
import { saltedState } from './salted-state.ts'

const directory = temporaryDirectory()
beforeAll(directory.make)
afterAll(directory.remove)

/** Everything that is on the disk of a database. */
function bytesOf(file: string): string {
  const parts = [file, `${file}-wal`, `${file}-shm`].filter(existsSync)
  return Buffer.concat(parts.map(part => readFileSync(part))).toString('latin1')
}

/** A text as it might stand there: plain, in hex, in base64, or hashed by whoever knows it. */
function formsOf(text: string): string[] {
  const bytes = Buffer.from(text)
  const hashes = ['md5', 'sha1', 'sha256'].map(name => createHash(name).update(text).digest())
  return [bytes, ...hashes].flatMap(raw =>
    (['latin1', 'hex', 'base64', 'base64url'] as const).map(form => raw.toString(form).replaceAll('=', ''))
  )
}

test('the database holds neither identities nor addresses, in whatever form, nor the secret', async () => {
  const file = directory.path('clicks.db')
  const config = { countGuests: true }
  const clock = fakeClock(noon)
  const rig = await startRig({ file, config, clock, state: await saltedState(clock) })
  await rig.put()
  await rig.click('spring', 'alice', { remoteAddress: '198.51.100.77' })
  await rig.click('spring', null, { remoteAddress: '203.0.113.200' })
  await rig.click('spring', null, { remoteAddress: '2001:db8:77:88::1' })
  expect(await rig.counted()).toMatchObject({ clicks: { unique: 1, raw: 3 }, days: [{ guestApprox: 2 }] })
  const open = bytesOf(file)
  await rig.app.close()
  const closed = bytesOf(file)
  const secrets = [
    'identity-of-alice',
    '04217101',
    '198.51.100.77',
    '203.0.113.200',
    '2001:db8:77:88',
    secret
  ]
  for (const bytes of [open, closed]) {
    expect(bytes).toContain('spring')
    expect(bytes).toContain('2026-03-10')
    for (const text of secrets) expect(formsOf(text).filter(form => bytes.includes(form))).toEqual([])
  }
})

test('nor do logs', async () => {
  const logs: string[] = []
  await using rig = await startRig({ logs, config: { countGuests: true } })
  await rig.put()
  await rig.db.schema.dropTable('click_day').execute()
  await rig.click('spring', 'alice')
  await rig.clicks.flush()
  await rig.app.close()
  const text = logs.join('')
  expect(text).toContain('clicks cannot be written')
  expect(text).toContain('clicks were lost')
  expect(text).not.toMatch(/"[\w-]{22}"/)
  expect(text).not.toContain('identity-of-alice')
  expect(text).not.toContain(secret)
})

test('a user has another pseudonym at every target', async () => {
  await using rig = await startRig()
  await rig.put()
  await rig.put({ id: 'autumn' })
  await rig.put({ kind: 'activity' })
  await rig.click('spring')
  await rig.click('autumn')
  await rig.click('spring', 'alice', { kind: 'activity' })
  await rig.clicks.flush()
  const rows = await rig.db.selectFrom('click_user').select('pseudonym').execute()
  expect(rows).toHaveLength(3)
  expect(new Set(rows.map(({ pseudonym }) => pseudonym)).size).toBe(3)
  for (const { pseudonym } of rows) expect(pseudonym).toMatch(/^[\w-]{22}$/)
})

test('users of sessions count once over their platforms, and leave neither number, name nor identity', async () => {
  const file = directory.path('sessions.db')
  const rig = await startSessions({ file, plugins: { 'click-stats': { use: clickStats, secret } } })
  const clicks = rig.app.getDecorator<TargetClicks>(ClickStats.name)
  await clicks.put({ ...banner(rig.clock.now()), audience: '042' })
  const tokens = [await rig.login(), await rig.login({ platform: 'ios' })]
  const other = await rig.login({ cardnum: '213170002', password: 'battery staple' })
  const click = async (token?: string) => {
    const headers = { ...(token !== undefined && { token }), accept: 'application/vnd.paifang.ws3+json' }
    const options = { method: 'PUT' as const, url: '/api/banner', headers, payload: { id: 'spring' } }
    return (await rig.app.inject(options)).json<{ code: number }>().code
  }
  expect([await click(tokens[0]), await click(tokens[1]), await click(other), await click()]).toEqual([
    200, 200, 200, 404
  ])
  expect(await click('0'.repeat(64))).toBe(404)
  await clicks.flush()
  expect((await clicks.counts({ kind: 'banner' })).items[0]?.clicks).toEqual({ unique: 2, raw: 3 })
  const { identity = '?' } = (await rig.me(tokens[0])) ?? {}
  const db = await openTables(rig.app.getDecorator<Database>(Database.name))
  const rows = await db.selectFrom('click_user').selectAll().execute()
  expect(JSON.stringify(rows)).not.toContain(identity)
  await rig.app.close()
  const bytes = bytesOf(file)
  for (const text of ['213170001', '王小明', '04217101'])
    expect(bytes).not.toContain(Buffer.from(text).toString('latin1'))
})
