import { describe, expect, test } from 'vitest'
import { makeRig, minute } from './rig.ts'

describe('a handle', () => {
  test('gives the key and the arguments to the work, and the same value to all callers of the key', async () => {
    const { cache } = makeRig()
    const seen: unknown[] = []
    const handle = cache.define('a', '10m', (key: string, size: number, unit?: string) => {
      seen.push([key, size, unit])
      return { size }
    })
    const first = await handle('x', 1, 'm')
    expect(await handle('x', 2)).toBe(first)
    expect(await handle('y', 2)).toEqual({ size: 2 })
    expect(seen).toEqual([
      ['x', 1, 'm'],
      ['y', 2, undefined]
    ])
  })

  test('hands out the same promise while its value is fresh', async () => {
    const { cache } = makeRig()
    const handle = cache.define('a', '10m', () => 1)
    await handle('x')
    expect(handle('x')).toBe(handle('x'))
    expect(cache.stats().counters).toMatchObject({ hits_total: 2, misses_total: 1 })
  })

  test('whose policy is off does the work every time, and stores nothing', async () => {
    const { cache } = makeRig()
    let calls = 0
    const handle = cache.define('a', 'off', () => ++calls)
    expect([await handle('x'), await handle('x')]).toEqual([1, 2])
    expect(cache.stats()).toMatchObject({ entries: 0, counters: { bypass_total: 2, fetches_total: 0 } })
    expect(handle.explain('x')).toMatchObject({ state: 'absent', policy: "'off'" })
  })

  test('explains a key without touching it', async () => {
    const { cache, clock } = makeRig()
    const handle = cache.define('news', { ttl: '10m', tags: ['t'] }, () => 'x')
    const absent = { state: 'absent', policy: '{"ttl":"10m","tags":["t"]}', inFlight: false }
    expect(handle.explain('x')).toEqual({
      ...absent,
      id: expect.stringMatching(/^c1:handle:news:[\w-]{43}$/)
    })
    expect(handle.explain('x').id).not.toBe(handle.explain('y').id)
    await handle('x')
    await clock.advance(minute)
    expect(handle.explain('x')).toEqual({
      ...absent,
      id: handle.explain('x').id,
      state: 'fresh',
      ageMs: minute,
      freshForMs: 9 * minute,
      usableForMs: 109 * minute,
      retryInMs: 0,
      failures: 0,
      bytes: expect.any(Number),
      tags: ['t']
    })
    expect(cache.stats().counters['hits_total']).toBe(0)
  })

  test.each([undefined, null, 7, {}, ['x']])('refuses the key %j', async key => {
    const { cache } = makeRig()
    const handle = cache.define('a', '10m', () => 1)
    await expect(handle(key as never)).rejects.toThrow('A cache key is a text')
    expect(() => handle.explain(key as never)).toThrow('A cache key is a text')
  })

  test.each([null, 7, {}])('cannot clear the key %j', async key => {
    const { cache } = makeRig()
    const handle = cache.define('a', '10m', () => 1)
    await expect(handle.clear(key as never)).rejects.toThrow('A cache key is a text')
  })

  test('takes keys of up to 4,096 characters, the empty one included', async () => {
    const { cache } = makeRig()
    const handle = cache.define('a', '10m', key => key.length)
    expect([await handle(''), await handle('x'.repeat(4_096))]).toEqual([0, 4_096])
    await expect(handle('x'.repeat(4_097))).rejects.toThrow(RangeError)
    await expect(handle.clear('x'.repeat(4_097))).rejects.toThrow(RangeError)
  })

  test('reads its policy once: what becomes of the object later does not matter', async () => {
    const { cache, clock } = makeRig()
    const policy = { ttl: '10m' }
    const handle = cache.define('a', policy, () => 1)
    await handle('x')
    policy.ttl = '1y'
    await clock.advance(11 * minute)
    expect(handle.explain('x').state).toBe('stale')
  })
})

describe('a handle is refused', () => {
  test.each(['', '7a', 'a b', 'ä', 'x'.repeat(65), undefined, 'a\n'])('with the name %j', name => {
    const { cache } = makeRig()
    expect(() => cache.define(name as string, '10m', () => 1)).toThrow('is no name for a cache')
  })

  test('with a name that is taken', () => {
    const { cache } = makeRig()
    cache.define('a', '10m', () => 1)
    expect(() => cache.define('a', '10m', () => 1)).toThrow("There is a cache 'a' already")
  })

  test('with a policy that is none, and its name is still free', () => {
    const { cache } = makeRig()
    expect(() => cache.define('a', '10q', () => 1)).toThrow("Cache policy '10q'")
    cache.define('a', '10m', () => 1)
  })

  test('without work', () => {
    const { cache } = makeRig()
    expect(() => cache.define('a', '10m', undefined as never)).toThrow("Cache 'a' has no work to do")
  })
})

test('the busiest sections are told, with what happened in them', async () => {
  const { cache } = makeRig()
  const [a, b] = [cache.define('a', '10m', () => 1), cache.define('b', '10m', () => 1)]
  for (const key of ['x', 'x', 'x']) await b(key)
  await a('x')
  const { sections } = cache.stats()
  expect(sections.map(({ name }) => name)).toEqual(['handle:b', 'handle:a'])
  expect(sections[0]?.counters).toMatchObject({ hits_total: 2, misses_total: 1, fetches_total: 1 })
})

test('times of work and ages of old values are told as histograms', async () => {
  const { cache, clock } = makeRig()
  const handle = cache.define('a', '10m+', () => new Promise(resolve => clock.after(200, () => resolve(1))))
  const first = handle('x')
  await clock.advance(200)
  await first
  await clock.advance(20 * minute)
  await handle('x')
  const { fetch_seconds: fetches, stale_age_seconds: ages } = cache.stats().histograms
  expect(fetches).toMatchObject({ sum: 0.2, count: 1 })
  expect(fetches.buckets.filter(([, count]) => count === 0).map(([bound]) => bound)).toEqual([
    0.005, 0.025, 0.1
  ])
  expect(ages).toMatchObject({ sum: 1_200, count: 1 })
})
