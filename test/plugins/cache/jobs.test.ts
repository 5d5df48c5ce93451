import { describe, expect, test } from 'vitest'
import { failure, makeRig, minute, second, Source, watch } from './rig.ts'

describe('one job a key', () => {
  test('50 callers at once are one call of the source, and all have its value', async () => {
    const { cache } = makeRig()
    const source = new Source()
    const handle = cache.define('a', '10m', source.run)
    const all = Array.from({ length: 50 }, () => handle('key'))
    expect(source.calls).toBe(1)
    source.succeed({ a: 1 })
    const values = await Promise.all(all)
    expect(new Set(values).size).toBe(1)
    expect(cache.stats().counters).toMatchObject({ misses_total: 50, collapsed_total: 49, fetches_total: 1 })
  })

  test('50 callers of work that fails are one call of the source, and all have its error', async () => {
    const { cache } = makeRig()
    const source = new Source()
    const handle = cache.define('a', '10m', source.run)
    const all = Array.from({ length: 50 }, () => handle('key'))
    const error = failure(503)
    source.fail(error)
    const results = await Promise.allSettled(all)
    expect(results.every(result => result.status === 'rejected' && result.reason === error)).toBe(true)
    expect(source.calls).toBe(1)
    expect(cache.stats().counters).toMatchObject({ errors_total: 50, fetch_failures_total: 1 })
  })

  test('other keys and other caches have jobs of their own', async () => {
    const { cache } = makeRig()
    const source = new Source()
    const [a, b] = [cache.define('a', '10m', source.run), cache.define('b', '10m', source.run)]
    void watch(Promise.all([a('x'), a('y'), b('x')]))
    expect(source.calls).toBe(3)
    expect(cache.stats()).toMatchObject({ inFlight: 3, background: 0 })
  })

  test('work that throws at once, or is not asynchronous, is like any other', async () => {
    const { cache } = makeRig()
    const error = failure(503)
    const throwing = cache.define('a', '10m', () => {
      throw error
    })
    await expect(throwing('key')).rejects.toBe(error)
    const plain = cache.define('b', '10m', (key: string, more: number) => `${key} ${more}`)
    expect(await plain('key', 7)).toBe('key 7')
    expect(await plain('key', 8)).toBe('key 7')
  })
})

describe('a result that comes after its time', () => {
  test('is stored, though its callers got an error long before', async () => {
    const { cache, clock } = makeRig()
    const source = new Source()
    const handle = cache.define('a', '10m', source.run)
    const reader = watch(handle('key'))
    await clock.advance(8 * second)
    expect(reader.seen).toMatchObject({ error: { statusCode: 504 } })
    expect(cache.stats()).toMatchObject({ inFlight: 0, late: 1 })
    await clock.advance(minute)
    source.succeed('late')
    await clock.advance(0)
    expect(await handle('key')).toBe('late')
    expect(handle.explain('key').ageMs).toBe(0)
    expect(cache.stats()).toMatchObject({
      late: 0,
      counters: { late_stored_total: 1, fetch_timeouts_total: 1 }
    })
  })

  test('does not replace one whose work began later', async () => {
    const { cache, clock } = makeRig()
    const source = new Source()
    const handle = cache.define('a', '10m', source.run)
    void watch(handle('key'))
    await clock.advance(8 * second)
    void watch(handle('key'))
    source.succeedLast('newer')
    await clock.advance(0)
    source.succeed('older')
    await clock.advance(0)
    expect(await handle('key')).toBe('newer')
    expect(cache.stats().counters['late_stored_total']).toBe(0)
  })

  test('frees the place: the next caller begins anew, and is not disturbed by a late failure', async () => {
    const { cache, clock } = makeRig()
    const source = new Source()
    const handle = cache.define('a', { ttl: '10m', timeout: '2s' }, source.run)
    void watch(handle('key'))
    await clock.advance(2 * second)
    const next = watch(handle('key'))
    expect(source.calls).toBe(2)
    source.fail(failure(404))
    await clock.advance(0)
    expect(next.seen).toBeUndefined()
    source.succeed('value')
    await clock.advance(0)
    expect(next.seen).toEqual({ value: 'value' })
    expect(cache.stats()).toMatchObject({ late: 0, counters: { fetch_failures_total: 1 } })
  })
})

