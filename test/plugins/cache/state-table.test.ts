import { describe, expect, test } from 'vitest'
import type { CacheHandle } from '../../../src/plugins/cache/service.ts'
import { failure, makeRig, minute, second, Source, watch, type Rig } from './rig.ts'

// The table of states, cell by cell: what a reader gets for each state of the value, mode of the policy, work under way
// or not, and outcome of the work; and what is left for the next reader.

type State = 'absent' | 'stale'
type Mode = 'normal' | 'lazy'
type Outcome = 'success' | 'timeout' | 'no connection' | '503' | '401' | '403' | '404' | '410' | '400'
/** `old` and `new` are values; `error` is the very error that the work threw. */
type Gets = 'old' | 'new' | 'error'
type Left = 'absent' | 'stale' | 'fresh'

const errors: Readonly<Partial<Record<Outcome, Error>>> = {
  'no connection': Object.assign(new Error('refused'), { code: 'ECONNREFUSED' }),
  '503': failure(503),
  '401': failure(401),
  '403': failure(403),
  '404': failure(404),
  '410': failure(410),
  '400': failure(400)
}

type Row = readonly [State, Mode, Outcome, Gets, Left]

const table: readonly Row[] = [
  ['absent', 'normal', 'success', 'new', 'fresh'],
  ['absent', 'normal', 'timeout', 'error', 'absent'],
  ['absent', 'normal', 'no connection', 'error', 'absent'],
  ['absent', 'normal', '503', 'error', 'absent'],
  ['absent', 'normal', '401', 'error', 'absent'],
  ['absent', 'normal', '403', 'error', 'absent'],
  ['absent', 'normal', '404', 'error', 'absent'],
  ['absent', 'normal', '410', 'error', 'absent'],
  ['absent', 'normal', '400', 'error', 'absent'],
  ['absent', 'lazy', 'success', 'new', 'fresh'],
  ['absent', 'lazy', 'timeout', 'error', 'absent'],
  ['absent', 'lazy', 'no connection', 'error', 'absent'],
  ['absent', 'lazy', '503', 'error', 'absent'],
  ['absent', 'lazy', '401', 'error', 'absent'],
  ['absent', 'lazy', '403', 'error', 'absent'],
  ['absent', 'lazy', '404', 'error', 'absent'],
  ['absent', 'lazy', '410', 'error', 'absent'],
  ['absent', 'lazy', '400', 'error', 'absent'],
  ['stale', 'normal', 'success', 'new', 'fresh'],
  ['stale', 'normal', 'timeout', 'old', 'stale'],
  ['stale', 'normal', 'no connection', 'old', 'stale'],
  ['stale', 'normal', '503', 'old', 'stale'],
  ['stale', 'normal', '401', 'error', 'absent'],
  ['stale', 'normal', '403', 'error', 'absent'],
  ['stale', 'normal', '404', 'error', 'absent'],
  ['stale', 'normal', '410', 'error', 'absent'],
  ['stale', 'normal', '400', 'error', 'stale'],
  ['stale', 'lazy', 'success', 'old', 'fresh'],
  ['stale', 'lazy', 'timeout', 'old', 'stale'],
  ['stale', 'lazy', 'no connection', 'old', 'stale'],
  ['stale', 'lazy', '503', 'old', 'stale'],
  ['stale', 'lazy', '401', 'old', 'absent'],
  ['stale', 'lazy', '403', 'old', 'absent'],
  ['stale', 'lazy', '404', 'old', 'absent'],
  ['stale', 'lazy', '410', 'old', 'absent'],
  ['stale', 'lazy', '400', 'old', 'stale']
]

interface Cell extends Rig {
  readonly source: Source
  readonly handle: CacheHandle<unknown, []>
}

/** A value in a state, with as many calls of the source as that took. */
async function cellOf(state: State, mode: Mode): Promise<Cell> {
  const rig = makeRig()
  const source = new Source()
  const handle = rig.cache.define('cell', mode === 'lazy' ? '10m+' : '10m', source.run)
  if (state === 'stale') {
    const first = handle('key')
    source.succeed('old')
    await first
    await rig.clock.advance(11 * minute)
  }
  source.calls = 0
  return { ...rig, source, handle }
}

