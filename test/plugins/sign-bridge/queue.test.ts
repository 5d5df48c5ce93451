import { expect, test } from 'vitest'
import { SignQueue } from '../../../src/plugins/sign-bridge/queue.ts'
import { fakeClock, type FakeClock } from '../../../src/testing/index.ts'

interface Job {
  readonly name: string
  readonly queuedAt: number
  readonly expiresAt: number
  /** Since when no device is there for it. */
  goneSince?: number
}

function make(limit = 3): {
  clock: FakeClock
  queue: SignQueue<Job>
  expired: string[]
  add: (name: string, lastsMs?: number) => Job
  /** Says since when there is no device at all. */
  gone: (since: number | undefined) => void
} {
  const clock = fakeClock()
  const expired: string[] = []
  let noneSince: number | undefined
  const queue = new SignQueue<Job>({
    clock,
    limit,
    connectWaitMs: 30,
    noDeviceSince: job => job.goneSince ?? noneSince,
    expired: ({ name }, because) => expired.push(`${name}: ${because} at ${clock.monotonic()}`)
  })
  const add = (name: string, lastsMs = 100): Job => {
    const now = clock.monotonic()
    const job = { name, queuedAt: now, expiresAt: now + lastsMs }
    queue.add(job)
    return job
  }
  const gone = (since: number | undefined): void => {
    noneSince = since
    queue.rearm()
  }
  return { clock, queue, expired, add, gone }
}

test('first come, first served, up to a limit', () => {
  const { queue, add } = make()
  for (const name of ['a', 'b', 'c']) add(name)
  expect(queue.full).toBe(true)
  expect(['a', 'b', 'c', undefined].map(() => queue.take(() => true)?.name)).toEqual([
    'a',
    'b',
    'c',
    undefined
  ])
  expect([queue.length, queue.full]).toEqual([0, false])
})

test('what comes back takes its old place', async () => {
  const { clock, queue, add } = make()
  add('a')
  await clock.advance(1)
  add('b')
  await clock.advance(1)
  add('c')
  const [a, b] = [queue.take(() => true)!, queue.take(() => true)!]
  queue.add(b)
  queue.add(a)
  expect([1, 2, 3].map(() => queue.take(() => true)?.name)).toEqual(['a', 'b', 'c'])
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
  const { clock, queue, expired, add, gone } = make()
  add('a')
  await clock.advance(20)
  gone(20)
  await clock.advance(20)
  add('b')
  await clock.advance(100)
  expect(expired).toEqual(['a: no-device at 50', 'b: no-device at 70'])
  add('c')
  gone(undefined)
  await clock.advance(99)
  expect(queue.length).toBe(1)
})

test('the deadline counts where it comes first', async () => {
  const { clock, expired, add, gone } = make()
  add('a')
  await clock.advance(90)
  gone(90)
  await clock.advance(30)
  expect(expired).toEqual(['a: deadline at 100'])
})

test('each request is handed out only where it fits, and expires by its own deadline and devices', async () => {
  const { clock, queue, expired, add } = make(5)
  add('long')
  add('short', 10)
  add('alone').goneSince = 0
  queue.rearm()
  expect(queue.some(({ name }) => name === 'alone')).toBe(true)
  expect(queue.take(({ name }) => name === 'other')).toBeUndefined()
  expect(queue.take(({ name }) => name === 'long')?.name).toBe('long')
  await clock.advance(100)
  expect(expired).toEqual(['short: deadline at 10', 'alone: no-device at 30'])
})

test('what is expired is not handed out, even if the timer is late', async () => {
  const { queue, expired } = make()
  queue.add({ name: 'stale', queuedAt: -100, expiresAt: 0 })
  queue.add({ name: 'fresh', queuedAt: 0, expiresAt: 100 })
  expect(queue.take(() => true)?.name).toBe('fresh')
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
