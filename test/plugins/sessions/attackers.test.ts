import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { FastifyInstance } from 'fastify'
import { signed } from '../../../src/plugins/sessions/row-mac.ts'
import { serverKeys } from '../../../src/plugins/sessions/server-keys.ts'
import type { IdentityRow, SessionRow } from '../../../src/plugins/sessions/tables.ts'
import { temporaryDirectory } from '../database/temporary-directory.ts'
import { secret, startRig, type Rig } from './rig.ts'

const directory = temporaryDirectory()
beforeAll(directory.make)
afterAll(directory.remove)

const other = { cardnum: '213170002', password: 'battery staple' }
const keys = serverKeys(Buffer.from(secret))

const sessionsIn = (rig: Rig): Promise<SessionRow[]> =>
  rig.db.selectFrom('sessions_sessions').selectAll().orderBy('createdAt').execute()
const personsIn = (rig: Rig): Promise<IdentityRow[]> =>
  rig.db.selectFrom('sessions_identities').selectAll().orderBy('createdAt').execute()

/** Logs two users in, a millisecond apart so that rows have an order. */
async function twoUsers(rig: Rig): Promise<[string, string]> {
  const first = await rig.login()
  await rig.clock.advance(1)
  return [first, await rig.login(other)]
}

function write(rig: Rig, row: SessionRow): Promise<unknown> {
  return rig.db.updateTable('sessions_sessions').set(row).where('tid', '=', row.tid).execute()
}

function writePerson(rig: Rig, row: IdentityRow): Promise<unknown> {
  const update = rig.db.updateTable('sessions_identities').set(row)
  return update.where('identity', '=', row.identity).execute()
}

/** Waits until what is in memory is read anew. */
const later = (rig: Rig): Promise<void> => rig.clock.advance(61_000)

test('a dump of the database shows neither token, password, user name, name nor number', async () => {
  const file = directory.path('dump.db')
  const rig = await startRig({ file })
  const texts = ['correct horse', 'graduate-secret', '213170001', '王小明', '04217101']
  const token = await rig.login({ gpassword: 'graduate-secret' })
  const me = await rig.me(token)
  const rotated = await rig.inject({ method: 'POST', url: '/auth/rotate', headers: { token } })
  await rig.app.close()
  const text = Buffer.concat([file, `${file}-wal`].map(part => readIfThere(part))).toString('latin1')
  expect(text.includes('sessions_identities')).toBe(true)
  expect(text.includes(me?.identity ?? '?')).toBe(true)
  const forms = (given: string): string[] => {
    const bytes = [Buffer.from(given), ...(/^[0-9a-f]{64}$/.test(given) ? [Buffer.from(given, 'hex')] : [])]
    return bytes.flatMap(raw => (['latin1', 'hex', 'base64url'] as const).map(form => raw.toString(form)))
  }
  for (const secretText of [...texts, token, rotated.body, me?.token ?? '?', secret])
    expect(forms(secretText).filter(form => text.includes(form))).toEqual([])
})

test('clearProfiles keeps names readable for operators, and only then', async () => {
  await using rig = await startRig({ config: { clearProfiles: true } })
  await rig.login()
  const [person] = await personsIn(rig)
  expect(JSON.parse(person?.clearProfile ?? '')).toMatchObject({ username: '213170001', name: '王小明' })
})

test('no two boxes are alike, and long and short passwords look the same', async () => {
  await using rig = await startRig()
  rig.provider.change('213170002', { password: 'x' })
  await rig.login()
  await rig.clock.advance(1)
  await rig.login({ ...other, password: 'x' })
  const [first, second] = await sessionsIn(rig)
  expect(first?.credentials.length).toBe(second?.credentials.length)
  const rows = [...(await sessionsIn(rig)), ...(await personsIn(rig))]
  const boxes = rows.flatMap(row => Object.values(row).filter(value => String(value).startsWith('v1.')))
  expect(boxes).toHaveLength(10)
  expect(new Set(boxes).size).toBe(10)
})

test('the same password of two users looks different in every column', async () => {
  await using rig = await startRig()
  rig.provider.change('213170002', { password: 'correct horse' })
  await rig.login()
  await rig.clock.advance(1)
  await rig.login({ ...other, password: 'correct horse' })
  const [first, second] = await personsIn(rig)
  const [a, b] = [Object.entries(first ?? {}), Object.entries(second ?? {})]
  const alike = a.filter(([, value], index) => b[index]?.[1] === value).map(([name]) => name)
  expect(alike).toEqual(['clearProfile', 'kdf', 'passwordVersion'])
})

