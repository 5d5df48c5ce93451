import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Current } from '../state.ts'

/** Counters. */
export function counterTests({ state, advance }: Current): void {
  describe('increment', () => {
    it('counts from zero, by any safe integer', async () => {
      expect(await state().increment('a')).toBe(1)
      expect(await state().increment('a', { by: 41 })).toBe(42)
      expect(await state().increment('a', { by: -50 })).toBe(-8)
      expect(await state().increment('a', { by: 0 })).toBe(-8)
      expect(await state().get('a')).toBe('-8')
    })

    it('lets the expiry count from the creation', async () => {
      await state().increment('a', { ttlMs: 1_000 })
      await advance(600)
      expect(await state().increment('a', { ttlMs: 1_000 })).toBe(2)
      await advance(600)
      expect(await state().increment('a', { ttlMs: 1_000 })).toBe(1)
    })

    it('gives no expiry to a value that has none', async () => {
      await state().set('a', '1')
      await state().increment('a', { ttlMs: 100 })
      await advance(200)
      expect(await state().get('a')).toBe('2')
    })

    it.each(['', 'one', '1.5', '007', ' 1', '1e3', '0x10', '-0', '9007199254740992'])(
      'refuses the value %j',
      async value => {
        await state().set('a', value)
        await expect(state().increment('a')).rejects.toThrow(TypeError)
        expect(await state().get('a')).toBe(value)
      }
    )

    it.each([0.5, NaN, Infinity, 2 ** 53])('refuses to add %d', async by => {
      await expect(state().increment('a', { by })).rejects.toThrow(TypeError)
      expect(await state().get('a')).toBeUndefined()
    })

    it('refuses a sum that is not exact', async () => {
      await state().set('a', String(Number.MAX_SAFE_INTEGER))
      await expect(state().increment('a')).rejects.toThrow(TypeError)
      expect(await state().get('a')).toBe(String(Number.MAX_SAFE_INTEGER))
    })

    it('loses none of many at once', async () => {
      await fc.assert(
        fc.asyncProperty(fc.uuid(), fc.array(fc.integer({ min: -1e9, max: 1e9 })), async (key, steps) => {
          await Promise.all(steps.map(by => state().increment(key, { by })))
          const sum = steps.reduce((total, by) => total + by, 0)
          expect(await state().increment(key, { by: 0 })).toBe(sum)
        }),
        { numRuns: 20 }
      )
    })
  })
}
