import { describe, expect, test } from 'vitest'
import type { CacheContext, CacheKeyPart, CacheServed } from '../../../src/plugins/cache/service.ts'
import { person } from './people.ts'
import { failure, makeRig, minute, second, Source, watch, type Rig } from './rig.ts'

const request: CacheContext = { method: 'GET', routeId: '/card', params: {} }

/** How often the work is done for each of the calls, in order: 1 where it was, 0 where a stored value served. */
async function worked(
  { cache }: Rig,
  calls: readonly (readonly [Partial<CacheContext>, ...CacheKeyPart[]])[]
) {
  const counts: number[] = []
  for (const [context, ...keys] of calls) {
    let count = 0
    await cache.of({ ...request, ...context }).publicCache(...keys, '10m', () => ++count)
    counts.push(count)
  }
  return counts
}

describe('the key of publicCache', () => {
  test('is made of method, route, parameters and keys, and of nothing else', async () => {
    const user = person('a')
    const calls = worked(makeRig(), [
      [{}],
      [{}],
      [{ user }],
      [{ params: { a: '1', b: '2' } }],
      [{ params: { b: '2', a: '1' } }],
      [{ params: { a: '1' } }],
      [{ routeId: '/other' }],
      [{}, 'x'],
      [{}, 'x', 'y'],
      [{}, 'x y'],
      [{}, ['x', 'y']],
      [{}, { deep: [{ a: null }] }],
      [{}, { deep: [{ a: null }] }],
      [{ method: 'HEAD' }]
    ])
    expect(await calls).toEqual([1, 0, 0, 1, 0, 1, 1, 1, 1, 1, 1, 1, 0, 0])
  })

  test('may be long: it is kept as a digest then', async () => {
    const rig = makeRig()
    const long = 'x'.repeat(100_000)
    expect(
      await worked(rig, [
        [{}, long],
        [{}, long],
        [{}, `${long}y`]
      ])
    ).toEqual([1, 0, 1])
    const [section] = rig.cache.core.sections
    expect([...(section?.entries.keys() ?? [])].every(key => key.length <= 512)).toBe(true)
  })

  test('of a route that is none is refused', async () => {
    const { cache } = makeRig()
    for (const routeId of ['', 'x'.repeat(513), undefined as never])
      await expect(cache.of({ ...request, routeId }).publicCache('10m', () => 1)).rejects.toThrow(
        'The id of a route'
      )
  })

  test('with paths in the place of routes is refused before it takes all memory', async () => {
    const { cache } = makeRig()
    const read = (at: number) => cache.of({ ...request, routeId: `/card/${at}` }).publicCache('off', () => 1)
    for (let at = 0; at < 10_000; at++) await read(at)
    await expect(read(10_000)).rejects.toThrow('is a path taken for the id of a route?')
    expect(await read(9_999)).toBe(1)
    expect(cache.stats().sections).toHaveLength(1_000)
  })
})

describe('a call that is none rejects, and does nothing', () => {
  const wrong: readonly (readonly [string, unknown[], string])[] = [
    ['nothing', [], 'A cache is called with keys, a policy, and what does the work'],
    ['no work', ['10m'], 'A cache is called with'],
    ['no policy', [() => 1], 'A cache is called with'],
    ['work before the policy', [() => 1, '10m'], 'A cache is called with'],
    ['a policy that is none', ['x', '10q', () => 1], "Cache policy '10q'"],
    ['a policy of another type', ['x', 7, () => 1], 'neither a text nor an object'],
    ['a key that has no JSON', [() => 1, '10m', () => 1], 'A cache key cannot hold a function']
  ]
  test.each(wrong)('%s', async (_name, call, reason) => {
    const { cache } = makeRig()
    const context = cache.of({ ...request, user: person('a') })
    await expect(context.publicCache(...(call as ['10m', () => 1]))).rejects.toThrow(reason)
    await expect(context.userCache(...(call as ['10m', () => 1]))).rejects.toThrow(reason)
    expect(cache.stats()).toMatchObject({ entries: 0, inFlight: 0 })
  })
})