test('a row that says it is another person’s is refused, and logged', async () => {
  const logs: string[] = []
  await using rig = await startRig({ logs })
  const [victim, attacker] = await twoUsers(rig)
  const [theirs, own] = await sessionsIn(rig)
  if (!theirs || !own) throw new Error('no rows')
  await rig.db.deleteFrom('sessions_sessions').where('tid', '=', theirs.tid).execute()
  await write(rig, { ...own, identity: theirs.identity })
  await later(rig)
  expect([await rig.me(attacker), await rig.me(victim)]).toEqual([undefined, undefined])
  expect(logs.join('')).toContain('a session was changed in the database')
})

test('columns that are exchanged between the rows of two users open for neither', async () => {
  for (const column of ['credentials', 'token', 'dataKey', 'salt'] as const) {
    await using rig = await startRig()
    const [first, second] = await twoUsers(rig)
    const [a, b] = await sessionsIn(rig)
    if (!a || !b) throw new Error('no rows')
    await write(rig, { ...a, [column]: b[column] })
    await write(rig, { ...b, [column]: a[column] })
    await later(rig)
    expect([column, await rig.me(first), await rig.me(second)]).toEqual([column, undefined, undefined])
  }
})

test('not even with the key of the rows does a box open in another row, or another column', async () => {
  const logs: string[] = []
  await using rig = await startRig({ logs })
  const [first, second] = await twoUsers(rig)
  const [a, b] = await sessionsIn(rig)
  if (!a || !b) throw new Error('no rows')
  await write(rig, signed<SessionRow>(keys.mac, { ...a, dataKey: b.dataKey }))
  await write(rig, signed<SessionRow>(keys.mac, { ...b, dataKey: b.credentials }))
  await later(rig)
  expect([await rig.me(first), await rig.me(second)]).toEqual([undefined, undefined])
  expect(logs.filter(line => line.includes('a session was changed in the database'))).toHaveLength(2)
})

test.each(['platform', 'lastSeen', 'expiresAt', 'passwordVersion', 'superseded', 'createdAt'] as const)(
  'a session whose %s was changed is none',
  async column => {
    await using rig = await startRig()
    const token = await rig.login()
    const [row] = await sessionsIn(rig)
    if (!row) throw new Error('no row')
    const changed = typeof row[column] === 'number' ? { [column]: row[column] + 1 } : { [column]: 'ios' }
    await write(rig, { ...row, ...changed })
    await later(rig)
    expect(await rig.me(token)).toBeUndefined()
  }
)

test('an older state of a row with the MAC of the newer, or the other way round, is none', async () => {
  await using rig = await startRig()
  const token = await rig.login()
  const [before] = await sessionsIn(rig)
  await rig.inject({ method: 'POST', url: '/auth/rotate', headers: { token } })
  const after = (await sessionsIn(rig)).find(({ tid }) => tid === before?.tid)
  if (!before || !after) throw new Error('no rows')
  expect(after.mac).not.toBe(before.mac)
  await rig.db.deleteFrom('sessions_sessions').where('tid', '!=', before.tid).execute()
  for (const row of [
    { ...before, mac: after.mac },
    { ...after, mac: before.mac }
  ]) {
    await write(rig, row)
    await rig.clock.advance(6_000)
    expect(await rig.me(token)).toBeUndefined()
  }
})

test.each([
  ['and the data key with it', false],
  ['and the data key has not', true]
])('a session that is put back after the password has changed, %s, opens nothing', async (_, keeps) => {
  await using rig = await startRig()
  const token = await rig.login()
  const [row] = await sessionsIn(rig)
  if (!row) throw new Error('no row')
  rig.provider.change('213170001', { password: 'changed' })
  await rig.login({ password: 'changed' }, keeps ? { token } : {})
  await rig.db.deleteFrom('sessions_sessions').execute()
  await rig.db.insertInto('sessions_sessions').values(row).execute()
  await later(rig)
  expect(await rig.me(token)).toBeUndefined()
})

