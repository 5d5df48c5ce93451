import { expect, test } from 'vitest'
import type { Clock } from '../../../../src/core/index.ts'
import { CoarseTimers } from '../../../../src/plugins/im-ws-gateway/embedded/signals/coarse-timers.ts'
import { fakeClock } from '../../../../src/testing/index.ts'

/** A clock that counts the timers that are set and neither fired nor cancelled. */
function counted() {
  const clock = fakeClock()
  const pending = new Set<object>()
  const counting: Clock = {
    ...clock,
    after(delayMs, task) {
      const key = {}
      pending.add(key)
      const timer = clock.after(delayMs, () => {
        pending.delete(key)
        task()
      })
      return {
        cancel() {
          pending.delete(key)
          timer.cancel()
        }
      }
    }
  }
  const ran: string[] = []
  return {
    clock,
    timers: new CoarseTimers(counting),
    pending,
    ran,
    note: (name: string) => () => void ran.push(name)
  }
}

test('tasks run in the order in which they are due, at most a second late, on one timer', async () => {
  const { clock, timers, pending, ran, note } = counted()
  timers.after(5_000, note('c'))
  timers.after(1_500, note('a'))
  timers.after(2_500, note('b'))
  expect(pending.size).toBe(1)
  await clock.advance(1_499)
  expect(ran).toEqual([])
  await clock.advance(1_001)
  expect(ran).toEqual(['a'])
  await clock.advance(3_500)
  expect(ran).toEqual(['a', 'b', 'c'])
  expect(pending.size).toBe(0)
})

test('a cancelled task does not run, and without tasks there is no timer', async () => {
  const { clock, timers, pending, ran, note } = counted()
  const first = timers.after(1_000, note('a'))
  const second = timers.after(1_000, note('b'))
  first.cancel()
  first.cancel()
  expect(pending.size).toBe(1)
  second.cancel()
  expect(pending.size).toBe(0)
  await clock.advance(5_000)
  expect(ran).toEqual([])
})

test('a task may set and cancel others', async () => {
  const { clock, timers, pending, ran, note } = counted()
  timers.after(1_000, () => {
    timers.after(1_000, note('b'))
    sibling.cancel()
  })
  const sibling = timers.after(1_000, note('a'))
  await clock.advance(3_000)
  expect(ran).toEqual(['b'])
  expect(pending.size).toBe(0)
})

test('the same task can wait twice', async () => {
  const { clock, timers, ran, note } = counted()
  const task = note('a')
  timers.after(1_000, task)
  timers.after(1_000, task)
  await clock.advance(1_000)
  expect(ran).toEqual(['a', 'a'])
})

test('after a pause of the process all that is due runs, in order', () => {
  let now = 0
  let fire = (): void => undefined
  const after: Clock['after'] = (_, task) => {
    fire = task
    return { cancel: () => undefined }
  }
  const timers = new CoarseTimers({ now: () => now, monotonic: () => now, after })
  const ran: string[] = []
  for (const seconds of [3, 1, 2, 9]) timers.after(seconds * 1_000, () => void ran.push(String(seconds)))
  now = 5_000
  fire()
  expect(ran).toEqual(['1', '2', '3'])
})
