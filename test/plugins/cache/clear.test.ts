import { describe, expect, test } from 'vitest'
import { failure, makeRig, minute, Source, watch } from './rig.ts'

/** A cache with the values `x` and `y`, whose tags are its own and one by key. */
async function filled(policy = '10m') {
  const rig = makeRig()
  const source = new Source()
  const handle = rig.cache.define('a', { ttl: policy, tags: ['all'] }, source.run, {
    tags: key => [`key-${key}`]
  })
  for (const key of ['x', 'y']) {
    const first = handle(key)
    source.succeed(`old ${key}`)
    await first
  }
  const state = (): string[] => ['x', 'y'].map(key => handle.explain(key).state)
  return { ...rig, source, handle, state }
}

describe('a clear takes effect before it returns', () => {
  test('of one key', async () => {
    const { handle, state } = await filled()
    const done = handle.clear('x')
    expect(state()).toEqual(['absent', 'fresh'])
    await done
  })

  test('of all keys of a cache, and of no other cache', async () => {
    const { cache, handle, state } = await filled()
    const other = cache.define('b', '10m', () => 1)
    await other('x')
    const done = handle.clear()
    expect(state()).toEqual(['absent', 'absent'])
    expect(other.explain('x').state).toBe('fresh')
    await done
  })

  test('of a tag, whoever gave it', async () => {
    const { cache, state } = await filled()
    const done = cache.clearTag('key-y')
    expect(state()).toEqual(['fresh', 'absent'])
    await done
    await cache.clearTag('all')
    expect(state()).toEqual(['absent', 'absent'])
    expect(cache.stats()).toMatchObject({ entries: 0, bytes: 0, counters: { cleared_total: 2 } })
  })

  test('and one that finds nothing does nothing', async () => {
    const { cache, handle, state } = await filled()
    await handle.clear('z')
    await cache.clearTag('none')
    expect(state()).toEqual(['fresh', 'fresh'])
  })
})

describe('a clear beats work that is under way', () => {
  const clears = [
    ['by key', 'key'],
    ['as a whole', 'handle'],
    ['by its tag', 'tag']
  ] as const
  test.each(clears)('%s: its callers have the value, nobody else does', async (_name, way) => {
    const { cache, clock } = makeRig()
    const source = new Source()
    const handle = cache.define('a', { ttl: '10m', tags: ['all'] }, source.run)
    const before = watch(handle('x'))
    await (way === 'tag' ? cache.clearTag('all') : handle.clear(...(way === 'key' ? ['x'] : [])))
    const after = watch(handle('x'))
    expect(source.calls).toBe(2)
    source.succeed('from before')
    await clock.advance(0)
    expect([before.seen, after.seen]).toEqual([{ value: 'from before' }, undefined])
    expect(handle.explain('x')).toMatchObject({ state: 'absent', inFlight: true })
    source.succeed('from after')
    await clock.advance(0)
    expect(after.seen).toEqual({ value: 'from after' })
    expect(await handle('x')).toBe('from after')
  })

  test('also when it ends after the work that began later', async () => {
    const { cache, clock } = makeRig()
    const source = new Source()
    const handle = cache.define('a', '10m', source.run)
    void watch(handle('x'))
    await clock.advance(1)
    await handle.clear('x')
    void watch(handle('x'))
    source.succeedLast('from after')
    await clock.advance(0)
    source.succeed('from before')
    await clock.advance(0)
    expect(await handle('x')).toBe('from after')
  })

  test('also when the result comes after its time', async () => {
    const { cache, clock } = makeRig()
    const source = new Source()
    const handle = cache.define('a', '10m', source.run)
    void watch(handle('x'))
    await handle.clear('x')
    await clock.advance(10_000)
    source.succeed('from before')
    await clock.advance(0)
    expect(handle.explain('x').state).toBe('absent')
  })

  test('also when its time was up before the clear', async () => {
    const { cache, clock } = makeRig()
    const source = new Source()
    const handle = cache.define('a', '10m', source.run)
    void watch(handle('x'))
    await clock.advance(10_000)
    await handle.clear('x')
    source.succeed('from before')
    await clock.advance(0)
    expect(handle.explain('x').state).toBe('absent')
  })

  test('and no old value stands in for a failure: it was cleared', async () => {
    const { handle, source, clock } = await filled()
    await clock.advance(11 * minute)
    const reader = watch(handle('x'))
    await handle.clear('x')
    const error = failure(503)
    source.fail(error)
    await clock.advance(0)
    expect(reader.seen).toEqual({ error })
    expect(handle.explain('x').state).toBe('absent')
  })

  test('and its failure does nothing to what came after', async () => {
    const { handle, source, clock } = await filled()
    await clock.advance(11 * minute)
    void watch(handle('x'))
    await handle.clear('x')
    void watch(handle('x'))
    source.succeedLast('from after')
    await clock.advance(11 * minute)
    source.fail(failure(404))
    await clock.advance(0)
    expect(handle.explain('x')).toMatchObject({ state: 'stale', failures: 0 })
  })
})

test.each(['', 'a b', '@person:x', 'x'.repeat(129), 7])('the tag %j cannot be cleared', async tag => {
  const { cache } = await filled()
  await expect(cache.clearTag(tag as string)).rejects.toThrow(/^(a tag is|tags that begin)/)
})

test('a tag that cannot be is refused when its value is wanted', async () => {
  const { cache } = makeRig()
  const handle = cache.define('a', '10m', () => 1, { tags: key => [key] })
  await expect(handle('a b')).rejects.toThrow('a tag is 1–128 visible')
  expect(cache.stats()).toMatchObject({ entries: 0, inFlight: 0 })
})