describe('work behind the back of readers', () => {
  const lazyRig = async (maxBackground: number) => {
    const rig = makeRig({ config: { maxBackground } })
    const source = new Source()
    const handle = rig.cache.define('a', '10m+', source.run)
    for (const key of ['x', 'y', 'z']) {
      const first = handle(key)
      source.succeed('old')
      await first
    }
    await rig.clock.advance(11 * minute)
    return { ...rig, source, handle }
  }

  test('is bounded: beyond it old values go on serving, and are renewed when there is room', async () => {
    const { cache, clock, source, handle } = await lazyRig(2)
    for (const key of ['x', 'y', 'z']) expect(await handle(key)).toBe('old')
    expect(source.open).toBe(2)
    expect(cache.stats()).toMatchObject({ background: 2, counters: { background_refused_total: 1 } })
    source.succeed('new')
    await clock.advance(0)
    expect(await handle('z')).toBe('old')
    source.succeed('new')
    source.succeed('new')
    await clock.advance(0)
    for (const key of ['x', 'y', 'z']) expect(await handle(key)).toBe('new')
    expect(cache.stats()).toMatchObject({ inFlight: 0, background: 0 })
  })

  test('is waited for when the gateway closes, and none is begun any more', async () => {
    const { cache, clock, source, handle } = await lazyRig(2)
    await handle('x')
    const drained = watch(cache.core.drain())
    expect(await handle('y')).toBe('old')
    await clock.advance(0)
    expect(source.open).toBe(1)
    expect(drained.seen).toBeUndefined()
    source.succeed('new')
    await clock.advance(0)
    expect(drained.seen).toEqual({ value: undefined })
  })

  test('is given up when there is no more time', async () => {
    const { cache, clock, handle } = await lazyRig(2)
    await handle('x')
    const time = new AbortController()
    const drained = watch(cache.core.drain(time.signal))
    const late = watch(cache.core.drain(AbortSignal.abort()))
    await clock.advance(0)
    expect([drained.seen, late.seen]).toEqual([undefined, { value: undefined }])
    time.abort()
    await clock.advance(0)
    expect(drained.seen).toEqual({ value: undefined })
  })

  test('that fails is logged without what it said', async () => {
    const { logs, clock, source, handle } = await lazyRig(2)
    await handle('x')
    source.fail(new Error('secret'))
    await clock.advance(0)
    expect(logs).toEqual(['debug: could not renew a value'])
  })
})

describe('a remembered failure', () => {
  test('is thrown again without another try, for as long as the policy says, and only when it was transient', async () => {
    const { cache, clock } = makeRig()
    const source = new Source()
    const handle = cache.define('a', { ttl: '10m', negative: '30s' }, source.run)
    const error = failure(503)
    const first = watch(handle('key'))
    source.fail(error)
    await clock.advance(30 * second - 1)
    expect(first.seen).toEqual({ error })
    await expect(handle('key')).rejects.toBe(error)
    expect(source.calls).toBe(1)
    expect(handle.explain('key')).toMatchObject({ state: 'absent', inFlight: false })
    await clock.advance(1)
    const second_ = watch(handle('key'))
    expect(source.calls).toBe(2)
    source.fail(failure(404))
    await clock.advance(0)
    expect(second_.seen).toEqual({ error: failure(404) })
    const third = watch(handle('key'))
    expect(source.calls).toBe(3)
    source.succeed('value')
    await clock.advance(0)
    expect(third.seen).toEqual({ value: 'value' })
    expect(await handle('key')).toBe('value')
  })

  test('never stands before an old value', async () => {
    const { cache, clock } = makeRig()
    const source = new Source()
    const handle = cache.define('a', { ttl: '10m', negative: '30s' }, source.run)
    const first = handle('key')
    source.succeed('old')
    await first
    await clock.advance(11 * minute)
    const reader = watch(handle('key'))
    source.fail(failure(503))
    await clock.advance(0)
    expect(reader.seen).toEqual({ value: 'old' })
    expect(await handle('key')).toBe('old')
  })

  test('goes with a clear', async () => {
    const { cache, clock } = makeRig()
    const source = new Source()
    const handle = cache.define('a', { ttl: '10m', negative: '30s', tags: ['t'] }, source.run)
    void watch(handle('key'))
    source.fail(failure(503))
    await clock.advance(0)
    await cache.clearTag('t')
    void watch(handle('key'))
    expect(source.calls).toBe(2)
  })
})

test('what cannot be classified is transient', async () => {
  const { cache, clock } = makeRig()
  const source = new Source()
  const broken = [
    () => {
      throw new Error('no')
    },
    () => 'nonsense' as never
  ]
  for (const [at, classify] of broken.entries()) {
    const handle = cache.define(`a${at}`, '10m', source.run, { classify })
    const first = handle('key')
    source.succeed('old')
    await first
    await clock.advance(11 * minute)
    const reader = watch(handle('key'))
    source.fail(failure(404))
    await clock.advance(0)
    expect(reader.seen).toEqual({ value: 'old' })
  }
})

test('the classification can be replaced', async () => {
  const { cache, clock } = makeRig()
  const source = new Source()
  const handle = cache.define('a', '10m', source.run, { classify: () => 'transient' })
  const first = handle('key')
  source.succeed('old')
  await first
  await clock.advance(11 * minute)
  const reader = watch(handle('key'))
  source.fail(failure(404))
  await clock.advance(0)
  expect(reader.seen).toEqual({ value: 'old' })
})
