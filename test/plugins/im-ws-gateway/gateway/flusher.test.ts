import { expect, test } from 'vitest'
import { Flusher } from '../../../../src/plugins/im-ws-gateway/gateway/flusher.ts'
import type { Outbox } from '../../../../src/plugins/im-ws-gateway/gateway/outbox.ts'
import { fakeClock } from '../../../../src/testing/index.ts'

const turn = (): Promise<void> => new Promise(resolve => setImmediate(resolve))

interface FakeOutbox extends Pick<Outbox, 'flush' | 'awaitsPass' | 'lastPass'> {
  /** It has something to write. */
  isDue: boolean
  /** How often it was flushed, also in vain. */
  visits: number
}

/** A flusher, and outboxes of which each write takes its time. */
function flusherOf(costMs = 0) {
  const clock = fakeClock()
  const started = clock.monotonic()
  let spentMs = 0
  const written: string[] = []
  const elapsed = (): number => clock.monotonic() - started + spentMs
  const flusher = new Flusher({ ...clock, monotonic: elapsed })
  const outboxOf = (name: string): FakeOutbox => ({
    awaitsPass: false,
    lastPass: -1,
    isDue: false,
    visits: 0,
    flush() {
      this.visits++
      if (!this.isDue) return
      this.isDue = false
      written.push(name)
      spentMs += costMs
    }
  })
  const add = (outbox: FakeOutbox, isUrgent: boolean): void => {
    outbox.isDue = true
    flusher.add(outbox as unknown as Outbox, isUrgent)
  }
  const crowdOf = (count: number): FakeOutbox[] =>
    Array.from({ length: count }, (_, place) => outboxOf(String(place)))
  /** Tells all of them something. */
  const tell = (crowd: readonly FakeOutbox[]): void => {
    for (const outbox of crowd) add(outbox, false)
  }
  return { clock, written, outboxOf, crowdOf, add, tell, take: () => written.splice(0) }
}

test('thousands are written to in slices, in their order, with a turn for everybody else between', async () => {
  const { add, written, crowdOf } = flusherOf()
  const crowd = crowdOf(2_500)
  for (const isUrgent of [false, true]) {
    for (const outbox of crowd) add(outbox, isUrgent)
    const seen: number[] = []
    for (let count = 0; count < 3; count++) {
      await turn()
      seen.push(written.length)
    }
    expect(seen).toEqual([1_000, 2_000, 2_500])
    expect(written.splice(0)).toEqual(crowd.map((_, place) => String(place)))
  }
})

test('after a pass that was short the next one is in the turn in which it is wanted', async () => {
  const { tell, crowdOf, take } = flusherOf(0.01)
  const crowd = crowdOf(100)
  for (let count = 0; count < 3; count++) {
    tell(crowd)
    await turn()
    expect(take()).toHaveLength(100)
  }
})

test.each([
  [5, 40],
  [40, 60]
])(
  'after a pass to a crowd that took %i ms, over all of its slices, there is a pause of %i ms',
  async (passMs, pauseMs) => {
    const { clock, tell, crowdOf, take } = flusherOf(passMs / 2_000)
    const crowd = crowdOf(2_000)
    tell(crowd)
    await turn()
    tell(crowd.slice(0, 100))
    await turn()
    expect(take()).toHaveLength(2_000)
    await clock.advance(pauseMs - 1)
    expect(take()).toEqual([])
    await clock.advance(1.001)
    expect(take()).toHaveLength(100)
  }
)

test('a few who were not in the crowd do not wait for it, another crowd does', async () => {
  const { clock, tell, crowdOf, take } = flusherOf(1 / 64)
  const crowd = crowdOf(1_500)
  const [few, many] = [crowdOf(64), crowdOf(65)]
  tell(crowd)
  await turn()
  expect(take()).toHaveLength(1_000)
  tell(few)
  await turn()
  expect(take()).toHaveLength(64 + 500)
  tell(few)
  await turn()
  expect(take()).toHaveLength(64)
  tell(many)
  // The clock goes on by 1 ms while the few are written to.
  await clock.advance(58)
  expect(take()).toEqual([])
  await clock.advance(1.001)
  expect(take()).toHaveLength(65)
})

test('a crowd that comes while another one waits takes nobody out of the next pass', async () => {
  const { clock, tell, crowdOf, take } = flusherOf(1 / 64)
  const [crowd, another] = [crowdOf(900), crowdOf(65)]
  tell(crowd)
  await turn()
  take()
  tell(crowd)
  tell(another)
  await turn()
  expect(take()).toEqual([])
  await clock.advance(61)
  expect(take()).toHaveLength(965)
})

test('who was in a crowd once does not wait for every other crowd from then on', async () => {
  const { clock, tell, crowdOf, take } = flusherOf(1 / 64)
  const [first, second] = [crowdOf(1_000), crowdOf(1_000)]
  tell(first)
  await turn()
  await clock.advance(61)
  tell(second)
  await turn()
  expect(take()).toHaveLength(2_000)
  tell(first.slice(0, 3))
  tell(second.slice(0, 3))
  await turn()
  expect(take()).toEqual(['0', '1', '2'])
})

test('what is urgent waits for no pass, and takes with it what waited in the same outbox', async () => {
  const { clock, add, tell, crowdOf, outboxOf, take } = flusherOf(1)
  const crowd = crowdOf(100)
  tell(crowd)
  await turn()
  expect(take()).toHaveLength(100)
  const [first, second] = crowd as [FakeOutbox, FakeOutbox]
  tell([first, second])
  add(first, true)
  add(outboxOf('urgent'), true)
  await turn()
  expect(take()).toEqual(['0', 'urgent'])
  await clock.advance(61)
  expect(take()).toEqual(['1'])
})

test('who was written to before the next pass has one place in it, whatever he is told until then', async () => {
  const { clock, add, tell, crowdOf, take } = flusherOf(1)
  const crowd = crowdOf(100)
  tell(crowd)
  await turn()
  take()
  const [first, second] = crowd as [FakeOutbox, FakeOutbox]
  for (let count = 0; count < 3; count++) {
    add(first, false)
    add(first, true)
    await turn()
  }
  expect(take()).toEqual(['0', '0', '0'])
  tell([second, first])
  await clock.advance(61)
  expect(take()).toEqual(['0', '1'])
  expect([first.visits, second.visits]).toEqual([1 + 3 + 1, 1 + 1])
})

test('what is urgent overtakes those of a pass that is under way', async () => {
  const { add, tell, crowdOf, outboxOf, take } = flusherOf()
  const last = outboxOf('last')
  tell([...crowdOf(1_500), last])
  await turn()
  expect(take()).toHaveLength(1_000)
  add(last, true)
  await turn()
  expect(take()).toEqual(['last', ...Array.from({ length: 500 }, (_, place) => String(1_000 + place))])
})
