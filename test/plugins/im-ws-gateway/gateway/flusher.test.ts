import { expect, test } from 'vitest'
import { Flusher } from '../../../../src/plugins/im-ws-gateway/gateway/flusher.ts'
import type { Outbox } from '../../../../src/plugins/im-ws-gateway/gateway/outbox.ts'
import { fakeClock } from '../../../../src/testing/index.ts'

const turn = (): Promise<void> => new Promise(resolve => setImmediate(resolve))

/** A flusher, and outboxes of which each write takes its time. */
function flusherOf(costMs = 0) {
  const clock = fakeClock()
  const started = clock.monotonic()
  let spentMs = 0
  const written: string[] = []
  const elapsed = (): number => clock.monotonic() - started + spentMs
  const flusher = new Flusher({ ...clock, monotonic: elapsed })
  const outboxOf = (name: string): Outbox =>
    ({
      flush() {
        written.push(name)
        spentMs += costMs
      }
    }) as unknown as Outbox
  return { flusher, clock, written, outboxOf, take: () => written.splice(0) }
}

test('thousands are written to in slices, in their order, with a turn for everybody else between', async () => {
  const { flusher, written, outboxOf } = flusherOf()
  const names = Array.from({ length: 2_500 }, (_, place) => String(place))
  for (const isUrgent of [false, true]) {
    for (const name of names) flusher.add(outboxOf(name), isUrgent)
    const seen: number[] = []
    for (let count = 0; count < 3; count++) {
      await turn()
      seen.push(written.length)
    }
    expect(seen).toEqual([1_000, 2_000, 2_500])
    expect(written.splice(0)).toEqual(names)
  }
})

test('after a pass that was short the next one is in the turn in which it is wanted', async () => {
  const { flusher, outboxOf, take } = flusherOf(0.5)
  for (const name of ['a', 'b', 'c']) {
    flusher.add(outboxOf(name), false)
    await turn()
    expect(take()).toEqual([name])
  }
})

test('after a pass to a crowd there is a pause of eight times what it took', async () => {
  const { flusher, clock, outboxOf, take } = flusherOf(1)
  for (const name of ['a', 'b', 'c', 'd', 'e']) flusher.add(outboxOf(name), false)
  await turn()
  expect(take()).toHaveLength(5)
  flusher.add(outboxOf('f'), false)
  await clock.advance(39)
  expect(take()).toEqual([])
  await clock.advance(1)
  expect(take()).toEqual(['f'])
})

test.each([
  [5, 40],
  [40, 60]
])(
  'a pass that took %i ms, over all of its slices, has a pause of %i ms after it',
  async (passMs, pauseMs) => {
    const { flusher, clock, outboxOf, take } = flusherOf(passMs / 2_000)
    for (let count = 0; count < 2_000; count++) flusher.add(outboxOf('first'), false)
    await turn()
    flusher.add(outboxOf('second'), false)
    await turn()
    expect(take()).toHaveLength(2_000)
    await clock.advance(pauseMs - 1)
    expect(take()).toEqual([])
    await clock.advance(1.001)
    expect(take()).toEqual(['second'])
  }
)

test('what is urgent waits for no pass, and takes with it what waited in the same outbox', async () => {
  const { flusher, clock, outboxOf, take } = flusherOf(10)
  flusher.add(outboxOf('crowd'), false)
  await turn()
  const waiting = outboxOf('was waiting')
  flusher.add(waiting, false)
  flusher.add(outboxOf('waits'), false)
  flusher.add(waiting, true)
  flusher.add(outboxOf('urgent'), true)
  await turn()
  expect(take()).toEqual(['crowd', 'was waiting', 'urgent'])
  await clock.advance(60)
  expect(take()).toEqual(['waits'])
})

test('what is urgent overtakes those of a pass that is under way', async () => {
  const { flusher, outboxOf, take } = flusherOf()
  const last = outboxOf('last')
  for (let count = 0; count < 1_500; count++) flusher.add(outboxOf('one of many'), false)
  flusher.add(last, false)
  await turn()
  expect(take()).toHaveLength(1_000)
  flusher.add(last, true)
  await turn()
  expect(take()).toEqual(['last', ...Array.from({ length: 500 }, () => 'one of many')])
})
