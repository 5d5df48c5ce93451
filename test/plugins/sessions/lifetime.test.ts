import { expect, test } from 'vitest'
import { Sweep } from '../../../src/plugins/sessions/sweep.ts'
import { fakeClock } from '../../../src/testing/index.ts'
import { dayMs, startRig, until, type Rig } from './rig.ts'

const hourMs = 3_600_000

async function rows(rig: Rig): Promise<number> {
  return (await rig.db.selectFrom('sessions_sessions').selectAll().execute()).length
}

async function lastSeen(rig: Rig): Promise<number | undefined> {
  const row = await rig.db.selectFrom('sessions_sessions').select('lastSeen').executeTakeFirst()
  return row?.lastSeen
}

test('logging out ends the session; whoever logs out without one is a guest', async () => {
  await using rig = await startRig()
  const [web, ios] = [await rig.login(), await rig.login({ platform: 'ios' })]
  expect(await rig.me(web)).toBeDefined()
  const answer = await rig.inject({ method: 'DELETE', url: '/auth', headers: { token: web, accept: '*/*' } })
  expect(answer.json()).toEqual({ success: true, code: 200, result: '' })
  expect([await rig.me(web), await rig.me(ios)]).toEqual([undefined, expect.anything()])
  const again = await rig.inject({ method: 'DELETE', url: '/auth', headers: { token: web } })
  expect([again.statusCode, again.json<{ code: string }>().code]).toEqual([401, 'auth.token_invalid'])
  const guest = await rig.inject({ method: 'DELETE', url: '/auth' })
  expect([guest.statusCode, guest.json<{ code: string }>().code]).toEqual([401, 'auth.required'])
})

test('after logging out, a login makes another token', async () => {
  await using rig = await startRig()
  const token = await rig.login()
  expect(await rig.service.logout(token)).toBe(true)
  expect(await rig.service.logout(token)).toBe(false)
  expect(await rig.login()).not.toBe(token)
})

test('rotation gives another token at once, and the old one is good for a minute', async () => {
  await using rig = await startRig()
  const old = await rig.login()
  const rotate = (token: string) => rig.inject({ method: 'POST', url: '/auth/rotate', headers: { token } })
  const { body: next } = await rotate(old)
  expect(next).toMatch(/^[0-9a-f]{64}$/)
  expect(next).not.toBe(old)
  await rig.clock.advance(59_999)
  const [before, after] = [await rig.me(old), await rig.me(next)]
  expect(after?.identity).toBe(before?.identity)
  await rig.clock.advance(1)
  expect([await rig.me(old), await rig.me(next)]).toEqual([undefined, expect.anything()])
  expect(await rig.login()).toBe(next)
  expect((await rotate(old)).statusCode).toBe(401)
})

test('whoever rotates again with the old token, because the new one was lost, gets another', async () => {
  await using rig = await startRig()
  const old = await rig.login()
  const rotate = async () =>
    (await rig.inject({ method: 'POST', url: '/auth/rotate', headers: { token: old } })).body
  const [lost, next] = [await rotate(), await rotate()]
  expect([await rig.me(lost), await rig.me(next)]).toEqual([undefined, expect.anything()])
  expect(await rows(rig)).toBe(2)
  await rig.clock.advance(60_000)
  expect([await rig.me(old), await rig.me(next)]).toEqual([undefined, expect.anything()])
})

test('logging out ends the token that a rotation has left, too', async () => {
  await using rig = await startRig()
  const old = await rig.login()
  const { body: next } = await rig.inject({ method: 'POST', url: '/auth/rotate', headers: { token: old } })
  await rig.inject({ method: 'DELETE', url: '/auth', headers: { token: next } })
  expect([await rig.me(old), await rig.me(next)]).toEqual([undefined, undefined])
})

test('a session ends when it was not used for expireDays, to the millisecond', async () => {
  await using rig = await startRig({ config: { expireDays: 3 } })
  const token = await rig.login()
  await rig.clock.advance(3 * dayMs)
  expect(await rig.me(token)).toBeDefined()
  await rig.clock.advance(3 * dayMs)
  expect(await rig.me(token)).toBeDefined()
  await rig.clock.advance(3 * dayMs + 1)
  expect(await rig.me(token)).toBeUndefined()
})

test('a login on the same platform counts as use', async () => {
  await using rig = await startRig({ config: { expireDays: 3, revalidateDays: 365 } })
  const token = await rig.login()
  await rig.clock.advance(2 * dayMs)
  expect(await rig.login()).toBe(token)
  await rig.clock.advance(2 * dayMs)
  expect(await rig.me(token)).toBeDefined()
})

test('absoluteDays ends a session however much it is used, and rotation does not put that off', async () => {
  await using rig = await startRig({ config: { absoluteDays: 2 } })
  const token = await rig.login()
  await rig.clock.advance(dayMs)
  const { body: next } = await rig.inject({ method: 'POST', url: '/auth/rotate', headers: { token } })
  await rig.clock.advance(dayMs - 1)
  expect(await rig.me(next)).toBeDefined()
  await rig.clock.advance(1)
  expect(await rig.me(next)).toBeUndefined()
  expect(await rig.login()).not.toBe(next)
})

test('that a session is used is written every two hours at most', async () => {
  await using rig = await startRig()
  const start = rig.clock.now()
  const token = await rig.login()
  await rig.clock.advance(2 * hourMs - 1)
  await rig.me(token)
  await rig.clock.advance(0)
  expect(await lastSeen(rig)).toBe(start)
  await rig.clock.advance(1)
  await Promise.all([rig.me(token), rig.me(token), rig.me(token)])
  let seen = await lastSeen(rig)
  for (let looks = 0; looks < 100 && seen === start; looks++) seen = await lastSeen(rig)
  expect(seen).toBe(start + 2 * hourMs)
  await rig.clock.advance(60_000)
  expect(await rig.me(token)).toBeDefined()
})

test('a minute after the start and every day, sessions that are over are deleted', async () => {
  await using rig = await startRig({ config: { expireDays: 1 } })
  await rig.login()
  await rig.login({ platform: 'ios' })
  await rig.clock.advance(dayMs + 60_000)
  let left = await rows(rig)
  for (let looks = 0; looks < 100 && left > 0; looks++) left = await rows(rig)
  expect(left).toBe(0)
})

test('a sweep deletes in batches of a thousand, and goes on until one is not full', async () => {
  const limits: number[] = []
  const batches = [1_000, 1_000, 7]
  const sweep = new Sweep({
    store: {
      async sweep(_, __, limit) {
        limits.push(limit)
        return batches.shift() ?? 0
      }
    },
    lifetime: { expireDays: 1, absoluteDays: 0 },
    clock: fakeClock(),
    log: { info: () => undefined } as never
  })
  await sweep.run()
  await sweep.stop()
  expect(limits).toEqual([1_000, 1_000, 1_000])
})

test('a sweep that fails is logged, and the next one comes', async () => {
  const clock = fakeClock()
  const warnings: unknown[] = []
  let sweeps = 0
  const sweep = new Sweep({
    store: {
      async sweep() {
        sweeps++
        throw new Error('locked')
      }
    },
    lifetime: { expireDays: 1, absoluteDays: 0 },
    clock,
    log: { warn: (...line: unknown[]) => warnings.push(line) } as never
  })
  await clock.advance(60_000)
  await until(() => warnings.length === 1)
  await clock.advance(dayMs)
  await until(() => warnings.length === 2)
  await sweep.stop()
  await clock.advance(dayMs)
  expect(sweeps).toBe(2)
})
