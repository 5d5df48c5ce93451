import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ExpiryHeap } from '../../../src/plugins/state/expiry-heap.ts'

describe('an expiry heap', () => {
  it('has the first to expire on top, whatever was added and removed', () => {
    const steps = fc.array(fc.tuple(fc.boolean(), fc.nat({ max: 50 })), { maxLength: 100, size: 'max' })
    fc.assert(
      fc.property(steps, sequence => {
        const heap = new ExpiryHeap<{ expiresAt: number; slot: number }>()
        const held: { expiresAt: number; slot: number }[] = []
        for (const [add, number] of sequence) {
          if (add) held.push({ expiresAt: number, slot: -1 })
          const entry = add ? held.at(-1) : held.splice(number % (held.length || 1), 1)[0]
          if (entry && add) heap.add(entry)
          else if (entry) heap.remove(entry)
          const first = held.length ? Math.min(...held.map(({ expiresAt }) => expiresAt)) : undefined
          expect(heap.top?.expiresAt).toBe(first)
        }
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
