import { expect, test } from 'vitest'
import { SharedPasswords } from '../../../src/plugins/sessions/shared-passwords.ts'
import { LoginLimits } from '../../../src/plugins/sessions/passwords/login-limits.ts'
import { fakeClock } from '../../../src/testing/index.ts'
import { credentials, startRig } from './rig.ts'

test('one login too many of a user in a minute is 429, even with the right password, until the minute is over', async () => {
  await using rig = await startRig({ config: { loginsPerMinutePerUser: 3 } })
  await rig.clock.advance(15_000)
  for (const password of ['a', 'b', 'c'])
    expect((await rig.post({ ...credentials, password })).statusCode).toBe(401)
  const refused = await rig.post(credentials)
  expect([refused.statusCode, refused.json<{ code: string }>().code]).toEqual([429, 'rate.limited'])
  expect(refused.headers['retry-after']).toBe('45')
  expect(rig.provider.asked).toHaveLength(3)
  await rig.login({ cardnum: '213170002', password: 'battery staple' })
  await rig.clock.advance(45_000)
  await rig.login()
})

test('one login too many of an address is 429 for any user, also without a state', async () => {
  await using rig = await startRig({ config: { loginsPerMinutePerIp: 2 }, state: false })
  await rig.login()
  await rig.login({ cardnum: '213170002', password: 'battery staple' })
  expect((await rig.post({ ...credentials, cardnum: '3' })).statusCode).toBe(429)
  await expect(
    rig.service.login({ username: '213170001', password: 'correct horse', platform: 'web' })
  ).resolves.toMatch(/^[0-9a-f]{64}$/)
})

test('addresses of one line count as one, and attempts are counted here while the state is away', async () => {
  const clock = fakeClock()
  const warnings: unknown[] = []
  const limits = new LoginLimits({
    prefix: 'test',
    perMinutePerIp: 2,
    perMinutePerUser: 100,
    clock,
    log: { warn: (...line: unknown[]) => warnings.push(line) } as never,
    state: {
      async increment() {
        throw new Error('away')
      }
    }
  })
  await clock.advance(1_000)
  expect(await limits.take('2001:db8::1', 'a')).toBeUndefined()
  expect(await limits.take('2001:db8::2', 'b')).toBeUndefined()
  expect(await limits.take('2001:db8::3', 'c')).toBe(59)
  expect(await limits.take('192.0.2.1', 'd')).toBeUndefined()
  expect(warnings.length).toBeGreaterThan(0)
})

test('keys in the state name neither addresses nor users', async () => {
  const keys: string[] = []
  const state = { increment: async (key: string) => keys.push(key) }
  const limits = { perMinutePerIp: 100, perMinutePerUser: 100, clock: fakeClock(), log: {} as never }
  await new LoginLimits({ prefix: 'sessions', ...limits, state }).take('192.0.2.1', 'digest')
  expect(keys).toHaveLength(2)
  expect(keys.join()).not.toContain('192.0.2.1')
  expect(keys.every(key => key.startsWith('sessions:rate:'))).toBe(true)
})

test('a password that too many users have is refused for one more, and not for those who have it', async () => {
  await using rig = await startRig({ config: { usersPerPassword: 2, loginsPerMinutePerUser: 100 } })
  rig.provider.change('213170002', { password: 'correct horse' })
  await rig.login()
  await rig.login({ cardnum: '213170002' })
  const third = await rig.post({ ...credentials, cardnum: '213170003' })
  expect([third.statusCode, third.json<{ code: string }>().code]).toEqual([403, 'session.weak_password'])
  await rig.login()
  expect(rig.provider.asked).toHaveLength(2)
})

test('0 users per password is no limit', () => {
  const shared = new SharedPasswords(0)
  expect([1, 2, 3].every(user => shared.allow('123456', String(user)))).toBe(true)
})
