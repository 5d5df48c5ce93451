import { expect, test } from 'vitest'
import { CardQueue } from '../../../src/plugins/sign-simulator/card-queue.ts'
import { fakeClock } from '../../../src/testing/index.ts'

/** A queue that writes down what is done when. */
function watched() {
  const clock = fakeClock()
  const queue = new CardQueue(clock)
  const log: string[] = []
  const add = (name: string, ms: number): void =>
    queue.add(ms, () => void log.push(`${name} at ${clock.monotonic()}`))
  return { clock, queue, log, add }
}

test('works off one job after the other', async () => {
  const { clock, log, add } = watched()
  add('a', 30)
  add('b', 10)
  add('c', 0)
  add('d', 5)
  await clock.advance(100)
  expect(log).toEqual(['a at 30', 'b at 40', 'c at 40', 'd at 45'])
})

test('does at once what takes no time, when the card is free', async () => {
  const { clock, log, add } = watched()
  add('a', 0)
  expect(log).toEqual(['a at 0'])
  add('b', 10)
  add('c', 0)
  expect(log).toEqual(['a at 0'])
  await clock.advance(10)
  expect(log).toEqual(['a at 0', 'b at 10', 'c at 10'])
})

test('takes jobs that come out of jobs in their turn', () => {
  const { queue, log, add } = watched()
  queue.add(0, () => {
    add('inner', 0)
    log.push('outer')
  })
  expect(log).toEqual(['outer', 'inner at 0'])
})

test('goes on after a job that failed', async () => {
  const { clock, queue, log, add } = watched()
  const fail = (): never => {
    throw new Error('broken')
  }
  expect(() => queue.add(0, fail)).toThrow('broken')
  add('next', 10)
  await clock.advance(10)
  expect(log).toEqual(['next at 10'])
})