test('a person whose row was changed cannot log in, and nothing of theirs is replaced', async () => {
  for (const column of [
    'dataKey',
    'verifier',
    'salt',
    'kdf',
    'passwordVersion',
    'checkedAt',
    'profile'
  ] as const) {
    const logs: string[] = []
    await using rig = await startRig({ logs })
    await twoUsers(rig)
    const [a, b] = await personsIn(rig)
    if (!a || !b) throw new Error('no rows')
    const given = column === 'kdf' ? 'scrypt:11:8:3' : column === 'passwordVersion' ? 5 : b[column]
    const changed = { ...a, [column]: given }
    await writePerson(rig, changed)
    const answer = await rig.post({ cardnum: '213170001', password: 'correct horse' })
    expect([column, answer.statusCode, answer.json<{ code: string }>().code]).toEqual([
      column,
      500,
      'internal'
    ])
    expect(logs.join('')).toContain('is not as the gateway wrote it')
    expect((await personsIn(rig))[0]).toEqual(changed)
  }
})

test('an attacker who gives the victim their own password row logs in as nobody', async () => {
  await using rig = await startRig()
  await twoUsers(rig)
  const [victim, own] = await personsIn(rig)
  if (!victim || !own) throw new Error('no rows')
  const { kdf, salt, verifier, dataKey } = own
  await writePerson(rig, { ...victim, kdf, salt, verifier, dataKey })
  const tampered = await rig.post({ cardnum: '213170001', password: 'battery staple' })
  expect(tampered.statusCode).toBe(500)
  await writePerson(rig, signed<IdentityRow>(keys.mac, { ...victim, kdf, salt, verifier, dataKey }))
  const withKeys = await rig.post({ cardnum: '213170001', password: 'battery staple' })
  expect(withKeys.statusCode).toBe(500)
})

test('another login repairs a session that was tampered with', async () => {
  await using rig = await startRig()
  const token = await rig.login()
  const [row] = await sessionsIn(rig)
  if (!row) throw new Error('no row')
  await write(rig, { ...row, token: row.credentials })
  const next = await rig.login()
  expect(next).not.toBe(token)
  expect(rig.provider.asked).toHaveLength(2)
  expect(await rig.me(next)).toBeDefined()
  expect(await sessionsIn(rig)).toHaveLength(1)
})

test('a stolen token is good on its own platform, and shows neither password nor the token of another', async () => {
  const routes = (app: FastifyInstance): void => {
    app.get('/everything', ({ user }) => JSON.stringify([user, user.token, user.platform]))
    app.get('/password', ({ user }) => user.password)
  }
  await using rig = await startRig({ routes })
  const [stolen, ios] = [await rig.login(), await rig.login({ platform: 'ios' })]
  const seen = await rig.inject({ url: '/everything', headers: { token: stolen } })
  for (const secretText of [ios, stolen, 'correct horse']) expect(seen.body).not.toContain(secretText)
  expect((await rig.inject({ url: '/password', headers: { token: stolen } })).statusCode).toBe(500)
  const fake = await rig.inject({
    method: 'DELETE',
    url: '/auth',
    headers: { token: stolen, platform: 'ios' }
  })
  expect(fake.statusCode).toBe(200)
  expect([await rig.me(stolen), await rig.me(ios)]).toEqual([undefined, expect.anything()])
})

test('with another secret no token is good, and the same people are other people', async () => {
  const file = directory.path('secret.db')
  const first = await startRig({ file })
  const token = await first.login()
  const before = await first.me(token)
  await first.app.close()
  const another = { file, config: { secret: 'another secret that is long enough too' } }
  await using second = await startRig(another)
  expect(await second.me(token)).toBeUndefined()
  const after = await second.me(await second.login())
  expect(after?.identity).not.toBe(before?.identity)
  expect(await personsIn(second)).toHaveLength(2)
})

test('tokens survive a restart', async () => {
  const file = directory.path('restart.db')
  const first = await startRig({ file })
  const token = await first.login()
  const before = await first.me(token)
  await first.app.close()
  await using second = await startRig({ file })
  expect(await second.me(token)).toEqual(before)
  expect(await second.login()).toBe(token)
})

test('nothing private is in the log', async () => {
  const logs: string[] = []
  await using rig = await startRig({ logs })
  const token = await rig.login({ gpassword: 'graduate-secret' })
  await rig.me(token)
  await rig.post({ cardnum: '213170001', password: 'wrong-password' })
  await rig.inject({ method: 'POST', url: '/auth/rotate', headers: { token } })
  rig.provider.change('213170001', { password: 'changed' })
  await rig.login({ password: 'changed' })
  expect(logs.length).toBeGreaterThan(3)
  for (const secretText of [
    token,
    'correct horse',
    'graduate-secret',
    'wrong-password',
    '213170001',
    '王小明'
  ])
    expect(logs.join('')).not.toContain(secretText)
})

function readIfThere(file: string): Buffer {
  try {
    return readFileSync(file)
  } catch {
    return Buffer.alloc(0)
  }
}
