import { describe, expect, test } from 'vitest'
import { gateway } from './gateway.ts'
import { person } from './people.ts'
import { second } from './rig.ts'

const ws3 = { dialect: 'ws3' } as const

describe('a new answer is forced', () => {
  const forcing = async (refresh?: 'nobody' | 'users' | 'anyone', scope: 'public' | 'user' = 'public') => {
    let calls = 0
    return gateway({
      users: ({ headers }) =>
        headers['token'] === undefined ? undefined : person('alice', Buffer.alloc(32, 1)),
      routes: routes =>
        void routes.get(
          '/',
          { config: { cache: { policy: '10m', scope, ...(refresh && { refresh }) }, ...ws3 } },
          () => ++calls
        )
    })
  }
  const user = { token: 'x' }
  test.each([
    ['nobody', undefined, user, 1],
    ['nobody', 'cache', user, 1],
    ['users', 'cache', {}, 1],
    ['users', 'cache', user, 2],
    ['users', 'cache-control', user, 2],
    ['anyone', 'cache', {}, 2],
    ['anyone', undefined, user, 1],
    [undefined, 'cache', {}, 1],
    [undefined, 'cache', user, 2]
  ] as const)('by %s, with the header %s, of %o: %i', async (refresh, header, who, expected) => {
    await using app = await forcing(refresh)
    await app.inject('/')
    await app.clock.advance(second)
    const headers = {
      ...who,
      ...(header && { [header]: header === 'cache' ? 'update' : 'max-age=0, No-Cache' })
    }
    const { body, headers: got } = await app.inject({ url: '/', headers })
    expect(JSON.parse(body)).toMatchObject({ result: expected })
    expect(got['cache-status']).toMatch(
      expected === 2 ? /^paifang; fwd=request; stored; ttl=\d+$/ : /^paifang; hit/
    )
  })

  test('but at most once a second', async () => {
    await using app = await forcing('anyone')
    const results: unknown[] = []
    for (const ms of [0, 0, 999, 1, 999, 1]) {
      await app.clock.advance(ms)
      results.push(
        (await app.inject({ url: '/', headers: { cache: 'update' } })).json<{ result: number }>().result
      )
    }
    expect(results).toEqual([1, 1, 1, 2, 2, 3])
  })
})

describe('a route of scope user', () => {
  const own = async () => {
    const calls: string[] = []
    const people = new Map(['alice', 'bob'].map(name => [name, person(name)]))
    const app = await gateway({
      users({ headers }) {
        const name = String(headers['token'])
        return name === 'root' ? { ...person('root'), uncached: true } : people.get(name)
      },
      routes(routes) {
        const config = { cache: { policy: '10m', scope: 'user' as const } }
        routes.get('/card', { config }, ({ headers }) => {
          calls.push(String(headers['token'] ?? 'guest'))
          return { of: headers['token'] ?? 'guest' }
        })
      }
    })
    const read = async (token?: string) => {
      const response = await app.inject({ url: '/card', headers: token ? { token } : {} })
      return [
        response.json<{ of: string }>().of,
        response.headers['cache-status'],
        response.headers['cache-control']
      ] as const
    }
    return { app, read, calls }
  }

  test('gives everybody their own, and nothing to caches on the way', async () => {
    const { app, read, calls } = await own()
    await using _ = app
    for (const who of ['alice', 'bob', undefined, 'alice', 'bob', undefined]) {
      const [of, , control] = await read(who)
      expect([of, control]).toEqual([who ?? 'guest', 'private, no-store'])
    }
    expect(calls).toEqual(['alice', 'bob', 'guest'])
  })

  test('keeps nothing that can be read', async () => {
    const { app, read } = await own()
    await using _ = app
    await read('alice')
    const { core } = app.cache as unknown as {
      core: { store: { entries(): Iterable<{ sealed: Uint8Array; promise: unknown }> } }
    }
    const [entry] = [...core.store.entries()]
    expect(entry?.promise).toBeUndefined()
    expect(Buffer.from(entry?.sealed ?? []).toString('latin1')).not.toContain('alice')
  })

  test('is bypassed by who sees everything as it is', async () => {
    const { app, read, calls } = await own()
    await using _ = app
    expect([await read('root'), await read('root')]).toEqual([
      ['root', 'paifang; fwd=bypass', undefined],
      ['root', 'paifang; fwd=bypass', undefined]
    ])
    expect(calls).toEqual(['root', 'root'])
  })

  test('is cleared with all that a user has', async () => {
    const { app, read, calls } = await own()
    await using _ = app
    await read('alice')
    await app.cache.of({ method: 'GET', routeId: '/x', params: {}, user: person('alice') }).clearUserCache()
    await read('alice')
    expect(calls).toEqual(['alice', 'alice'])
  })
})
