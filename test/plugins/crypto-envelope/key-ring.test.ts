import { createSecretKey } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { keyRing, type KeyRing, type RingKey } from '../../../src/plugins/crypto-envelope/key-ring.ts'
import { fakeClock } from '../../../src/testing/index.ts'

const now = Date.UTC(2026, 0, 1)
const hour = 3_600_000

function ringKey(kid: string, settings: Partial<RingKey> = {}): RingKey {
  const key = createSecretKey(Buffer.alloc(32, kid))
  return { kid, key, use: 'both', notBefore: -Infinity, notAfter: Infinity, ...settings }
}

const idsOf = (keys: ReturnType<KeyRing['opening']>): string[] => keys.map(({ kid }) => kid)

describe('opening', () => {
  test('finds a key by its id only while it is valid', async () => {
    const clock = fakeClock(now)
    const ring = keyRing([ringKey('a', { notBefore: now + hour, notAfter: now + 2 * hour })], clock)
    expect(ring.find('a')).toBeUndefined()
    await clock.advance(hour)
    expect(ring.find('a')?.kid).toBe('a')
    await clock.advance(hour)
    expect(ring.find('a')).toBeUndefined()
  })

  test('does not use a key that is for sealing only, nor one of another ring', () => {
    const ring = keyRing([ringKey('a', { use: 'seal' }), ringKey('b', { use: 'open' })], fakeClock(now))
    expect(ring.find('a')).toBeUndefined()
    expect(ring.find('b')?.kid).toBe('b')
    expect(ring.find('c')).toBeUndefined()
  })

  test('tries at most two keys where messages name none, and skips those that are not valid', () => {
    const keys = [ringKey('next', { notBefore: now + 1 }), ringKey('a'), ringKey('b'), ringKey('c')]
    const ring = keyRing(keys, fakeClock(now))
    expect(idsOf(ring.candidates())).toEqual(['a', 'b'])
    expect(idsOf(ring.opening())).toEqual(['a', 'b', 'c'])
  })
})

describe('sealing', () => {
  test('uses the key of the request', () => {
    const ring = keyRing([ringKey('a'), ringKey('b')], fakeClock(now))
    expect(ring.sealing('b')?.kid).toBe('b')
  })

  test('uses the key of the request though its time ran out in between', async () => {
    const clock = fakeClock(now)
    const ring = keyRing([ringKey('a'), ringKey('b', { notAfter: now + 1 })], clock)
    expect(ring.find('b')?.kid).toBe('b')
    await clock.advance(1)
    expect(ring.sealing('b')?.kid).toBe('b')
  })

  test('uses the first valid key that seals when that of the request only opens', () => {
    const keys = [
      ringKey('in', { use: 'open' }),
      ringKey('old', { use: 'seal', notAfter: now }),
      ringKey('out', { use: 'seal' })
    ]
    expect(keyRing(keys, fakeClock(now)).sealing('in')?.kid).toBe('out')
  })

  test('finds nothing when no key seals', () => {
    expect(keyRing([ringKey('in', { use: 'open' })], fakeClock(now)).sealing('in')).toBeUndefined()
  })
})
