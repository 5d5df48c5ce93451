import { afterAll, beforeAll, expect, test } from 'vitest'
import { MemoryState } from '../../../src/plugins/state/memory-state.ts'
import type { State } from '../../../src/plugins/state/service.ts'
import { fakeClock } from '../../../src/testing/index.ts'
import { temporaryDirectory } from '../database/temporary-directory.ts'
import { forge, hash, outcomeOf, startRig, type Rig, type RigOptions } from './rig.ts'

const directory = temporaryDirectory()
beforeAll(directory.make)
afterAll(directory.remove)

const invalid = '401 auth.token_invalid'

async function refresh(rig: Rig, refreshToken = ''): Promise<string> {
  const answer = await rig.inject({ method: 'POST', url: '/v1/token/refresh', payload: { refreshToken } })
  return answer.statusCode === 200 ? answer.body : outcomeOf(answer)
}

function pairIn(text: string): { readonly token: string; readonly refreshToken: string } {
  return JSON.parse(text) as { token: string; refreshToken: string }
}

const logout = async (rig: Rig, token?: string): Promise<string> =>
  outcomeOf(
    await rig.inject({
      method: 'DELETE',
      url: '/v1/token',
      headers: token === undefined ? {} : { authorization: `Bearer ${token}` }
    })
  )

test.each([
  ['with a state', {}],
  ['without one', { state: false }]
] as const)(
  'logging out ends a token, what it is refreshed with, and no other login (%s)',
  async (_, options) => {
    await using rig = await startRig(options)
    const [one, other] = [await rig.login(), await rig.login()]
    expect(await logout(rig, one.token)).toBe('200')
    expect([await rig.get('/v1/order', one.token), await refresh(rig, one.refreshToken)]).toEqual([
      invalid,
      invalid
    ])
    expect(await rig.get('/v1/order', other.token)).toBe('200')
    expect([await logout(rig, one.token), await logout(rig)]).toEqual([invalid, '401 auth.required'])
  }
)

test('a token that has ended is remembered until it would have expired anyway', async () => {
  await using rig = await startRig({ state: false, config: { refreshTtlS: 0 } })
  const { token } = await rig.login()
  await logout(rig, token)
  await rig.clock.advance(7_204_000)
  expect(await rig.get('/v1/order', token)).toBe(invalid)
})

test('a refresh token gives another pair with the scopes of today, and opens nothing itself', async () => {
  await using rig = await startRig()
  const first = await rig.login()
  expect(await rig.get('/v1/order', first.refreshToken)).toBe(invalid)
  expect(await refresh(rig, first.token)).toBe(invalid)
  await rig.clock.advance(7_300_000)
  expect(await rig.get('/v1/order', first.token)).toBe('401 auth.token_expired')
  const second = pairIn(await refresh(rig, first.refreshToken))
  expect(await rig.get('/v1/order', second.token)).toBe('200')
  const third = pairIn(await refresh(rig, second.refreshToken))
  expect(await rig.get('/v1/order', third.token)).toBe('200')
})

test.each([
  ['with a state', {}],
  ['without one', { state: false }]
] as const)('a refresh token that is shown twice ends the login (%s)', async (_, options) => {
  const logs: string[] = []
  await using rig = await startRig({ ...options, logs })
  const first = await rig.login()
  const second = pairIn(await refresh(rig, first.refreshToken))
  expect(await refresh(rig, first.refreshToken)).toBe(invalid)
  expect([await rig.get('/v1/order', second.token), await refresh(rig, second.refreshToken)]).toEqual([
    invalid,
    invalid
  ])
  expect(logs.join('')).toContain('a refresh token was shown twice')
})

test('of several who show one refresh token at the same time, one gets a pair', async () => {
  await using rig = await startRig()
  const { refreshToken } = await rig.login()
  const outcomes = await Promise.all([1, 2, 3].map(() => refresh(rig, refreshToken)))
  expect(outcomes.filter(outcome => outcome !== invalid)).toHaveLength(1)
})

test('a refresh token expires, and with refreshTtlS: 0 there is none', async () => {
  await using rig = await startRig({ config: { refreshTtlS: 3_600 } })
  const { refreshToken } = await rig.login()
  await rig.clock.advance(3_605_000)
  expect(await refresh(rig, refreshToken)).toBe('401 auth.token_expired')
  await using without = await startRig({ config: { refreshTtlS: 0 } })
  expect((await without.login()).refreshToken).toBeUndefined()
})

test.each([{}, { refreshToken: '' }, { refreshToken: 5 }, { refreshToken: 'x'.repeat(8_193) }])(
  'a refresh with %.30j is 400',
  async payload => {
    await using rig = await startRig()
    const answer = await rig.inject({ method: 'POST', url: '/v1/token/refresh', payload })
    expect(outcomeOf(answer)).toBe('400 param.invalid')
  }
)

