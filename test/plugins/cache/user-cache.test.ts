import { randomBytes } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import type { CacheContext, CacheUser } from '../../../src/plugins/cache/service.ts'
import { person } from './people.ts'
import { failure, makeRig, minute, Source, watch, type Rig } from './rig.ts'

const request: CacheContext = { method: 'GET', routeId: '/card', params: {} }
const secret = 'balance 123.45 of Alice'

const read = ({ cache }: Rig, user: CacheUser | undefined, work: () => unknown, key = 'balance') =>
  cache.of({ ...request, user }).userCache(key, '10m', work)

describe('what userCache stores', () => {
  test('is ciphertext under the key of the user, with a new nonce each time; nothing else in memory tells it', async () => {
    const rig = makeRig()
    const alice = person('alice@campus')
    await read(rig, alice, () => ({ secret }))
    await read(rig, alice, () => ({ secret }), 'again')
    const entries = [...rig.cache.core.store.entries()]
    expect(entries).toHaveLength(2)
    const [one, other] = entries.map(({ sealed }) => Buffer.from(sealed ?? []))
    expect(one).toHaveLength(JSON.stringify({ secret }).length + 1 + 12 + 16)
    expect(one?.equals(other ?? Buffer.alloc(0))).toBe(false)
    for (const entry of entries) {
      const { section, sealed, ...rest } = entry
      expect(rest.promise).toBeUndefined()
      expect(JSON.stringify([rest, section.name, [...section.entries.keys()]])).not.toMatch(
        /Alice|alice|balance|again/
      )
      expect(Buffer.from(sealed ?? []).toString('latin1')).not.toContain('Alice')
    }
  })

  test('comes back as JSON has it, the same at the first reading and later, and for each reader as a copy', async () => {
    const rig = makeRig()
    const alice = person('alice')
    const value = { at: new Date(7), list: [1, undefined], none: undefined, text: '行' }
    const json = { at: '1970-01-01T00:00:00.007Z', list: [1, null], text: '行' }
    const work = async () => (await Promise.resolve(), value)
    const first = [read(rig, alice, work), read(rig, alice, work)]
    const copies = [...(await Promise.all(first)), await read(rig, alice, work)] as (typeof json)[]
    for (const copy of copies) {
      expect(copy).toEqual(json)
      copy.list.push(2)
    }
    expect(rig.cache.stats().counters).toMatchObject({ hits_total: 1, misses_total: 2, fetches_total: 1 })
  })

  test.each([
    ['null', null],
    ['0', 0],
    ['an empty text', ''],
    ['false', false],
    ['an empty list', []],
    ['bytes', Buffer.from([0, 1, 255])]
  ])('may be %s', async (_name, value) => {
    const rig = makeRig()
    const alice = person('alice')
    let calls = 0
    for (const _ of ['first', 'later']) expect(await read(rig, alice, () => (calls++, value))).toEqual(value)
    expect(calls).toBe(1)
  })

  const circle: { self?: object } = {}
  circle.self = circle
  test.each([
    ['a circle', circle],
    ['a bigint', 7n],
    ['a function', () => 1],
    ['more than maxEntryBytes', 'x'.repeat(1_100_000)]
  ])('is not %s, which is handed out all the same', async (_name, value) => {
    const rig = makeRig()
    expect((await read(rig, person('alice'), () => value)) === value).toBe(true)
    expect(rig.cache.stats()).toMatchObject({ entries: 0, counters: { unstorable_total: 1 } })
  })
})

