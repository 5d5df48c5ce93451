import { describe, expect, test } from 'vitest'
import { fill, twoNodes, valuesIn, type Nodes } from './nodes.ts'
import { person } from './people.ts'
import { failure, hour, minute, second, watch } from './rig.ts'

describe('a value that one node has', () => {
  test('is found by the others, with its age', async () => {
    const nodes = twoNodes()
    await fill(nodes, { list: [1] })
    await nodes.clock.advance(minute)
    expect(await nodes.b.handle('key')).toEqual({ list: [1] })
    expect(nodes.b.source.calls).toBe(0)
    expect(nodes.b.handle.explain('key')).toMatchObject({
      state: 'fresh',
      ageMs: minute,
      freshForMs: 9 * minute
    })
    expect(nodes.b.cache.stats().counters).toMatchObject({
      hits_total: 1,
      misses_total: 0,
      shared_hits_total: 1
    })
  })

  test('is kept in the state under digests, as a record that ends with its grace', async () => {
    const nodes = twoNodes({ ttl: '10m', grace: '1h', tags: ['t'] })
    await fill(nodes)
    const [[key, text] = ['', '']] = await valuesIn(nodes)
    expect(key).toBe(`cache:v:${nodes.a.handle.explain('key').id}`)
    expect(JSON.parse(text)).toEqual({
      v: 'of a',
      createdAt: nodes.clock.now(),
      workMs: 0,
      ttl: 10 * minute,
      grace: hour,
      tags: { '@handle:a': '', t: '' }
    })
    await nodes.clock.advance(70 * minute)
    expect(await valuesIn(nodes)).toEqual([])
  })

  test('that is old is handed out at once by a lazy policy of another node, and renewed there behind', async () => {
    const nodes = twoNodes('10m+')
    const { b, clock } = nodes
    await fill(nodes)
    await clock.advance(11 * minute)
    const readers = [watch(b.handle('key')), watch(b.handle('key'))]
    await clock.advance(0)
    expect(readers.map(({ seen }) => seen)).toEqual([{ value: 'of a' }, { value: 'of a' }])
    expect(b.source.calls).toBe(1)
    b.source.succeed('of b')
    await clock.advance(0)
    expect(await b.handle('key')).toBe('of b')
    expect(b.cache.stats().counters).toMatchObject({ stale_total: 2, hits_total: 1 })
  })

  test('that is old stands in for a failure on another node', async () => {
    const nodes = twoNodes('10m')
    const { b, clock } = nodes
    await fill(nodes)
    await clock.advance(11 * minute)
    const reader = watch(b.handle('key'))
    await clock.advance(0)
    expect(reader.seen).toBeUndefined()
    b.source.fail(failure(503))
    await clock.advance(0)
    expect(reader.seen).toEqual({ value: 'of a' })
    expect(b.handle.explain('key')).toMatchObject({ state: 'stale', failures: 1 })
  })

  test('and has renewed spares the others the work', async () => {
    const nodes = twoNodes('10m+')
    const { a, b, clock } = nodes
    await fill(nodes)
    await b.handle('key')
    await clock.advance(11 * minute)
    void watch(a.handle('key'))
    await clock.advance(0)
    a.source.succeed('newer')
    await clock.advance(second)
    expect(await b.handle('key')).toBe('of a')
    await clock.advance(0)
    expect(await b.handle('key')).toBe('newer')
    expect(b.source.calls).toBe(0)
  })

  test('does not count for who forces a new one', async () => {
    const nodes = twoNodes()
    const read = (node: Nodes['a'], value: string, force = false) =>
      node.cache.of({ method: 'GET', routeId: '/x', params: {}, force }).publicCache('10m', () => value)
    expect(await read(nodes.a, 'of a')).toBe('of a')
    await nodes.clock.advance(0)
    expect(await read(nodes.b, 'of b', true)).toBe('of b')
    expect(await read(nodes.node(), 'of c')).toBe('of b')
  })
})

test('values of users are ciphertext in the state, and only theirs to open', async () => {
  const nodes = twoNodes()
  const dataKey = Buffer.alloc(32, 7)
  const read = (node: Nodes['a'], dataKeyOf: Uint8Array, work: () => unknown) =>
    node.cache
      .of({ method: 'GET', routeId: '/card', params: { q: 'private' }, user: person('alice', dataKeyOf) })
      .userCache('10m', work)
  await read(nodes.a, dataKey, () => ({ secret: 'balance' }))
  await nodes.clock.advance(0)
  const kept = JSON.stringify([...(await nodes.state.scan('cache:'))])
  expect(kept).toContain('c1:user:/card:')
  expect(kept).not.toMatch(/balance|alice|private/)
  expect(await read(nodes.b, dataKey, () => 'work')).toEqual({ secret: 'balance' })
  expect(await read(nodes.node(), Buffer.alloc(32, 8), () => 'work')).toBe('work')
})

describe('what JSON does not hold, or not all of', () => {
  test.each([
    ['a date', { at: new Date(7) }],
    ['NaN', [NaN]],
    ['a hole in a list', [undefined]],
    ['a map', new Map()]
  ])('stays in the process: %s', async (_name, value) => {
    const nodes = twoNodes()
    await fill(nodes, value)
    expect(await valuesIn(nodes)).toEqual([])
  })

  test('but bytes are shared', async () => {
    const nodes = twoNodes()
    await fill(nodes, Buffer.from([0, 255]))
    expect(await nodes.b.handle('key')).toEqual(Buffer.from([0, 255]))
  })

  test('and so do values that are too long, and those of caches that are not shared', async () => {
    const nodes = twoNodes('10m', { maxSharedBytes: 2_000 })
    await fill(nodes, 'x'.repeat(2_000))
    await nodes.a.cache.define('own', '10m', () => 1, { shared: false })('key')
    await nodes.clock.advance(0)
    expect(await valuesIn(nodes)).toEqual([])
    expect(nodes.a.cache.stats().counters['shared_oversized_total']).toBe(1)
  })
})
