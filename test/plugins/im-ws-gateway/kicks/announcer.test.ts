import { expect, test } from 'vitest'
import { Announcer } from '../../../../src/plugins/im-ws-gateway/kicks/announcer.ts'
import { fakeClock } from '../../../../src/testing/index.ts'

/** An announcer to somebody who answers when he is told to. */
function start() {
  const clock = fakeClock()
  const told: (readonly string[])[] = []
  const failures: unknown[] = []
  let answer = { resolve: (): void => undefined, reject: (reason: Error): void => void reason }
  const announcer = new Announcer<string>({
    clock,
    maxItems: 2,
    tell: items => {
      told.push(items)
      return new Promise((resolve, reject) => (answer = { resolve, reject }))
    },
    failed: error => void failures.push(error)
  })
  return {
    clock,
    announcer,
    told,
    failures,
    succeed: (): Promise<void> => {
      answer.resolve()
      return clock.advance(0)
    },
    fail: (): Promise<void> => {
      answer.reject(new Error('away'))
      return clock.advance(0)
    }
  }
}

test('what comes is told at once, and what comes meanwhile together, in bounded batches', async () => {
  const { announcer, told, succeed } = start()
  for (const item of ['a', 'b', 'c', 'd', 'b']) announcer.add(item)
  expect(told).toEqual([['a']])
  await succeed()
  await succeed()
  expect(told).toEqual([['a'], ['b', 'c'], ['d']])
  await succeed()
  expect([told.length, announcer.size]).toEqual([3, 0])
})

test('what could not be told is tried again, more and more seldom, and complained about once', async () => {
  const { clock, announcer, told, failures, fail, succeed } = start()
  announcer.add('a')
  await fail()
  announcer.add('b')
  expect(told).toHaveLength(1)
  const tries: number[] = []
  for (let time = 0; time < 100_000; time += 500) {
    const before = told.length
    await clock.advance(500)
    if (told.length === before) continue
    tries.push(clock.monotonic())
    await fail()
  }
  expect(tries).toEqual([1_000, 3_000, 7_000, 15_000, 31_000, 61_000, 91_000])
  expect(failures).toHaveLength(1)
  await clock.advance(30_000)
  await succeed()
  expect([announcer.size, new Set(told.at(-1))]).toEqual([0, new Set(['a', 'b'])])
  announcer.add('c')
  await fail()
  expect(failures).toHaveLength(2)
})

test('it does not wait when it hears that the others may be there again', async () => {
  const { clock, announcer, told, fail, succeed } = start()
  announcer.add('a')
  await fail()
  announcer.hasten()
  announcer.hasten()
  expect(told).toEqual([['a'], ['a']])
  await succeed()
  await clock.advance(60_000)
  expect(told).toHaveLength(2)
})

test('nothing is kept of what need not be told any more', async () => {
  const { announcer, fail } = start()
  for (const item of ['a', 'b', 'c']) announcer.add(item)
  announcer.forget('a')
  announcer.forget('b')
  await fail()
  expect(announcer.size).toBe(1)
  announcer.forget('c')
  expect(announcer.size).toBe(0)
})

test('after its end it tells nothing', async () => {
  const { clock, announcer, told, failures, fail } = start()
  announcer.add('a')
  announcer.add('b')
  announcer.stop()
  await fail()
  await clock.advance(60_000)
  expect([told, failures, announcer.size]).toEqual([[['a']], [], 0])
})
