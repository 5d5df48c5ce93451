import { describe, expect, test } from 'vitest'
import { interruptible } from '../state/interruptible.ts'
import { fill, methodsOf, twoNodes, valuesIn } from './nodes.ts'
import { failure, minute, watch } from './rig.ts'

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

  test('that may have been missed takes along all that a node holds, and what it has under way', async () => {
    const nodes = twoNodes()
    const { state, interrupt, restore } = interruptible(nodes.state)
    const deaf = nodes.node(state)
    await fill(nodes)
    expect(await deaf.handle('key')).toBe('of a')
    void watch(deaf.handle('other'))
    await nodes.clock.advance(0)
    interrupt()
    await nodes.a.handle.clear()
    await nodes.clock.advance(0)
    expect(deaf.handle.explain('key').state).toBe('fresh')
    restore()
    expect(deaf.handle.explain('key').state).toBe('absent')
    deaf.source.succeed('from before')
    await nodes.clock.advance(0)
    expect(deaf.handle.explain('other').state).toBe('absent')
  })
})
