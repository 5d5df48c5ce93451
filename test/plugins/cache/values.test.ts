import { Readable } from 'node:stream'
import { describe, expect, test } from 'vitest'
import { failure, makeRig, minute, second, watch } from './rig.ts'

async function readTwice(value: unknown): Promise<{ readonly calls: number; readonly values: unknown[] }> {
  const { cache } = makeRig()
  let calls = 0
  const handle = cache.define('a', '10m', () => (calls++, value))
  return { values: [await handle('key'), await handle('key')], calls }
}

describe('what is stored', () => {
  test.each([
    ['null', null],
    ['0', 0],
    ['an empty text', ''],
    ['false', false],
    ['an empty list', []],
    ['NaN', NaN],
    ['a bigint', 7n],
    ['a date', new Date(7)],
    ['bytes', Buffer.from('x')],
    ['a map', new Map([[1, { a: 1 }]])]
  ])('%s', async (_name, value) => {
    const { calls, values } = await readTwice(value)
    expect(calls).toBe(1)
    expect(values).toEqual([value, value])
  })

  test('but undefined is handed out and not stored, and leaves an old value where it is', async () => {
    expect(await readTwice(undefined)).toEqual({ values: [undefined, undefined], calls: 2 })
    const { cache, clock } = makeRig()
    const values = ['old', undefined]
    const handle = cache.define('a', '10m', () => values.shift())
    await handle('key')
    await clock.advance(11 * minute)
    expect(await handle('key')).toBeUndefined()
    expect(handle.explain('key').state).toBe('stale')
  })
})

describe('a value', () => {
  test('is a frozen copy: neither its maker nor its readers change it for others', async () => {
    const { cache } = makeRig()
    const made = { list: [{ a: 1 }], inner: { b: 2 } }
    const handle = cache.define('a', '10m', () => made)
    const first = await handle('key')
    made.list.push({ a: 2 })
    made.inner.b = 3
    expect(first).toEqual({ list: [{ a: 1 }], inner: { b: 2 } })
    expect(() => first.list.push({ a: 3 })).toThrow(TypeError)
    expect(() => (first.inner.b = 4)).toThrow(TypeError)
    expect(await handle('key')).toBe(first)
    expect(Object.isFrozen(made)).toBe(false)
  })

  test('keeps instances of classes as they are', async () => {
    const bytes = Buffer.from('x')
    const { values } = await readTwice({ bytes })
    expect((values[1] as { bytes: Buffer }).bytes).toBe(bytes)
  })

  test('has the member __proto__ when the original has it, and nothing comes from it', async () => {
    const { values } = await readTwice(JSON.parse('{"__proto__":{"admin":true},"a":1}'))
    const [value] = values as [{ admin?: boolean }]
    expect(Object.keys(value)).toEqual(['__proto__', 'a'])
    expect(value.admin).toBeUndefined()
  })
})

describe('what cannot be stored is handed out all the same', () => {
  const circle: { self?: object } = {}
  circle.self = circle
  let wide: unknown = 'x'.repeat(100)
  for (let level = 0; level < 40; level++) wide = [wide, wide]
  const throwing = {
    get a(): number {
      throw new Error('no')
    }
  }
  test.each([
    ['a circle', circle],
    ['more than maxEntryBytes', 'x'.repeat(600_000)],
    ['a list that is short, but large when it is written out', wide],
    ['an object whose members throw', throwing]
  ])('%s', async (_name, value) => {
    const { cache } = makeRig()
    let calls = 0
    const handle = cache.define('a', '10m', () => (calls++, value))
    expect((await handle('key')) === value).toBe(true)
    expect((await handle('key')) === value).toBe(true)
    expect(calls).toBe(2)
    expect(cache.stats()).toMatchObject({ entries: 0, counters: { unstorable_total: 2 } })
  })
})

const makers: readonly (readonly [string, () => unknown])[] = [
  ['a Node stream', () => Readable.from(['x'])],
  ['a web stream', () => new ReadableStream()],
  ['a Response', () => new Response('x')]
]
test.each(makers)('%s is refused: only one reader could have it', async (_name, make) => {
  const { cache } = makeRig()
  const handle = cache.define('a', '10m', make)
  await expect(handle('key')).rejects.toThrow('A stream or a Response cannot be cached')
})

test('a Node stream that is refused is destroyed', async () => {
  const { cache } = makeRig()
  const stream = Readable.from(['x'])
  await expect(cache.define('a', '10m', () => stream)('key')).rejects.toThrow(TypeError)
  expect(stream.destroyed).toBe(true)
})