describe('bypass', () => {
  const twice = async (context: Partial<CacheContext>, policy: string | object = '10m') => {
    const rig = makeRig()
    let calls = 0
    const origins: string[] = []
    const full = { ...request, ...context, served: ({ origin }: CacheServed) => origins.push(origin) }
    for (const _ of [1, 2]) await rig.cache.of(full).publicCache(policy as string, () => ++calls)
    return { calls, origins, ...rig }
  }
  test.each([
    ['a method that changes things', { method: 'POST' }, '10m'],
    ['a context that says so', { bypass: true }, '10m'],
    ['a person who sees everything as it is', { user: { ...person('root'), uncached: true } }, '10m'],
    ['the policy off', {}, 'off']
  ])('%s: the work is done every time, and nothing is stored', async (_name, context, policy) => {
    const { calls, origins, cache } = await twice(context, policy)
    expect({ calls, origins }).toEqual({ calls: 2, origins: ['bypass', 'bypass'] })
    expect(cache.stats()).toMatchObject({ entries: 0, counters: { bypass_total: 2 } })
  })

  test('reads nothing that is stored, and shares no work', async () => {
    const { cache, clock } = makeRig()
    const source = new Source()
    const open = (context: Partial<CacheContext>) =>
      watch(cache.of({ ...request, ...context }).publicCache('10m', source.run))
    open({})
    source.succeed('stored')
    await clock.advance(0)
    const readers = [open({ bypass: true }), open({ bypass: true })]
    expect(source.calls).toBe(3)
    source.succeed('a')
    source.fail(failure(503))
    await clock.advance(0)
    expect(readers.map(({ seen }) => seen)).toEqual([{ value: 'a' }, { error: failure(503) }])
  })

  test('a policy may cache other methods, each by itself', async () => {
    const { calls } = await twice({ method: 'POST' }, { ttl: '10m', anyMethod: true })
    expect(calls).toBe(1)
  })
})

describe('force', () => {
  const filled = async (policy = '10m') => {
    const rig = makeRig()
    const source = new Source()
    const origins: string[] = []
    const read = (force = false) =>
      watch(
        rig.cache
          .of({ ...request, force, served: ({ origin }) => origins.push(origin) })
          .publicCache(policy, source.run)
      )
    read()
    source.succeed('old')
    await rig.clock.advance(second)
    return { ...rig, source, read, origins }
  }
  const states = [
    ['fresh', 0],
    ['stale', 11 * minute]
  ] as const

  test.each(states)('%s, success: the work is done, and its value stored', async (_state, age) => {
    const { clock, source, read, origins } = await filled()
    await clock.advance(age)
    const reader = read(true)
    expect(source.calls).toBe(2)
    source.succeed('new')
    await clock.advance(0)
    expect([reader.seen, origins]).toEqual([{ value: 'new' }, ['miss', 'forced']])
    const next = read()
    await clock.advance(0)
    expect(next.seen).toEqual({ value: 'new' })
  })

  test.each(states)(
    '%s, transient failure: the value that there is, flagged as stale',
    async (_state, age) => {
      const { clock, source, read, origins } = await filled()
      await clock.advance(age)
      const reader = read(true)
      source.fail(failure(503))
      await clock.advance(0)
      expect([reader.seen, origins]).toEqual([{ value: 'old' }, ['miss', 'stale-error']])
    }
  )

  test.each(states)('%s, definitive failure: the error', async (_state, age) => {
    const { clock, source, read } = await filled()
    await clock.advance(age)
    const reader = read(true)
    source.fail(failure(404))
    await clock.advance(0)
    expect(reader.seen).toEqual({ error: failure(404) })
  })

  test('absent: as without', async () => {
    const { cache } = makeRig()
    const error = failure(503)
    const forced = cache.of({ ...request, force: true }).publicCache('10m', () => Promise.reject(error))
    await expect(forced).rejects.toBe(error)
  })

  test('more than once a second a key: the value that there is', async () => {
    const { clock, source, read } = await filled()
    read(true)
    source.succeed('new')
    await clock.advance(second - 1)
    const again = read(true)
    await clock.advance(0)
    expect([again.seen, source.calls]).toEqual([{ value: 'new' }, 2])
    await clock.advance(1)
    read(true)
    expect(source.calls).toBe(3)
  })

  test('with work under way: its result', async () => {
    const { clock, source, read } = await filled('10m+')
    await clock.advance(11 * minute)
    const lazy = read()
    await clock.advance(second)
    const forced = read(true)
    expect(source.calls).toBe(2)
    source.succeed('new')
    await clock.advance(0)
    expect([lazy.seen, forced.seen]).toEqual([{ value: 'old' }, { value: 'new' }])
  })
})

test('a reader is told where its value came from, how old it is and how long it is fresh', async () => {
  const { cache, clock } = makeRig()
  const source = new Source()
  const told: CacheServed[] = []
  const read = () =>
    watch(cache.of({ ...request, served: served => told.push(served) }).publicCache('10m+', source.run))
  read()
  read()
  source.succeed('old')
  await clock.advance(minute)
  read()
  await clock.advance(10 * minute)
  read()
  source.fail(failure(503))
  await clock.advance(second)
  read()
  const stored = { collapsed: false, stored: true, ageMs: 0, freshForMs: 10 * minute }
  expect(told).toEqual([
    { ...stored, origin: 'miss' },
    { ...stored, origin: 'miss', collapsed: true },
    { origin: 'hit', collapsed: false, stored: false, ageMs: minute, freshForMs: 9 * minute },
    { origin: 'stale', collapsed: false, stored: false, ageMs: 11 * minute, freshForMs: -minute },
    {
      origin: 'stale-error',
      collapsed: false,
      stored: false,
      ageMs: 11 * minute + second,
      freshForMs: -minute - second
    }
  ])
})
