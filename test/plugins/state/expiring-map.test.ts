import { describe, expect, it } from 'vitest'
import type { Clock } from '../../../src/core/index.ts'
import { ExpiringMap } from '../../../src/plugins/state/expiring-map.ts'
import { StateFullError } from '../../../src/plugins/state/service.ts'
import { fakeClock } from '../../../src/testing/index.ts'

describe('an expiring map', () => {
  it('gives the memory of expired keys back without being asked', async () => {
    const clock = fakeClock()
    const map = new ExpiringMap(clock, 100)
    for (let index = 0; index < 50; index++) map.set(`short ${index}`, '', 100)
    map.set('long', '', 60_000)
    map.set('kept', '')
    await clock.advance(1_000)
    expect(map.size).toBe(2)
    await clock.advance(59_000)
    expect([...map]).toEqual([['kept', '']])
    expect(map.size).toBe(1)
  })

  it('has one timer however many keys expire, and none when none does', async () => {
    const { clock, pending } = countingClock()
    const map = new ExpiringMap(clock, 1_000)
    map.set('kept', '')
    expect(pending()).toEqual([])
    for (let index = 0; index < 500; index++) map.set(`key ${index}`, '', 30_000 + index)
    expect(pending()).toEqual([30_000])
    await clock.advance(31_000)
    expect(map.size).toBe(1)
    expect(pending()).toEqual([])
  })

  it('sweeps sooner for a key that expires sooner, but not more than once a second', () => {
    const { clock, pending } = countingClock()
    const map = new ExpiringMap(clock, 1_000)
    map.set('a', '', 60_000)
    map.set('b', '', 5_000)
    expect(pending()).toEqual([5_000])
    map.set('c', '', 1)
    expect(pending()).toEqual([1_000])
    map.clear()
    expect(pending()).toEqual([])
  })

  it('never asks for a longer timer than the platform has', () => {
    const { clock, pending } = countingClock()
    const map = new ExpiringMap(clock, 1_000)
    map.set('a', '', 365 * 86_400_000)
    expect(pending()).toEqual([3_600_000])
  })

  it('drops a mass of expired keys in parts', async () => {
    const clock = fakeClock()
    const map = new ExpiringMap(clock, 20_000)
    for (let index = 0; index < 15_000; index++) map.set(`key ${index}`, '', 1_000)
    await clock.advance(1_000)
    expect(map.size).toBe(5_000)
    expect([...map]).toEqual([])
    await clock.advance(1_000)
    expect(map.size).toBe(0)
  })

  it('makes room from expired keys, the timer not yet due, before it refuses', async () => {
    const clock = fakeClock()
    const map = new ExpiringMap(clock, 3)
    map.set('a', '', 500)
    map.set('b', '', 10)
    map.set('c', '')
    expect(() => map.set('d', '')).toThrow(StateFullError)
    await clock.advance(10)
    map.set('d', '')
    expect([...map].map(([key]) => key)).toEqual(['a', 'c', 'd'])
    expect(() => map.set('e', '')).toThrow(StateFullError)
  })

  it('forgets the old expiry of a key that is set or deleted', async () => {
    const clock = fakeClock()
    const map = new ExpiringMap(clock, 3)
    map.set('a', '1', 10)
    map.set('a', '2', 1_000)
    map.set('b', '1', 10)
    map.set('b', '2')
    map.set('c', '1', 10)
    map.delete('c')
    map.set('c', '2', 1_000)
    await clock.advance(500)
    expect([...map].map(([, value]) => value)).toEqual(['2', '2', '2'])
  })
})

function countingClock(): { clock: ReturnType<typeof fakeClock>; pending: () => number[] } {
  const clock = fakeClock()
  const delays = new Set<{ readonly ms: number }>()
  const after: Clock['after'] = (ms, task) => {
    const delay = { ms }
    delays.add(delay)
    const timer = clock.after(ms, () => {
      delays.delete(delay)
      task()
    })
    const cancel = (): void => {
      delays.delete(delay)
      timer.cancel()
    }
    return { cancel }
  }
  return { clock: { ...clock, after }, pending: () => [...delays].map(({ ms }) => ms) }
}
