import { afterAll, beforeAll, expect, test } from 'vitest'
import { calendarOf } from '../../../src/core/index.ts'
import { DailySalt } from '../../../src/plugins/click-stats/daily-salt.ts'
import { MemoryState } from '../../../src/plugins/state/memory-state.ts'
import type { State } from '../../../src/plugins/state/service.ts'
import { fakeClock } from '../../../src/testing/index.ts'
import { temporaryDirectory } from '../database/temporary-directory.ts'
import { hour, noon, startRig, type Rig, type RigOptions } from './rig.ts'
import { saltedState } from './salted-state.ts'

const directory = temporaryDirectory()
beforeAll(directory.make)
afterAll(directory.remove)

const config = { countGuests: true, clicksPerMinutePerAddress: 1_000 }
const log = { warn: () => undefined, error: () => undefined } as never
const visit = (rig: Rig, ...addresses: readonly string[]) =>
  Promise.all(addresses.map(remoteAddress => rig.click('spring', null, { remoteAddress })))
const sketches = async (rig: Rig): Promise<string[]> => {
  const rows = await rig.db.selectFrom('click_day').select('guestSketch').orderBy('day').execute()
  return rows.map(({ guestSketch }) => guestSketch)
}

/** A rig in which guests leave the same marks whenever this is run. */
async function startSalted(options: RigOptions): Promise<Rig> {
  const clock = fakeClock(noon)
  return startRig({ clock, state: await saltedState(clock), ...options })
}

test('guests are told apart by address, and users are none', async () => {
  await using rig = await startSalted({ config })
  await rig.put()
  await visit(rig, '192.0.2.1', '192.0.2.2', '192.0.2.1', '2001:db8::1', '2001:db8::2')
  await rig.click('spring', 'alice', { remoteAddress: '192.0.2.9' })
  expect((await rig.counted())?.days).toEqual([{ day: '2026-03-10', raw: 6, uniqueUsers: 1, guestApprox: 3 }])
  await visit(rig, '192.0.2.2', '192.0.2.3')
  expect((await rig.counted())?.days[0]).toMatchObject({ raw: 8, guestApprox: 4 })
})

test('unless they are counted nothing is said of how many they are', async () => {
  await using rig = await startRig({ config: { ...config, countGuests: false } })
  await rig.put()
  await visit(rig, '192.0.2.1', '192.0.2.2')
  expect((await rig.counted())?.days).toEqual([{ day: '2026-03-10', raw: 2, uniqueUsers: 0 }])
  expect(await sketches(rig)).toEqual([''])
})

test('a day has a salt of its own, and within an hour of its end only the number is left', async () => {
  await using rig = await startSalted({ config })
  await rig.put({ end: noon + 72 * hour })
  await visit(rig, '192.0.2.1', '192.0.2.2')
  await rig.clicks.flush()
  const [first] = await sketches(rig)
  await rig.clock.advance(12 * hour)
  await visit(rig, '192.0.2.1', '192.0.2.2')
  await rig.clicks.flush()
  const [, second] = await sketches(rig)
  expect(first).toMatch(/^[0-e]{4096}$/)
  expect(second).toMatch(/^[0-e]{4096}$/)
  expect(second).not.toBe(first)
  await rig.clock.advance(hour)
  await rig.clicks.flush()
  expect(await sketches(rig)).toEqual(['', second])
  expect((await rig.counted())?.days).toMatchObject([
    { day: '2026-03-11', guestApprox: 2 },
    { day: '2026-03-10', guestApprox: 2 }
  ])
})

test('a click that is written after its day was closed leaves the number of guests as it was', async () => {
  await using rig = await startSalted({ config })
  await rig.put()
  await visit(rig, '192.0.2.1', '192.0.2.2')
  await rig.clicks.flush()
  await visit(rig, '192.0.2.3')
  await rig.db.updateTable('click_day').set({ guestSketch: '' }).execute()
  expect((await rig.counted())?.days).toMatchObject([{ raw: 3, guestApprox: 2 }])
  expect(await sketches(rig)).toEqual([''])
})

test('nodes that share a state and a database count a guest of both once', async () => {
  const clock = fakeClock(noon)
  const state = await saltedState(clock)
  const file = directory.path('guests.db')
  await using here = await startRig({ config, file, clock, state })
  await using there = await startRig({ config, file, clock, state })
  await here.put()
  await Promise.all([
    visit(here, '192.0.2.1', '192.0.2.2', '192.0.2.3'),
    visit(there, '192.0.2.2', '192.0.2.3', '192.0.2.4')
  ])
  await there.clicks.flush()
  expect((await here.counted())?.days).toMatchObject([{ raw: 6, guestApprox: 4 }])
})

test('the salt is in the state for its day only, and in the database never', async () => {
  const clock = fakeClock(noon)
  const state = new MemoryState({ maxKeys: 1_000, clock, log })
  await using rig = await startRig({ config, clock, state })
  await rig.put()
  await visit(rig, '192.0.2.1')
  const salts = async () => [...(await state.scan('click-stats:salt:'))]
  expect(await salts()).toEqual([['click-stats:salt:2026-03-10', expect.stringMatching(/^[\w-]{22}$/)]])
  await clock.advance(12 * hour - 1)
  expect(await salts()).toHaveLength(1)
  await clock.advance(1)
  expect(await salts()).toEqual([])
})

test.each<[string, Pick<State, 'get' | 'compareAndSet'>]>([
  [
    'fails',
    { get: () => Promise.reject(new Error('away')), compareAndSet: () => Promise.reject(new Error('away')) }
  ],
  [
    'does not answer',
    { get: () => new Promise(() => undefined), compareAndSet: () => new Promise(() => undefined) }
  ],
  ['forgets at once', { get: async () => undefined, compareAndSet: async () => true }]
])('a state that %s costs no click, and guests are told apart by this node', async (_, broken) => {
  const state = { increment: async () => 1, ...broken }
  await using rig = await startRig({ config, state })
  await rig.put()
  const addresses = Array.from(Array(20).keys(), last => `192.0.2.${last}`)
  const answers = await visit(rig, ...addresses, ...addresses)
  expect(answers.map(({ body }) => body.code)).toEqual(Array(40).fill(200))
  await rig.clock.advance(1_000)
  const [day] = (await rig.counted())?.days ?? []
  expect(day?.raw).toBe(40)
  // Two of 20 may leave the same mark, under a salt by chance; five do not.
  expect(day?.guestApprox).toBeGreaterThan(15)
  expect(day?.guestApprox).toBeLessThan(22)
})

test('the salt of a day that is over is forgotten in the process too', async () => {
  const parts = { calendar: calendarOf('Asia/Shanghai'), clock: fakeClock(noon), log, state: undefined }
  const salt = new DailySalt(parts)
  const first = await salt.of('2026-03-10')
  salt.forgetBefore('2026-03-10')
  expect(await salt.of('2026-03-10')).toEqual(first)
  salt.forgetBefore('2026-03-11')
  expect(await salt.of('2026-03-10')).not.toEqual(first)
})
