import type { FastifyBaseLogger } from 'fastify'
import { describe, expect, test } from 'vitest'
import { MemoryState } from '../../../src/plugins/state/memory-state.ts'
import type { State } from '../../../src/plugins/state/service.ts'
import { fakeClock } from '../../../src/testing/index.ts'
import type { PolicyInput } from '../../../src/plugins/cache/service.ts'
import { person } from './people.ts'
import { failure, hour, makeRig, minute, second, Source, watch, type RigOptions } from './rig.ts'

/** Two nodes that share a state and the time. */
function twoNodes(policy: PolicyInput = '10m', config: RigOptions['config'] = {}) {
  const clock = fakeClock()
  const log = {} as FastifyBaseLogger
  const state = new MemoryState({ maxKeys: 1_000, clock, log })
  const node = (shared: State = state) => {
    const rig = makeRig({ clock, state: shared, config: { shared: true, ...config } })
    const source = new Source()
    return { ...rig, source, handle: rig.cache.define('a', policy, source.run) }
  }
  return { clock, state, node, a: node(), b: node() }
}
type Nodes = ReturnType<typeof twoNodes>

/** Gives node a the value. */
async function fill({ a, clock }: Nodes, value: unknown = 'of a'): Promise<void> {
  const first = watch(a.handle('key'))
  await clock.advance(0)
  a.source.succeed(value)
  await clock.advance(0)
  expect(first.seen).toEqual({ value })
}

async function valuesIn({ state }: Nodes): Promise<[string, string][]> {
  return [...(await state.scan('cache:v:'))]
}

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

describe('a clear', () => {
  test('of a key reaches the other nodes', async () => {
    const nodes = twoNodes()
    await fill(nodes)
    await nodes.b.handle('key')
    await nodes.a.handle.clear('key')
    await nodes.clock.advance(0)
    expect(nodes.b.handle.explain('key').state).toBe('absent')
    void watch(nodes.b.handle('key'))
    await nodes.clock.advance(0)
    expect(nodes.b.source.calls).toBe(1)
  })

  test.each(['handle', 'tag'] as const)(
    'of a %s makes the shared values void for nodes that never had them',
    async way => {
      const nodes = twoNodes({ ttl: '10m', tags: ['t'] })
      await fill(nodes)
      await (way === 'tag' ? nodes.a.cache.clearTag('t') : nodes.a.handle.clear())
      const late = nodes.node()
      void watch(late.handle('key'))
      await nodes.clock.advance(0)
      expect(late.source.calls).toBe(1)
      late.source.succeed('after')
      await nodes.clock.advance(0)
      void watch(nodes.a.handle('key'))
      await nodes.clock.advance(0)
      expect(nodes.a.source.calls).toBe(1)
      expect(await nodes.a.handle('key')).toBe('after')
    }
  )

  test.each(['key', 'handle', 'tag'] as const)(
    'by %s beats work that another node has under way',
    async way => {
      const nodes = twoNodes({ ttl: '10m', tags: ['t'] })
      const { a, b, clock } = nodes
      const reader = watch(b.handle('key'))
      await clock.advance(0)
      const clears = {
        key: () => a.handle.clear('key'),
        handle: () => a.handle.clear(),
        tag: () => a.cache.clearTag('t')
      }
      await clears[way]()
      b.source.succeed('from before')
      await clock.advance(0)
      expect(reader.seen).toEqual({ value: 'from before' })
      void watch(a.handle('key'))
      await clock.advance(0)
      expect(a.source.calls).toBe(1)
    }
  )

  test('that a node does not hear of still keeps what it has under way out of the shared store', async () => {
    const nodes = twoNodes()
    const deaf = nodes.node({ ...methodsOf(nodes.state), subscribe: async () => async () => {} })
    void watch(deaf.handle('key'))
    await nodes.clock.advance(0)
    await nodes.a.handle.clear('key')
    deaf.source.succeed('from before')
    await nodes.clock.advance(0)
    expect((await valuesIn(nodes)).map(([, text]) => text[0])).toEqual(['-'])
    expect(deaf.cache.stats().counters).toMatchObject({ shared_writes_total: 0, shared_conflicts_total: 1 })
  })

  test('by a definitive failure takes the shared value along', async () => {
    const nodes = twoNodes()
    await fill(nodes)
    await nodes.clock.advance(11 * minute)
    const reader = watch(nodes.a.handle('key'))
    await nodes.clock.advance(0)
    nodes.a.source.fail(failure(404))
    await nodes.clock.advance(0)
    expect(reader.seen).toEqual({ error: failure(404) })
    expect((await valuesIn(nodes)).map(([, text]) => text[0])).toEqual(['-'])
  })
})