test('all tokens of somebody end, those that are issued later do not, and it survives a restart', async () => {
  const file = directory.path('versions.db')
  const options: RigOptions = { database: file, clock: fakeClock() }
  const before = await startRig(options)
  const [ann, root] = [await before.login('ann'), await before.login('root')]
  await before.service.revokeAll('user', 'ann')
  expect([await before.get('/v1/order', ann.token), await before.get('/v1/order', root.token)]).toEqual([
    invalid,
    '200'
  ])
  expect(await refresh(before, ann.refreshToken)).toBe(invalid)
  const later = await before.login('ann')
  expect(await before.get('/v1/order', later.token)).toBe('200')
  await before.app.close()
  await using after = await startRig(options)
  expect([await after.get('/v1/order', ann.token), await after.get('/v1/order', later.token)]).toEqual([
    invalid,
    '200'
  ])
})

test('so do those of another issuer, who knows no versions, by their time', async () => {
  await using rig = await startRig()
  const claims = () => {
    const now = Math.floor(rig.clock.now() / 1_000)
    return { sub: 'eve', scopes: ['user'], iat: now, exp: now + 600 }
  }
  const token = await forge(claims())
  const { iat: _, ...timeless } = claims()
  expect([await rig.get('/v1/order', token), await rig.get('/v1/order', await forge(timeless))]).toEqual([
    '200',
    '200'
  ])
  await rig.service.revokeAll('other', 'eve')
  expect([await rig.get('/v1/order', token), await rig.get('/v1/order', await forge(timeless))]).toEqual([
    invalid,
    invalid
  ])
  await rig.clock.advance(1_000)
  expect(await rig.get('/v1/order', await forge(claims()))).toBe('200')
})

test('a revocation on one node is known on others after five seconds', async () => {
  const clock = fakeClock()
  const options: RigOptions = { database: directory.path('nodes.db'), clock }
  await using here = await startRig(options)
  await using there = await startRig(options)
  const { token } = await here.login()
  expect(await there.get('/v1/order', token)).toBe('200')
  await here.service.revokeAll('user', 'ann')
  expect(await here.get('/v1/order', token)).toBe(invalid)
  await clock.advance(5_001)
  expect(await there.get('/v1/order', token)).toBe(invalid)
})

test('raising the version of a user in the settings ends their tokens; leaving the list does, too', async () => {
  const clock = fakeClock()
  const user = (more: object = {}) => ({ username: 'ann', password: hash, scopes: ['user'], ...more })
  await using old = await startRig({ clock, config: { users: [user()] } })
  const { token } = await old.login()
  await using raised = await startRig({ clock, config: { users: [user({ version: 1 })] } })
  await using gone = await startRig({ clock, config: { users: [] } })
  await using same = await startRig({ clock, config: { users: [user()] } })
  const outcomes = await Promise.all([raised, gone, same].map(rig => rig.get('/v1/order', token)))
  expect(outcomes).toEqual([invalid, invalid, '200'])
})

test('without a database, all of the tokens of somebody cannot be ended, and it says so', async () => {
  await using rig = await startRig({ database: false })
  expect(await rig.get('/v1/order', (await rig.login()).token)).toBe('200')
  await expect(rig.service.revokeAll('user', 'ann')).rejects.toThrow('without a database')
})

test('another plugin ends a token', async () => {
  await using rig = await startRig()
  const { token } = await rig.service.issue('batch', ['user'])
  expect(await rig.get('/v1/order', token)).toBe('200')
  await rig.service.revokeToken(token)
  expect(await rig.get('/v1/order', token)).toBe(invalid)
  await expect(rig.service.revokeToken(token)).rejects.toMatchObject({ entry: { key: 'auth.token_invalid' } })
})

test('a token of another issuer without an id ends as well', async () => {
  await using rig = await startRig()
  const exp = Math.floor(rig.clock.now() / 1_000) + 600
  const [token, other] = [
    await forge({ sub: 'eve', exp, scopes: ['user'] }),
    await forge({ sub: 'bob', exp, scopes: ['user'] })
  ]
  expect(await logout(rig, token)).toBe('200')
  expect([await rig.get('/v1/order', token), await rig.get('/v1/order', other)]).toEqual([invalid, '200'])
})

test('a state that does not answer lets no token through, and nobody log out', async () => {
  const clock = fakeClock()
  const state = new MemoryState({ maxKeys: 1_000, clock, log: { warn: () => undefined } as never })
  let isAway = false
  const flaky = new Proxy(state, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name)
      if (typeof member !== 'function') return member
      return (...args: unknown[]) =>
        isAway
          ? Promise.reject(new Error('away'))
          : (member as (...all: unknown[]) => unknown).apply(target, args)
    }
  }) as State
  await using rig = await startRig({ clock, state: flaky })
  const { token, refreshToken } = await rig.login()
  isAway = true
  const unavailable = '503 token.unavailable'
  expect([
    await rig.get('/v1/order', token),
    await logout(rig, token),
    await refresh(rig, refreshToken)
  ]).toEqual([unavailable, unavailable, unavailable])
  isAway = false
  expect(await rig.get('/v1/order', token)).toBe('200')
})
