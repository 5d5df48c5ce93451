import { describe, expect, test } from 'vitest'
import { methodsOf, twoNodes, type Nodes } from './nodes.ts'
import { failure, minute, second, watch } from './rig.ts'

const sharedJobs = { sharedJobs: true }
const waits = ({ cache }: Nodes['a']): number | undefined => cache.stats().counters['shared_waits_total']

describe('with `sharedJobs`, while one node works for a key', () => {
  test('the others wait for what it brings', async () => {
    const { a, b, clock } = twoNodes('10m', sharedJobs)
    const [first, second_] = [watch(a.handle('key')), watch(b.handle('key'))]
    await clock.advance(second)
    expect([a.source.calls, b.source.calls, waits(b)]).toEqual([1, 0, 1])
    a.source.succeed('of a')
    await clock.advance(200)
    expect([first.seen, second_.seen]).toEqual([{ value: 'of a' }, { value: 'of a' }])
    expect(b.source.calls).toBe(0)
    expect(b.handle.explain('key')).toMatchObject({ state: 'fresh' })
  })

  test('work for other keys goes on everywhere', async () => {
    const { a, b, clock } = twoNodes('10m', sharedJobs)
    void watch(a.handle('one'))
    void watch(b.handle('two'))
    await clock.advance(0)
    expect([a.source.calls, b.source.calls]).toEqual([1, 1])
  })

  test('the next one tries when it fails, once for all of its own readers', async () => {
    const { a, b, clock } = twoNodes('10m', sharedJobs)
    const first = watch(a.handle('key'))
    const others = [watch(b.handle('key')), watch(b.handle('key'))]
    await clock.advance(0)
    a.source.fail(failure(503))
    await clock.advance(200)
    expect(first.seen).toMatchObject({ error: { statusCode: 503 } })
    expect(b.source.calls).toBe(1)
    b.source.succeed('of b')
    await clock.advance(0)
    expect(others.map(({ seen }) => seen)).toEqual([{ value: 'of b' }, { value: 'of b' }])
  })

  test('the next one tries when it has died, once its time is up', async () => {
    const { a, b, clock } = twoNodes({ ttl: '10m', timeout: 5 * second }, sharedJobs)
    void watch(a.handle('key'))
    await clock.advance(2 * second)
    const reader = watch(b.handle('key'))
    await clock.advance(2_999)
    expect(b.source.calls).toBe(0)
    await clock.advance(201)
    expect(b.source.calls).toBe(1)
    b.source.succeed('of b')
    await clock.advance(0)
    expect(reader.seen).toEqual({ value: 'of b' })
  })

  test('a reader waits no longer than for work of this node, and nothing is left over', async () => {
    const { clock, state, node } = twoNodes({ ttl: '10m', timeout: second }, sharedJobs)
    const { handle, source, cache } = node({ ...methodsOf(state), lock: async () => undefined })
    const reader = watch(handle('key'))
    await clock.advance(second + 100)
    expect(reader.seen).toMatchObject({ error: { statusCode: 504 } })
    await clock.advance(second)
    expect(source.calls).toBe(0)
    expect(cache.stats()).toMatchObject({ inFlight: 0, late: 0 })
  })

  test('who comes after a clear does not wait for work that began before it', async () => {
    const { a, b, clock } = twoNodes('10m', sharedJobs)
    void watch(a.handle('key'))
    await clock.advance(0)
    await b.handle.clear('key')
    const reader = watch(b.handle('key'))
    await clock.advance(0)
    expect(b.source.calls).toBe(1)
    b.source.succeed('new')
    await clock.advance(0)
    expect(reader.seen).toEqual({ value: 'new' })
  })

  test('an old value is handed out at once where the policy is lazy, and renewed once for all nodes', async () => {
    const { a, b, clock } = twoNodes('10m+', sharedJobs)
    void watch(a.handle('key'))
    await clock.advance(0)
    a.source.succeed('old')
    await clock.advance(0)
    await b.handle('key')
    await clock.advance(11 * minute)
    const readers = [watch(a.handle('key')), watch(b.handle('key'))]
    await clock.advance(0)
    expect(readers.map(({ seen }) => seen)).toEqual([{ value: 'old' }, { value: 'old' }])
    expect(a.source.open + b.source.open).toBe(1)
    for (const node of [a, b]) node.source.succeed('new')
    await clock.advance(second)
    expect([await a.handle('key'), await b.handle('key')]).toEqual(['new', 'new'])
    expect(a.source.calls + b.source.calls).toBe(2)
  })

  test('a forced renewal waits for nobody', async () => {
    const { a, b, clock } = twoNodes('10m', sharedJobs)
    const request = { method: 'GET', routeId: '/r', params: {}, user: undefined }
    const read = (node: Nodes['a'], force: boolean): unknown =>
      watch(node.cache.of({ ...request, force }).publicCache('10m', node.source.run))
    read(a, false)
    await clock.advance(0)
    read(b, true)
    await clock.advance(0)
    expect([a.source.calls, b.source.calls]).toEqual([1, 1])
  })
})

test('where no turn can be had of the state, everybody works', async () => {
  const { clock, state, node } = twoNodes('10m', sharedJobs)
  const refuses = { ...methodsOf(state), lock: () => Promise.reject(new Error('down')) }
  const silent = { ...methodsOf(state), lock: () => new Promise<never>(() => undefined) }
  const nodes = [node(refuses), node(silent)]
  for (const { handle } of nodes) void watch(handle('key'))
  await clock.advance(300)
  expect(nodes.map(({ source }) => source.calls)).toEqual([1, 1])
})

test('without it each node works for itself', async () => {
  const { a, b, clock } = twoNodes('10m')
  void watch(a.handle('key'))
  void watch(b.handle('key'))
  await clock.advance(0)
  expect([a.source.calls, b.source.calls, waits(b)]).toEqual([1, 1, 0])
})
