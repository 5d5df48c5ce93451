import { expect, test } from 'vitest'
import { VerdictCache } from '../../../../src/plugins/im-ws-gateway/tokens/verdict-cache.ts'
import { fakeClock } from '../../../../src/testing/index.ts'

const facts = { userID: 'u1', platformID: 5, issuedAt: 0, expiresAt: Infinity }

test('verdicts that are over leave memory when another one comes', async () => {
  const clock = fakeClock()
  const cache = new VerdictCache(clock, 1_000)
  cache.put('a', facts)
  cache.put('b', facts)
  await clock.advance(500)
  cache.put('a', facts)
  await clock.advance(500)
  expect([cache.get('a'), cache.get('b')]).toEqual([facts, undefined])
  cache.put('c', facts)
  expect(cache.size).toBe(2)
})

test('memory stays bounded, and the oldest goes first', () => {
  const cache = new VerdictCache(fakeClock(), 1_000)
  for (let n = 0; n < 20_001; n++) cache.put(String(n), facts)
  expect(cache.size).toBe(20_000)
  expect([cache.get('0'), cache.get('1')]).toEqual([undefined, facts])
})

test('with a time of 0 nothing is kept', () => {
  const cache = new VerdictCache(fakeClock(), 0)
  cache.put('a', facts)
  expect([cache.size, cache.get('a')]).toEqual([0, undefined])
})
