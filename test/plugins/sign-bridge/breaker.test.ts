import { expect, test } from 'vitest'
import { Breaker } from '../../../src/plugins/sign-bridge/breaker.ts'
import { Pacing } from '../../../src/plugins/sign-bridge/pacing.ts'
import { SignTimes } from '../../../src/plugins/sign-bridge/sign-times.ts'
import { fakeClock } from '../../../src/testing/index.ts'

const range = { reconnectMinMs: 100, reconnectMaxMs: 1_000 }

test('it opens after so many replies left out in a row, and not before', () => {
  const breaker = new Breaker(3)
  for (let count = 0; count < 10; count++) {
    breaker.silent()
    breaker.silent()
    breaker.answered()
  }
  expect(breaker.reason).toBeUndefined()
  for (let count = 0; count < 3; count++) breaker.silent()
  expect(breaker.reason).toBe('It left several requests unanswered')
})

test('the first probe comes at once, the others ever later, and after it has closed at once again', () => {
  const breaker = new Breaker(1)
  breaker.open('reader', 'broken')
  const waits: number[] = []
  for (let count = 0; count < 6; count++) {
    waits.push(breaker.waitMs(range, () => 1))
    breaker.probed('faulty')
  }
  expect(waits).toEqual([0, 100, 200, 400, 800, 1_000])
  breaker.probed('works')
  breaker.open('reader', 'broken')
  expect(breaker.waitMs(range, () => 1)).toBe(0)
})

test.each([
  ['reader', 'works', false],
  ['reader', 'faulty', true],
  ['reader', 'lost', true],
  ['reader', 'deaf', false],
  ['silent', 'deaf', false],
  ['swapped', 'deaf', true],
  ['swapped', 'works', false],
  ['quarantined', 'works', true],
  ['quarantined', 'deaf', true]
] as const)('open because of %s, after a probe that says %s: still open is %s', (cause, probe, open) => {
  const breaker = new Breaker(1)
  breaker.open(cause, 'a reason')
  breaker.probed(probe)
  expect(breaker.reason !== undefined).toBe(open)
})

test('a control that has once answered a probe is no longer let through for not understanding one', () => {
  const breaker = new Breaker(1)
  breaker.probed('works')
  breaker.open('reader', 'broken')
  breaker.probed('deaf')
  expect(breaker.reason).toBe('broken')
})

test('a quarantine is not replaced by a lesser reason, and a reason is new only once', () => {
  const breaker = new Breaker(1)
  expect([breaker.open('reader', 'broken'), breaker.open('reader', 'broken')]).toEqual([true, false])
  expect(breaker.open('quarantined', 'an operator said so')).toBe(true)
  expect(breaker.open('swapped', 'another card')).toBe(false)
  expect([breaker.reason, breaker.probes]).toEqual(['an operator said so', false])
  breaker.close()
  expect(breaker.reason).toBeUndefined()
})

test('how long to wait for a reply: everything until much is known, then ten times the slowest, within bounds', () => {
  const times = new SignTimes()
  for (let count = 0; count < 19; count++) times.add(100, 0)
  expect(times.capMs(30_000)).toBe(30_000)
  times.add(100, 0)
  expect(times.capMs(30_000)).toBe(5_000)
  expect(times.capMs(2_000)).toBe(2_000)
  times.add(1_200, 0)
  expect(times.capMs(30_000)).toBe(12_000)
  times.add(9_000, 0)
  expect(times.capMs(30_000)).toBe(30_000)
  for (let count = 0; count < 100; count++) times.add(1_000, 0)
  expect(times.capMs(30_000)).toBe(10_000)
  times.missed()
  expect(times.capMs(30_000)).toBe(30_000)
})

test('the pace is that of the recent requests, on the long side, with what lies between them', () => {
  const times = new SignTimes()
  expect(times.paceMs).toBe(0)
  for (let count = 0; count < 100; count++) times.add(100, 5)
  expect(times.paceMs).toBeCloseTo(105)
  times.add(195, 5)
  expect(times.paceMs).toBeGreaterThan(130)
  for (let count = 0; count < 100; count++) times.add(100, 5)
  expect(times.paceMs).toBeCloseTo(105)
})

test('a rest is over when its time is, and begins anew with each reply', async () => {
  const clock = fakeClock()
  const pacing = new Pacing(clock, 150)
  expect(pacing.restMs).toBe(0)
  pacing.replied()
  await clock.advance(100)
  expect(pacing.restMs).toBe(50)
  pacing.replied()
  await clock.advance(150)
  expect(pacing.restMs).toBe(0)
})
