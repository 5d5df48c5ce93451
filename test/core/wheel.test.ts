import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { turnMs, Wheel, type Timed } from '../../src/core/index.ts'
import { fakeClock } from '../../src/testing/index.ts'

class Item implements Timed {
  dueAt = 0
  slot = -1
  readonly met: number[] = []
  readonly #then: ((now: number) => void) | undefined
  constructor(then?: (now: number) => void) {
    this.#then = then
  }
  due(now: number): void {
    this.met.push(now)
    this.#then?.(now)
  }
}

test('everything is due in its time, at most a turn late, however far away', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.nat(200_000), { minLength: 1, maxLength: 20 }),
      fc.nat(5_000),
      async (times, start) => {
        const clock = fakeClock()
        const wheel = new Wheel(clock)
        await clock.advance(start)
        const items = times.map(() => new Item())
        for (const [place, item] of items.entries()) wheel.schedule(item, start + (times[place] ?? 0))
        await clock.advance(200_000 + turnMs)
        for (const [place, item] of items.entries()) {
          expect(item.met).toHaveLength(1)
          const late = (item.met[0] ?? 0) - start - (times[place] ?? 0)
          expect(late).toBeGreaterThanOrEqual(0)
          expect(late).toBeLessThanOrEqual(turnMs)
        }
      }
    ),
    { numRuns: 20 }
  )
})

test('an item that schedules itself anew comes again', async () => {
  const clock = fakeClock()
  const wheel = new Wheel(clock)
  const item: Item = new Item(now => wheel.schedule(item, now + 1_000))
  wheel.schedule(item, 1_000)
  await clock.advance(3_500)
  expect(item.met).toEqual([1_000, 2_000, 3_000])
})

test('a deadline can be brought forward, but not put off, by haste', async () => {
  const clock = fakeClock()
  const wheel = new Wheel(clock)
  const item = new Item()
  wheel.schedule(item, 5_000)
  wheel.hasten(item, 9_000)
  wheel.hasten(item, 2_000)
  await clock.advance(10_000)
  expect(item.met).toEqual([2_000])
  wheel.hasten(item, 11_000)
  await clock.advance(1_000)
  expect(item.met).toEqual([2_000, 11_000])
})

test('what is taken out is not met', async () => {
  const clock = fakeClock()
  const wheel = new Wheel(clock)
  const [gone, stays] = [new Item(), new Item(() => wheel.cancel(late))]
  const late = new Item()
  for (const item of [gone, stays, late]) wheel.schedule(item, 1_000)
  wheel.cancel(gone)
  wheel.cancel(gone)
  await clock.advance(2_000)
  expect([gone.met, stays.met, late.met]).toEqual([[], [1_000], []])
})

test('there is one timer at most, and none for nothing', async () => {
  const clock = fakeClock()
  let timers = 0
  const counting = {
    now: () => clock.now(),
    monotonic: () => clock.monotonic(),
    after(ms: number, task: () => void) {
      timers++
      const timer = clock.after(ms, () => {
        timers--
        task()
      })
      let pending = true
      return {
        cancel() {
          if (pending) timer.cancel()
          if (pending && timers > 0) timers--
          pending = false
        }
      }
    }
  }
  const wheel = new Wheel(counting)
  const items = Array.from({ length: 100 }, () => new Item())
  for (const [place, item] of items.entries()) {
    wheel.schedule(item, 10_000 - place * 50)
    expect(timers).toBe(1)
  }
  await clock.advance(60_000)
  expect(items.every(({ met }) => met.length === 1)).toBe(true)
  expect(timers).toBe(0)
})

test('after a long sleep of the machine everything that is due is met at once', async () => {
  const clock = fakeClock()
  let asleep = 0
  const wheel = new Wheel({
    now: () => clock.now(),
    monotonic: () => clock.monotonic() + asleep,
    after: (ms, task) => clock.after(ms, task)
  })
  const items = [100, 30_000, 51_000, 200_000].map(ms => {
    const item = new Item()
    wheel.schedule(item, ms)
    return item
  })
  asleep = 1_000_000
  await clock.advance(200)
  expect(items.map(({ met }) => met.length)).toEqual([1, 1, 1, 1])
})

test('stopping forgets all', async () => {
  const clock = fakeClock()
  const wheel = new Wheel(clock)
  const item = new Item()
  wheel.schedule(item, 1_000)
  wheel.stop()
  await clock.advance(5_000)
  expect(item.met).toEqual([])
  wheel.schedule(item, 6_000)
  await clock.advance(5_000)
  expect(item.met).toEqual([6_000])
})