describe('a state that does not work', () => {
  const broken = (change: Partial<State>): State => ({ ...methodsOf(twoNodes().state), ...change })
  const down = async (): Promise<never> => {
    throw new Error('down')
  }

  test('costs no reader anything: the work is done, and nothing is asked of it for 5 s', async () => {
    let asked = 0
    const state = broken({ get: () => (asked++, down()) })
    const { a: _, clock, node } = twoNodes()
    const { handle, source, logs, cache } = node(state)
    const read = async (key: string): Promise<unknown> => {
      const reader = watch(handle(key))
      await clock.advance(0)
      source.succeed(key)
      await clock.advance(0)
      return reader.seen
    }
    expect(await read('x')).toEqual({ value: 'x' })
    const once = asked
    expect(await read('y')).toEqual({ value: 'y' })
    expect(asked).toBe(once)
    await clock.advance(5 * second)
    expect(await read('z')).toEqual({ value: 'z' })
    expect(asked).toBeGreaterThan(once)
    expect(logs).toEqual([
      'warn: values that nodes share: read failed',
      'warn: values that nodes share: read failed'
    ])
    expect(cache.stats().counters['shared_failures_total']).toBe(2)
  })

  test('and does not answer is waited for no longer than the settings say', async () => {
    const state = broken({ get: () => new Promise(() => {}) })
    const { clock, node } = twoNodes('10m', { sharedTimeoutMs: 300 })
    const { handle, source } = node(state)
    void watch(handle('x'))
    await clock.advance(299)
    expect(source.calls).toBe(0)
    await clock.advance(1)
    expect(source.calls).toBe(1)
  })

  test('and cannot be written to is logged; values are in the process all the same', async () => {
    const { clock, node } = twoNodes()
    const { handle, source, logs } = node(broken({ compareAndSet: down }))
    const reader = watch(handle('x'))
    await clock.advance(0)
    source.succeed('x')
    await clock.advance(0)
    expect(reader.seen).toEqual({ value: 'x' })
    expect(await handle('x')).toBe('x')
    expect(logs).toEqual(['warn: values that nodes share: write failed'])
  })

  test('and cannot be cleared is an error in the log; the process has cleared', async () => {
    const { node } = twoNodes()
    const { handle, logs } = node(broken({ set: down, publish: down }))
    await handle.clear('x')
    expect(logs).toEqual([
      'error: values that nodes share could not be cleared',
      'error: other nodes could not be told what to clear'
    ])
  })

  test('and cannot be listened to is tried again every 5 s', async () => {
    let tries = 0
    const { clock, node } = twoNodes()
    const { cache } = node(
      broken({ subscribe: () => (tries++, tries < 3 ? down() : Promise.resolve(async () => {})) })
    )
    await clock.advance(4_999)
    expect(tries).toBe(1)
    await clock.advance(60 * second)
    expect(tries).toBe(3)
    await cache.core.stop()
  })

  test.each([
    ['no JSON', '{'],
    ['no object', 'null'],
    ['another record', '{"v":1}'],
    ['two values', '{"v":1,"b":"","createdAt":0,"workMs":0,"tags":{"@handle:a":""}}'],
    ['no value', '{"createdAt":0,"workMs":0,"tags":{"@handle:a":""}}'],
    ['bytes that are no text', '{"b":7,"createdAt":0,"workMs":0,"tags":{"@handle:a":""}}'],
    ['a time that is none', '{"v":1,"createdAt":"0","workMs":0,"tags":{"@handle:a":""}}'],
    ['other tags', '{"v":1,"createdAt":1767225600000,"workMs":0,"tags":{}}'],
    ['no tags', '{"v":1,"createdAt":1767225600000,"workMs":0,"tags":null}'],
    ['a record of long ago', '{"v":1,"createdAt":0,"workMs":0,"tags":{"@handle:a":""}}'],
    ['too much', `{"v":1,"createdAt":1767225600000,"workMs":0,"tags":{"@handle:a":""}}${' '.repeat(262_144)}`]
  ])('and holds %s for a key holds nothing', async (_name, text) => {
    const { a, state, clock } = twoNodes()
    await state.set(`cache:v:${a.handle.explain('key').id}`, text)
    void watch(a.handle('key'))
    await clock.advance(0)
    expect(a.source.calls).toBe(1)
  })

  test.each(['{', 'null', '7', '{"ids":[]}', '{"ids":[7],"tags":[]}', `["${'x'.repeat(1_000_000)}"]`])(
    'and brings a message that is none clears nothing',
    async message => {
      const nodes = twoNodes()
      await fill(nodes)
      await nodes.state.publish('cache:clear', message)
      await nodes.clock.advance(0)
      expect(nodes.a.handle.explain('key').state).toBe('fresh')
      expect(nodes.a.logs).toEqual([])
    }
  )
})

test('the clock of another node may be ahead: its value is new, not from the future', async () => {
  const nodes = twoNodes()
  const { a, state, clock } = nodes
  const record = { v: 1, createdAt: clock.now() + hour, workMs: 0, tags: { '@handle:a': '' } }
  await state.set(`cache:v:${a.handle.explain('key').id}`, JSON.stringify(record))
  expect(await a.handle('key')).toBe(1)
  expect(a.handle.explain('key').ageMs).toBe(0)
})

test('closing waits for what is being written', async () => {
  let write: (wasWritten: boolean) => void = () => {}
  const { clock, node, state } = twoNodes()
  const slow = {
    ...methodsOf(state),
    compareAndSet: () => new Promise<boolean>(resolve => (write = resolve))
  }
  const { handle, source, cache } = node(slow)
  void watch(handle('x'))
  await clock.advance(0)
  source.succeed('x')
  await clock.advance(0)
  const drained = watch(cache.core.drain())
  await clock.advance(0)
  expect(drained.seen).toBeUndefined()
  write(true)
  await clock.advance(0)
  expect(drained.seen).toEqual({ value: undefined })
})

/** The methods of a state, to replace some. */
function methodsOf(state: State): State {
  return {
    get: key => state.get(key),
    set: (...set) => state.set(...set),
    compareAndSet: (...set) => state.compareAndSet(...set),
    delete: key => state.delete(key),
    increment: (...increment) => state.increment(...increment),
    scan: (...scan) => state.scan(...scan),
    lock: (...lock) => state.lock(...lock),
    publish: (...message) => state.publish(...message),
    subscribe: (...subscription) => state.subscribe(...subscription)
  }
}
