import { describe, expect, it } from 'vitest'
import type { Current } from '../state.ts'

/** Locks and their leases. */
export function lockTests({ state, advance }: Current): void {
  describe('lock', () => {
    it('has one holder at a time', async () => {
      const attempts = await Promise.all(Array.from({ length: 20 }, () => state().lock('a', 1_000)))
      const [lease, ...others] = attempts.filter(attempt => attempt !== undefined)
      expect(others).toEqual([])
      expect(await lease?.release()).toBe(true)
      expect(await state().lock('a', 1_000)).toBeDefined()
    })

    it('hands out growing tokens', async () => {
      const tokens: number[] = []
      for (let round = 0; round < 5; round++) {
        const lease = await state().lock('a', 100)
        tokens.push(lease?.token ?? NaN)
        if (round % 2) await lease?.release()
        else await advance(200)
      }
      expect(tokens).toEqual([...new Set(tokens)].toSorted((a, b) => a - b))
    })

    it('ends with its lease, after which the old holder has no say', async () => {
      const old = await state().lock('a', 1_000)
      await advance(1_100)
      const next = await state().lock('a', 60_000)
      expect(next?.token).toBeGreaterThan(old?.token ?? NaN)
      expect(await old?.extend(1_000)).toBe(false)
      expect(await old?.release()).toBe(false)
      expect(await state().lock('a', 1_000)).toBeUndefined()
      expect(await next?.release()).toBe(true)
      expect(await next?.release()).toBe(false)
    })

    it('cannot be extended once it has ended, though nobody else took it', async () => {
      const lease = await state().lock('a', 100)
      await advance(200)
      expect(await lease?.extend(1_000)).toBe(false)
    })

    it('is extended from now on', async () => {
      const lease = await state().lock('a', 1_000)
      await advance(600)
      expect(await lease?.extend(1_000)).toBe(true)
      await advance(600)
      expect(await state().lock('a', 1_000)).toBeUndefined()
      await advance(600)
      expect(await state().lock('a', 1_000)).toBeDefined()
    })

    it('shares no name with values', async () => {
      await state().set('a', '1')
      const lease = await state().lock('a', 60_000)
      expect(lease).toBeDefined()
      expect(await state().scan('')).toEqual(new Map([['a', '1']]))
      await state().delete('a')
      expect(await lease?.release()).toBe(true)
    })
  })
}
