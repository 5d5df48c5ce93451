import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Current } from '../state.ts'

/** Values: setting, expiring, comparing, scanning. */
export function valueTests({ state, advance }: Current): void {
  describe('keys', () => {
    it('are absent until they are set', async () => {
      expect(await state().get('a')).toBeUndefined()
      await state().set('a', '1')
      expect(await state().get('a')).toBe('1')
    })

    it('keep the last value', async () => {
      await state().set('a', '1')
      await state().set('a', '2')
      expect(await state().get('a')).toBe('2')
    })

    it('hold any text as key and as value', async () => {
      const texts = ['', ' ', '牌坊', '😀', 'a\0b', '__proto__', 'a:b*c?[d]', '\r\n', 'x'.repeat(100_000)]
      for (const text of texts) {
        await state().set(text, text)
        expect(await state().get(text)).toBe(text)
        expect((await state().scan(text)).get(text)).toBe(text)
        await state().delete(text)
      }
    })

    it('say whether there was something to delete', async () => {
      await state().set('a', '1')
      expect(await state().delete('a')).toBe(true)
      expect(await state().delete('a')).toBe(false)
      expect(await state().get('a')).toBeUndefined()
    })
  })

  describe('expiry', () => {
    it('ends a value', async () => {
      await state().set('a', '1', { ttlMs: 1_000 })
      await advance(400)
      expect(await state().get('a')).toBe('1')
      await advance(700)
      expect(await state().get('a')).toBeUndefined()
      expect(await state().delete('a')).toBe(false)
      expect(await state().scan('')).toEqual(new Map())
    })

    it('starts anew when a value is set again, and is gone when it is set without', async () => {
      await state().set('a', '1', { ttlMs: 1_000 })
      await state().set('b', '1', { ttlMs: 1_000 })
      await advance(400)
      await state().set('a', '2', { ttlMs: 1_000 })
      await state().set('b', '2')
      await advance(700)
      expect(await state().scan('')).toEqual(
        new Map([
          ['a', '2'],
          ['b', '2']
        ])
      )
      await advance(400)
      expect(await state().get('a')).toBeUndefined()
      expect(await state().get('b')).toBe('2')
    })

    it('counts a fraction as a whole millisecond', async () => {
      await state().set('a', '1', { ttlMs: 60_000.5 })
      expect(await state().get('a')).toBe('1')
    })

    it.each([0, -1, 0.5, NaN, Infinity])('refuses %d ms and changes nothing', async ttlMs => {
      await state().set('a', '1')
      await expect(state().set('a', '2', { ttlMs })).rejects.toThrow(RangeError)
      await expect(state().compareAndSet('a', '1', '2', { ttlMs })).rejects.toThrow(RangeError)
      await expect(state().increment('a', { ttlMs })).rejects.toThrow(RangeError)
      await expect(state().lock('a', ttlMs)).rejects.toThrow(RangeError)
      expect(await state().get('a')).toBe('1')
    })
  })

  describe('compareAndSet', () => {
    it('changes only what it expects', async () => {
      await state().set('a', '1')
      expect(await state().compareAndSet('a', '2', '3')).toBe(false)
      expect(await state().compareAndSet('a', undefined, '3')).toBe(false)
      expect(await state().get('a')).toBe('1')
      expect(await state().compareAndSet('a', '1', '3')).toBe(true)
      expect(await state().get('a')).toBe('3')
    })

    it('creates and deletes', async () => {
      expect(await state().compareAndSet('a', '', '1')).toBe(false)
      expect(await state().compareAndSet('a', undefined, '1')).toBe(true)
      expect(await state().compareAndSet('a', '1', undefined)).toBe(true)
      expect(await state().get('a')).toBeUndefined()
      expect(await state().compareAndSet('a', undefined, undefined)).toBe(true)
    })

    it('sets the expiry with the value', async () => {
      await state().compareAndSet('a', undefined, '1', { ttlMs: 1_000 })
      await state().compareAndSet('b', undefined, '1', { ttlMs: 1_000 })
      await state().compareAndSet('b', '1', '2')
      await advance(1_100)
      expect(await state().get('a')).toBeUndefined()
      expect(await state().get('b')).toBe('2')
    })

    it('takes an expired value for absent', async () => {
      await state().set('a', '1', { ttlMs: 100 })
      await advance(200)
      expect(await state().compareAndSet('a', '1', '2')).toBe(false)
      expect(await state().compareAndSet('a', undefined, '2')).toBe(true)
    })

    it('elects exactly one of many', async () => {
      await fc.assert(
        fc.asyncProperty(fc.uuid(), fc.integer({ min: 2, max: 50 }), async (key, count) => {
          const candidates = Array.from({ length: count }, (_, index) => `node ${index}`)
          const elected = await Promise.all(candidates.map(id => state().compareAndSet(key, undefined, id)))
          expect(elected.filter(Boolean)).toHaveLength(1)
          expect(await state().get(key)).toBe(candidates[elected.indexOf(true)])
        }),
        { numRuns: 20 }
      )
    })
  })

  describe('scan', () => {
    it('finds the keys that begin with the prefix, taken literally', async () => {
      for (const key of ['scan:1', 'scan:2', 'scan', 'scar:1', 'Scan:1', 'xscan:1', 's*', 's?'])
        await state().set(key, key)
      expect([...(await state().scan('scan:')).keys()].toSorted()).toEqual(['scan:1', 'scan:2'])
      expect([...(await state().scan('s*')).keys()]).toEqual(['s*'])
      expect((await state().scan('')).size).toBe(8)
      expect(await state().scan('none')).toEqual(new Map())
    })

    it('returns values and at most as many keys as asked for', async () => {
      const keys = Array.from({ length: 1_200 }, (_, index) => `k${index}`)
      await Promise.all(keys.map(key => state().set(key, `value of ${key}`)))
      expect((await state().scan('k')).size).toBe(1_000)
      await fc.assert(
        fc.asyncProperty(fc.integer({ min: 1, max: 10_000 }), async limit => {
          const found = await state().scan('k', limit)
          expect(found.size).toBe(Math.min(limit, 1_200))
          for (const [key, value] of found) expect(value).toBe(`value of ${key}`)
        }),
        { numRuns: 10 }
      )
    })

    it.each([0, -1, 1.5, NaN, 10_001])('refuses the limit %d', async limit => {
      await expect(state().scan('', limit)).rejects.toThrow(RangeError)
    })
  })
}
