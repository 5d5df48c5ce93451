import { expect, test } from 'vitest'
import { Drain, Wheel } from '../../src/core/index.ts'
import { fakeClock } from '../../src/testing/index.ts'

/** `count` connections that go as soon as they are told, or only when they are cut off. */
function drainOf(count: number, drainMs: number, { goes = true, graceMs = 1_000 } = {}) {
  const clock = fakeClock()
  const wheel = new Wheel(clock)
  const all = new Set(Array.from({ length: count }, (_, place) => place))
  const told: number[] = []
  const cut: number[] = []
  const gone = (one: number): void => {
    all.delete(one)
    queueMicrotask(() => drain.left())
  }
  const drain: Drain<number> = new Drain(all, {
    wheel,
    drainMs,
    graceMs,
    end(one) {
      told.push(one)
      if (goes) gone(one)
    },
    cut(one) {
      cut.push(one)
      gone(one)
    }
  })
  let isDone = false
  void drain.done.finally(() => (isDone = true))
  return { clock, drain, all, told, cut, isDone: () => isDone }
}

test('the pace is even over the window, in the order in which they came', async () => {
  const { clock, told, isDone } = drainOf(2_000, 2_000)
  const seen: number[] = []
  for (let turn = 0; turn < 20; turn++) {
    seen.push(told.length)
    await clock.advance(100)
  }
  expect(seen).toEqual(Array.from({ length: 20 }, (_, turn) => (turn + 1) * 100))
  expect(told).toEqual(told.toSorted((a, b) => a - b))
  expect(isDone()).toBe(true)
})

test('it is kept where turns come late', () => {
  const { drain, told } = drainOf(2_000, 2_000)
  drain.due(700)
  expect(told).toHaveLength(800)
  drain.due(1_950)
  expect(told).toHaveLength(2_000)
})

test('a few are told at once, and nothing is left to be done', async () => {
  const { clock, drain, told, isDone } = drainOf(50, 60_000)
  expect(told).toHaveLength(50)
  await clock.advance(0)
  expect([isDone(), drain.slot]).toEqual([true, -1])
})

test('who does not go is cut off when the time of grace is over', async () => {
  const { clock, cut, told, isDone } = drainOf(60, 1_000, { goes: false, graceMs: 3_000 })
  await clock.advance(3_000)
  expect([told.length, cut.length]).toEqual([60, 0])
  await clock.advance(200)
  expect([cut.length, isDone()]).toEqual([60, true])
})

test('when there is no more time all are cut off, told or not', async () => {
  const { clock, drain, cut, told, isDone } = drainOf(500, 60_000)
  drain.cut()
  await clock.advance(0)
  expect([told.length, cut.length, isDone()]).toEqual([50, 450, true])
})

test('nothing to drain takes no time', async () => {
  const { clock, isDone } = drainOf(0, 60_000)
  await clock.advance(0)
  expect(isDone()).toBe(true)
})