async function end(outcome: Outcome, { source, clock }: Cell): Promise<void> {
  if (outcome === 'success') source.succeed('new')
  else if (outcome !== 'timeout') source.fail(errors[outcome])
  await clock.advance(outcome === 'timeout' ? 8 * second : 0)
}

function expected(gets: Gets, outcome: Outcome): object {
  if (gets !== 'error') return { value: gets }
  if (outcome !== 'timeout') return { error: errors[outcome] }
  return { error: expect.objectContaining({ entry: expect.objectContaining({ key: 'upstream.timeout' }) }) }
}

describe.each([
  ['no work under way', false],
  ['work under way', true]
])('with %s', (_name, inFlight) => {
  test.each(table)('%s, %s, %s: the reader gets the %s, and what is left is %s', async (...row) => {
    const [state, mode, outcome, gets, left] = row
    const cell = await cellOf(state, mode)
    const before = inFlight ? [watch(cell.handle('key')), watch(cell.handle('key'))] : []
    const reader = watch(cell.handle('key'))
    await cell.clock.advance(0)
    expect(cell.source.calls).toBe(1)
    expect(reader.seen).toEqual(state === 'stale' && mode === 'lazy' ? { value: 'old' } : undefined)
    await end(outcome, cell)
    expect(reader.seen).toEqual(expected(gets, outcome))
    expect(before.map(({ seen }) => seen)).toEqual(before.map(() => expected(gets, outcome)))
    // The very same error, not one like it.
    expect(before.every(({ seen }) => seen?.error === reader.seen?.error)).toBe(true)
    expect(cell.handle.explain('key')).toMatchObject({ state: left, inFlight: false })
    expect(cell.source.calls).toBe(1)
  })
})

describe('a fresh value', () => {
  test.each(['10m', '10m+'])(
    'is what readers get by %s, until its time is over to the millisecond',
    async policy => {
      const { cache, clock } = makeRig()
      const source = new Source()
      const handle = cache.define('cell', policy, source.run)
      const first = handle('key')
      source.succeed('old')
      await first
      await clock.advance(10 * minute - 1)
      expect(await handle('key')).toBe('old')
      expect(handle.explain('key')).toMatchObject({ state: 'fresh', freshForMs: 1 })
      expect(source.calls).toBe(1)
      await clock.advance(1)
      expect(handle.explain('key')).toMatchObject({ state: 'stale', freshForMs: 0 })
      void watch(handle('key'))
      expect(source.calls).toBe(2)
    }
  )

  test('is absent beyond its grace, to the millisecond', async () => {
    const { cache, clock } = makeRig()
    const source = new Source()
    const handle = cache.define('cell', { ttl: '10m+', grace: '5m' }, source.run)
    const first = handle('key')
    source.succeed('old')
    await first
    await clock.advance(15 * minute - 1)
    expect(handle.explain('key')).toMatchObject({ state: 'stale', usableForMs: 1 })
    await clock.advance(1)
    expect(handle.explain('key').state).toBe('absent')
    const reader = watch(handle('key'))
    await clock.advance(0)
    expect(reader.seen).toBeUndefined()
    source.fail(errors['503'])
    await clock.advance(0)
    expect(reader.seen).toEqual({ error: errors['503'] })
  })
})

