import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ExpiryHeap } from '../../../src/plugins/state/expiry-heap.ts'

describe('an expiry heap', () => {
  it('hands out what is left in the order of expiry, whatever was added and removed', () => {
    const times = fc.array(fc.nat({ max: 100 }), { maxLength: 60, size: 'max' })
    const removals = fc.array(fc.nat(), { maxLength: 20, size: 'max' })
    fc.assert(
      fc.property(times, removals, (expiries, picks) => {
        const heap = new ExpiryHeap<{ expiresAt: number; slot: number }>()
        const held = expiries.map(expiresAt => ({ expiresAt, slot: -1 }))
        for (const entry of held) heap.add(entry)
        for (const pick of picks)
          for (const entry of held.splice(pick % (held.length || 1), 1)) heap.remove(entry)
        const drained: number[] = []
        for (let { top } = heap; top; { top } = heap) {
          drained.push(top.expiresAt)
          heap.remove(top)
        }
        expect(drained).toEqual(held.map(({ expiresAt }) => expiresAt).toSorted((a, b) => a - b))
      })
    )
  })

  it('ignores the removal of what it does not hold', () => {
    const heap = new ExpiryHeap()
    const [held, stranger] = [
      { expiresAt: 1, slot: -1 },
      { expiresAt: 0, slot: -1 }
    ]
    heap.add(held)
    heap.remove(stranger)
    expect(heap.top).toBe(held)
    heap.remove(held)
    heap.remove(held)
    expect(heap.top).toBeUndefined()
  })
})