describe('nobody has what is somebody else’s', () => {
  test('neither another person, nor a guest, nor the public', async () => {
    const rig = makeRig()
    const guestContext = rig.cache.of(request)
    const values = [
      await read(rig, person('alice'), () => 'of alice'),
      await read(rig, person('bob'), () => 'of bob'),
      await read(rig, undefined, () => 'of guests'),
      await guestContext.publicCache('balance', '10m', () => 'of everybody'),
      await read(rig, undefined, () => 'of other guests')
    ]
    expect(values).toEqual(['of alice', 'of bob', 'of guests', 'of everybody', 'of guests'])
  })

  test('also when both ask at once', async () => {
    const rig = makeRig()
    const source = new Source()
    const [alice, bob] = [read(rig, person('alice'), source.run), read(rig, person('bob'), source.run)]
    source.succeed('of alice')
    source.succeed('of bob')
    expect(await Promise.all([alice, bob])).toEqual(['of alice', 'of bob'])
  })

  test.each(['', undefined, 7])('a user whose identity is %j is refused', async identity => {
    const rig = makeRig()
    const nobody = { ...person('x'), identity: identity as string }
    await expect(read(rig, nobody, () => 1)).rejects.toThrow('The identity of a user is a text')
  })
})

describe('a stored value that cannot be opened is absent', () => {
  test('because the user has a new key', async () => {
    const rig = makeRig()
    await read(rig, person('alice', randomBytes(32)), () => 'under the old key')
    const renewed = person('alice', randomBytes(32))
    expect(await read(rig, renewed, () => 'new')).toBe('new')
    expect(await read(rig, renewed, () => 'newer')).toBe('new')
    expect(rig.cache.stats().counters).toMatchObject({ unopened_total: 1 })
  })

  test('because it was put in another place, or changed', async () => {
    const rig = makeRig()
    const alice = person('alice')
    for (const key of ['a', 'b']) await read(rig, alice, () => key, key)
    const [a, b] = [...rig.cache.core.store.entries()].map(({ sealed }) => sealed as Uint8Array)
    const moved = Buffer.from(b ?? [])
    b?.set(a ?? [])
    a?.set(moved)
    expect(await read(rig, alice, () => 'new', 'a')).toBe('new')
    a?.set([a[12] ?? 0], 13)
    expect(await read(rig, alice, () => 'new', 'b')).toBe('new')
  })
})

describe('clearUserCache', () => {
  test('clears what the user has, on all routes, and nothing of others', async () => {
    const rig = makeRig()
    const [alice, bob] = [person('alice'), person('bob')]
    const on = (routeId: string, user?: CacheUser) => rig.cache.of({ ...request, routeId, user })
    for (const user of [alice, bob, undefined])
      for (const route of ['/card', '/exam']) await on(route, user).userCache('10m', () => 'old')
    await on('/card', alice).clearUserCache()
    await on('/card').clearUserCache()
    const again: unknown[] = []
    for (const user of [alice, bob, undefined])
      for (const route of ['/card', '/exam']) again.push(await on(route, user).userCache('10m', () => 'new'))
    expect(again).toEqual(['new', 'new', 'old', 'old', 'old', 'old'])
  })

  test('beats work that is under way', async () => {
    const rig = makeRig()
    const source = new Source()
    const alice = person('alice')
    const before = watch(read(rig, alice, source.run))
    await rig.cache.of({ ...request, user: alice }).clearUserCache()
    source.succeed('old')
    await rig.clock.advance(0)
    expect(before.seen).toEqual({ value: 'old' })
    expect(rig.cache.stats().entries).toBe(0)
  })
})

test.each([
  [401, 1, 'absent'],
  [403, 1, 'absent'],
  [404, 1, 'kept'],
  [503, 1, 'kept'],
  [401, 11, 'absent'],
  [404, 11, 'absent'],
  [503, 11, 'kept']
])(
  'a forced renewal that fails with %i, %i min after: the value of the user is %s',
  async (status, minutes, left) => {
    const rig = makeRig()
    const alice = person('alice')
    await read(rig, alice, () => 'old')
    await rig.clock.advance(minutes * minute)
    const forced = rig.cache.of({ ...request, user: alice, force: true })
    const result = watch(forced.userCache('balance', '10m', () => Promise.reject(failure(status))))
    await rig.clock.advance(0)
    expect(result.seen).toEqual(status === 503 ? { value: 'old' } : { error: failure(status) })
    expect(rig.cache.stats().entries).toBe(left === 'kept' ? 1 : 0)
  }
)