describe('after a failure with an old value', () => {
  test('a normal policy serves the old value without another try, until retryAfter is over', async () => {
    const { handle, source, clock } = await cellOf('stale', 'normal')
    const first = watch(handle('key'))
    source.fail(errors['503'])
    await clock.advance(0)
    expect(first.seen).toEqual({ value: 'old' })
    await clock.advance(10 * second - 1)
    expect(await handle('key')).toBe('old')
    expect(source.calls).toBe(1)
    await clock.advance(1)
    const second_ = watch(handle('key'))
    expect(source.calls).toBe(2)
    source.fail(errors['503'])
    await clock.advance(10 * second)
    expect(second_.seen).toEqual({ value: 'old' })
    void watch(handle('key'))
    expect(source.calls).toBe(3)
  })

  test('a lazy policy waits twice as long after each, but not more than a minute, and anew after a success', async () => {
    const { handle, source, clock } = await cellOf('stale', 'lazy')
    const pauses: number[] = []
    for (let failures = 0; failures < 5; failures++) {
      expect(await handle('key')).toBe('old')
      source.fail(errors['503'])
      await clock.advance(0)
      const { retryInMs = NaN } = handle.explain('key')
      pauses.push(retryInMs / second)
      await clock.advance(retryInMs - 1)
      const { calls } = source
      expect(await handle('key')).toBe('old')
      expect(source.calls).toBe(calls)
      await clock.advance(1)
    }
    expect(pauses).toEqual([10, 20, 40, 60, 60])
    expect(await handle('key')).toBe('old')
    source.succeed('new')
    await clock.advance(0)
    expect(await handle('key')).toBe('new')
    expect(handle.explain('key')).toMatchObject({ failures: 0, retryInMs: 0 })
  })

  test('a lazy policy pauses after a refusal as well, and a normal one asks again', async () => {
    const lazy = await cellOf('stale', 'lazy')
    await lazy.handle('key')
    lazy.source.fail(errors['400'])
    await lazy.clock.advance(0)
    await lazy.handle('key')
    expect(lazy.source.calls).toBe(1)
    const normal = await cellOf('stale', 'normal')
    for (const calls of [1, 2]) {
      const reader = watch(normal.handle('key'))
      normal.source.fail(errors['400'])
      await normal.clock.advance(0)
      expect(reader.seen).toEqual({ error: errors['400'] })
      expect(normal.source.calls).toBe(calls)
    }
  })

  test('swrErrors: false lets no old value stand in, and pauses nothing', async () => {
    const { cache, clock } = makeRig({ config: { preset: 'ws3-2018' } })
    const source = new Source()
    const handle = cache.define('cell', '10m', source.run)
    const first = handle('key')
    source.succeed('old')
    await first
    await clock.advance(11 * minute)
    for (const calls of [2, 3]) {
      const reader = watch(handle('key'))
      source.fail(errors['503'])
      await clock.advance(0)
      expect(reader.seen).toEqual({ error: errors['503'] })
      expect(source.calls).toBe(calls)
    }
  })
})

describe('a lazy policy with a wait', () => {
  const waiting = async (): Promise<Cell> => {
    const rig = makeRig()
    const source = new Source()
    const handle = rig.cache.define('cell', { ttl: '10m+', wait: '3s' }, source.run)
    const first = handle('key')
    source.succeed('old')
    await first
    await rig.clock.advance(11 * minute)
    source.calls = 0
    return { ...rig, source, handle }
  }

  test('has the new value when it comes in time', async () => {
    const { handle, source, clock } = await waiting()
    const reader = watch(handle('key'))
    await clock.advance(2 * second)
    expect(reader.seen).toBeUndefined()
    source.succeed('new')
    await clock.advance(0)
    expect(reader.seen).toEqual({ value: 'new' })
  })

  test('has the old one when time is up, also for who came later; what comes late is stored', async () => {
    const { handle, source, clock } = await waiting()
    const reader = watch(handle('key'))
    await clock.advance(2 * second)
    const later = watch(handle('key'))
    await clock.advance(second)
    expect([reader.seen, later.seen]).toEqual([{ value: 'old' }, { value: 'old' }])
    expect(await handle('key')).toBe('old')
    source.succeed('new')
    await clock.advance(0)
    expect(await handle('key')).toBe('new')
    expect(source.calls).toBe(1)
  })

  test.each([
    ['503', 'stale'],
    ['404', 'absent']
  ] as const)(
    'has the old one when the work fails with %s, and what is left is %s',
    async (outcome, left) => {
      const { handle, source, clock } = await waiting()
      const reader = watch(handle('key'))
      source.fail(errors[outcome])
      await clock.advance(0)
      expect(reader.seen).toEqual({ value: 'old' })
      expect(handle.explain('key').state).toBe(left)
    }
  )

  test('does not get what was cleared while it waited', async () => {
    const { handle, source, clock } = await waiting()
    const reader = watch(handle('key'))
    await clock.advance(second)
    await handle.clear('key')
    await clock.advance(4 * second)
    expect(reader.seen).toBeUndefined()
    source.succeed('new')
    await clock.advance(0)
    expect(reader.seen).toEqual({ value: 'new' })
    expect(handle.explain('key').state).toBe('absent')
  })
})
