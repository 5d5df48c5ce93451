import { expect, test } from 'vitest'
import { SignQueue } from '../../../src/plugins/sign-bridge/queue.ts'
import { fakeClock, type FakeClock } from '../../../src/testing/index.ts'

interface Job {
  readonly name: string
  readonly queuedAt: number
  readonly expiresAt: number
}

function make(limit = 3): {
  clock: FakeClock
  queue: SignQueue<Job>
  expired: string[]
  add: (name: string) => Job
} {
  const clock = fakeClock()
  const expired: string[] = []
  const queue = new SignQueue<Job>({
    clock,
    limit,
    connectWaitMs: 30,
    expired: ({ name }, because) => expired.push(`${name}: ${because} at ${clock.monotonic()}`)
  })
  const add = (name: string): Job => {
    const now = clock.monotonic()
    const job = { name, queuedAt: now, expiresAt: now + 100 }
    queue.add(job)
    return job
  }
  return { clock, queue, expired, add }
}

test('first come, first served, up to a limit', () => {
  const { queue, add } = make()
  for (const name of ['a', 'b', 'c']) add(name)
  expect(queue.full).toBe(true)
  expect(['a', 'b', 'c', undefined].map(() => queue.take()?.name)).toEqual(['a', 'b', 'c', undefined])
  expect([queue.length, queue.full]).toEqual([0, false])
})

test('what comes back takes its old place', async () => {
  const { clock, queue, add } = make()
  add('a')
  await clock.advance(1)
  add('b')
  await clock.advance(1)
  add('c')
  const [a, b] = [queue.take()!, queue.take()!]
  queue.add(b)
  queue.add(a)
  expect([1, 2, 3].map(() => queue.take()?.name)).toEqual(['a', 'b', 'c'])
})

test('each goes when its time is up, by one timer', async () => {
  const { clock, queue, expired, add } = make()
  add('a')
  await clock.advance(40)
  const b = add('b')
  add('c')
  expect(queue.remove(b)).toBe(true)
  expect(queue.remove(b)).toBe(false)
  await clock.advance(59)
  expect(expired).toEqual([])
  await clock.advance(100)
  expect(expired).toEqual(['a: deadline at 100', 'c: deadline at 140'])
})

test('without any device a request waits a short while from when it came, or from when the last device went', async () => {
  const { clock, queue, expired, add } = make()
  add('a')
  await clock.advance(20)
  queue.deviceThere(false)
  await clock.advance(20)
  queue.deviceThere(false)
  add('b')
  await clock.advance(100)
  expect(expired).toEqual(['a: no-device at 50', 'b: no-device at 70'])
  add('c')
  queue.deviceThere(true)
  await clock.advance(99)
  expect(queue.length).toBe(1)
})

test('the deadline counts where it comes first', async () => {
  const { clock, queue, expired, add } = make()
  add('a')
  await clock.advance(90)
  queue.deviceThere(false)
  await clock.advance(30)
  expect(expired).toEqual(['a: deadline at 100'])
})

test('what is expired is not handed out, even if the timer is late', async () => {
  const { queue, expired } = make()
  queue.add({ name: 'stale', queuedAt: -100, expiresAt: 0 })
  queue.add({ name: 'fresh', queuedAt: 0, expiresAt: 100 })
  expect(queue.take()?.name).toBe('fresh')
  expect(expired).toEqual(['stale: deadline at 0'])
})

test('clearing leaves nothing, not even a timer', async () => {
  const { clock, queue, expired, add } = make()
  add('a')
  add('b')
  expect(queue.clear().map(({ name }) => name)).toEqual(['a', 'b'])
  await clock.advance(1_000)
  expect([queue.length, expired.length]).toEqual([0, 0])
})