describe('the memory', () => {
  test('is bounded in bytes: what nobody has wanted for longest goes first', async () => {
    const { cache, clock } = makeRig({ config: { maxBytes: 1024 * 1024 } })
    const handle = cache.define('a', '1d', () => 'x'.repeat(50_000))
    await handle('0')
    for (let key = 1; key < 30; key++) {
      await clock.advance(2 * second)
      await handle(String(key))
      expect(await handle('0')).toHaveLength(50_000)
    }
    const { bytes, entries, counters } = cache.stats()
    expect(bytes).toBeLessThanOrEqual(1024 * 1024)
    expect(bytes).toBeGreaterThan(entries * 100_000)
    expect(counters['evictions_total']).toBe(30 - entries)
    expect(counters['fetches_total']).toBe(30)
    const states = Array.from({ length: 30 }, (_, key) => handle.explain(String(key)).state)
    expect(states).toEqual(states.map((_, key) => (key === 0 || key > 30 - entries ? 'fresh' : 'absent')))
  })

  test('is bounded in number', async () => {
    const { cache } = makeRig({ config: { maxEntries: 100 } })
    const handle = cache.define('a', { ttl: '1d', tags: ['t'] }, key => key, { tags: key => [`k${key}`] })
    for (let key = 0; key < 1_000; key++) await handle(String(key))
    expect(cache.stats()).toMatchObject({ entries: 100, counters: { evictions_total: 900 } })
    expect(cache.core.store.withTag('t').size).toBe(100)
    expect(cache.core.store.withTag('k0').size).toBe(0)
  })

  test('that is smaller than a value keeps nothing of it', async () => {
    const { cache } = makeRig({ config: { maxBytes: 1_000, maxEntryBytes: 1_000 } })
    const handle = cache.define('a', '1d', () => 'x'.repeat(400))
    expect(await handle('key')).toHaveLength(400)
    expect(cache.stats()).toMatchObject({ entries: 0, bytes: 0, counters: { unstorable_total: 1 } })
    expect(handle.explain('key').state).toBe('absent')
  })
})

test('times are cut at random by the jitter of the policy', async () => {
  const draws = [0, 0.5, 0.999]
  const { cache } = makeRig({ random: () => draws.shift() ?? NaN })
  const handle = cache.define('a', { ttl: '100s', jitter: 0.2 }, key => key)
  const fresh: (number | undefined)[] = []
  for (const key of ['a', 'b', 'c']) {
    await handle(key)
    fresh.push(handle.explain(key).freshForMs)
  }
  expect(fresh).toEqual([100_000, 90_000, 80_020])
})

describe('an early renewal', () => {
  const earlyRig = async (random: () => number) => {
    const rig = makeRig({ random })
    let calls = 0
    let outcome: () => unknown = () => `value ${calls}`
    const handle = rig.cache.define('a', { ttl: '100s', jitter: 0, early: 1 }, async () => {
      calls++
      await new Promise<void>(resolve => rig.clock.after(2 * second, resolve))
      return outcome()
    })
    const first = watch(handle('key'))
    await rig.clock.advance(2 * second)
    expect(first.seen).toEqual({ value: 'value 1' })
    return {
      ...rig,
      handle,
      calls: () => calls,
      failFromNow: () => (outcome = () => Promise.reject(failure(503)))
    }
  }

  test('is the likelier the closer the end: by e⁻¹ when as much time is left as the work takes', async () => {
    const below = await earlyRig(() => Math.exp(-1) - 0.001)
    const above = await earlyRig(() => Math.exp(-1) + 0.001)
    for (const { clock, handle } of [below, above]) {
      await clock.advance(98 * second)
      expect(await handle('key')).toBe('value 1')
    }
    expect([below.calls(), above.calls()]).toEqual([2, 1])
    await below.clock.advance(2 * second)
    expect(await below.handle('key')).toBe('value 2')
    expect(below.cache.stats().counters).toMatchObject({ early_total: 1, fetches_total: 2 })
  })

  test('does not happen twice at once, and a failure of it is seen by nobody', async () => {
    const { clock, handle, calls, failFromNow } = await earlyRig(() => 0)
    failFromNow()
    expect(await handle('key')).toBe('value 1')
    expect(await handle('key')).toBe('value 1')
    expect(calls()).toBe(2)
    await clock.advance(2 * second)
    expect(await handle('key')).toBe('value 1')
    expect(handle.explain('key')).toMatchObject({ state: 'fresh', failures: 1 })
    expect(calls()).toBe(2)
  })
})
