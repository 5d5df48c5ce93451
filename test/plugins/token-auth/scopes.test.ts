import { describe, expect, test } from 'vitest'
import { Scopes } from '../../../src/plugins/token-auth/scopes.ts'
import { outcomeOf, startRig } from './rig.ts'

const silent = { warn: () => undefined } as never
const full = (scope: object): never => ({ extends: [], allow: [], modules: [], deny: [], ...scope }) as never
const endpoints = [
  'v1.user+get',
  'v1.user+get_super',
  'v1.user+put',
  'v1.order+get',
  'v1.order+post',
  'v2.order+get'
]

/** The endpoints that scopes permit. */
function permitted(definitions: Record<string, object>, names: string[]): string[] {
  const all = Object.fromEntries(Object.entries(definitions).map(([name, scope]) => [name, full(scope)]))
  const scopes = new Scopes(all, silent)
  scopes.compile(endpoints)
  return endpoints.filter(endpoint => scopes.permit(names, endpoint))
}

describe('a scope', () => {
  test('that says nothing permits nothing', () => {
    expect(permitted({ a: {} }, ['a'])).toEqual([])
    expect(permitted({ a: { allow: ['*'] } }, [])).toEqual([])
  })

  test('permits endpoints by name and by pattern', () => {
    expect(permitted({ a: { allow: ['v1.user+put'] } }, ['a'])).toEqual(['v1.user+put'])
    expect(permitted({ a: { allow: ['v1.user+get*'] } }, ['a'])).toEqual(['v1.user+get', 'v1.user+get_super'])
    expect(permitted({ a: { allow: ['*'] } }, ['a'])).toEqual(endpoints)
  })

  test('takes the dot and the plus as they are, and a pattern as all of a name', () => {
    expect(
      permitted({ a: { allow: ['v1xuser+get', 'v1.usergget', 'user+*', 'v1.user+ge'] } }, ['a'])
    ).toEqual([])
  })

  test('permits modules, whole ones', () => {
    expect(permitted({ a: { modules: ['v1.order'] } }, ['a'])).toEqual(['v1.order+get', 'v1.order+post'])
    expect(permitted({ a: { modules: ['v1.ord', 'order'] } }, ['a'])).toEqual([])
    expect(permitted({ a: { modules: ['*.order'] } }, ['a'])).toHaveLength(3)
  })

  test('denies before it allows, whether by name or by module', () => {
    const scope = {
      allow: ['v1.user+get*'],
      modules: ['v1.order'],
      deny: ['v1.user+*_super', 'v1.order+post']
    }
    expect(permitted({ a: scope }, ['a'])).toEqual(['v1.user+get', 'v1.order+get'])
  })

  test('has the lists of those that it extends, their denials too', () => {
    const a = { allow: ['v1.user+get*'], deny: ['v1.user+get_super'] }
    const scopes = { a, b: { extends: ['a'], modules: ['v1.order'] }, c: { extends: ['b'], allow: ['*'] } }
    expect(permitted(scopes, ['b'])).toEqual(['v1.user+get', 'v1.order+get', 'v1.order+post'])
    expect(permitted(scopes, ['c'])).toEqual(endpoints.filter(endpoint => endpoint !== 'v1.user+get_super'))
  })
})

test('several scopes permit what any of them does: one does not deny for another', () => {
  const scopes = {
    a: { allow: ['v1.user+get_super'] },
    b: { modules: ['v1.user'], deny: ['v1.user+get_super'] }
  }
  expect(permitted(scopes, ['a', 'b'])).toEqual(['v1.user+get', 'v1.user+get_super', 'v1.user+put'])
})

test('an endpoint that was not there when scopes were compiled is judged by the same rules', () => {
  const scopes = new Scopes({ a: full({ modules: ['v1.order'], deny: ['v1.order+delete*'] }) }, silent)
  scopes.compile(endpoints)
  expect(
    ['v1.order+patch', 'v1.order+delete_by_id', 'v1.bill+get'].map(id => scopes.permit(['a'], id))
  ).toEqual([true, false, false])
})

test('a scope that is not defined permits nothing, and is warned of once; a hundred are warned of at most', () => {
  const warnings: unknown[] = []
  const log = { warn: (...line: unknown[]) => warnings.push(line) } as never
  const scopes = new Scopes({ a: full({ allow: ['*'] }) }, log)
  scopes.compile(endpoints)
  expect([scopes.permit(['gone'], 'v1.user+get'), scopes.permit(['gone', 'a'], 'v1.user+get')]).toEqual([
    false,
    true
  ])
  expect(warnings).toEqual([[{ scope: 'gone' }, expect.any(String)]])
  for (let index = 0; index < 200; index++) scopes.permit([`scope-${index}`], 'v1.user+get')
  expect(warnings).toHaveLength(100)
  expect(scopes.permit(['constructor', '__proto__', 'toString'], 'v1.user+get')).toBe(false)
})

test('patterns that fit nothing are named, with the place where they stand, once', () => {
  const a = full({ allow: ['v1.user+got', 'v1.user+get'], modules: ['v1.bill'], deny: ['*_never'] })
  const scopes = new Scopes({ a, b: full({ extends: ['a'] }) }, silent)
  expect(scopes.compile(endpoints)).toEqual([
    "scopes.a.allow: 'v1.user+got'",
    "scopes.a.deny: '*_never'",
    "scopes.a.modules: 'v1.bill'"
  ])
})

test('through the gateway, tokens open what their scopes permit and nothing else', async () => {
  await using rig = await startRig()
  const [user, admin, none] = await Promise.all(['ann', 'root', 'nobody'].map(name => rig.login(name)))
  const forbidden = '403 auth.forbidden'
  const outcomes = async (token = '') =>
    Promise.all(['/v1/order', '/v1/order/7', '/v1/user', '/v1/user/super'].map(url => rig.get(url, token)))
  expect(await outcomes(user?.token)).toEqual(['200', '200', '200', forbidden])
  expect(await outcomes(admin?.token)).toEqual(['200', '200', '200', forbidden])
  expect(await outcomes(none?.token)).toEqual([forbidden, forbidden, forbidden, forbidden])
  const put = async (token = '') =>
    outcomeOf(
      await rig.inject({ method: 'PUT', url: '/v1/user', headers: { authorization: `Bearer ${token}` } })
    )
  expect([await put(user?.token), await put(admin?.token)]).toEqual([forbidden, '200'])
})

test('a scope that a token has and the settings no longer is refused with one warning', async () => {
  const logs: string[] = []
  await using rig = await startRig({ logs })
  const { token } = await rig.service.issue('batch', ['gone'])
  expect([await rig.get('/v1/order', token), await rig.get('/v1/user', token)]).toEqual([
    '403 auth.forbidden',
    '403 auth.forbidden'
  ])
  expect(logs.filter(line => line.includes('"scope":"gone"'))).toHaveLength(1)
})
