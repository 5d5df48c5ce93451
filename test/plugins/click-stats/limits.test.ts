import { expect, test } from 'vitest'
import { MemoryState } from '../../../src/plugins/state/memory-state.ts'
import { fakeClock } from '../../../src/testing/index.ts'
import { noon, startRig, type Rig } from './rig.ts'

const codes = async (rig: Rig, count: number, user: string | null, remoteAddress?: string) => {
  const got: number[] = []
  for (let n = 0; n < count; n++)
    got.push(
      (await rig.click('spring', user, remoteAddress === undefined ? {} : { remoteAddress })).body.code
    )
  return got
}
const thirty = Array.from({ length: 30 }, () => 200)

test('a user has thirty clicks a minute, wherever they come from; more are refused and not counted', async () => {
  await using rig = await startRig()
  await rig.put()
  expect(await codes(rig, 29, 'alice')).toEqual(thirty.slice(1))
  expect(await codes(rig, 2, 'alice', '192.0.2.2')).toEqual([200, 429])
  expect(await codes(rig, 1, 'bob')).toEqual([200])
  const refused = await rig.click('spring', 'alice', { headers: { accept: 'application/problem+json' } })
  expect([refused.status, refused.raw.headers['retry-after']]).toEqual([429, '60'])
  expect((await rig.counted())?.clicks).toEqual({ unique: 2, raw: 31 })
  await rig.clock.advance(60_000)
  expect(await codes(rig, 1, 'alice')).toEqual([200])
})

test('guests have them by address, all of a network together, apart from users there', async () => {
  await using rig = await startRig()
  await rig.put()
  expect(await codes(rig, 15, null, '2001:db8::1')).toEqual(thirty.slice(15))
  expect(await codes(rig, 16, null, '2001:db8::2')).toEqual([...thirty.slice(15), 429])
  expect(await codes(rig, 1, 'alice', '2001:db8::2')).toEqual([200])
  expect(await codes(rig, 1, null, '2001:db8:0:1::2')).toEqual([200])
})

test('guesses at ids are clicks as well', async () => {
  await using rig = await startRig({ config: { clicksPerMinutePerAddress: 3 } })
  const got = []
  for (const id of ['a', 'b', 'c', 'd']) got.push((await rig.click(id, null)).body.code)
  expect(got).toEqual([404, 404, 404, 429])
})

test('numbers are a matter of settings, and nodes with one state count together', async () => {
  const clock = fakeClock(noon)
  const state = new MemoryState({ maxKeys: 100, clock, log: { error: () => undefined } as never })
  const config = { clicksPerMinutePerUser: 2, clicksPerMinutePerAddress: 1 }
  await using here = await startRig({ clock, state, config })
  await using there = await startRig({ clock, state, config })
  await here.put()
  await there.put()
  expect(await codes(here, 1, 'alice')).toEqual([200])
  expect(await codes(there, 2, 'alice')).toEqual([200, 429])
  expect(await codes(here, 1, null)).toEqual([200])
  expect(await codes(there, 1, null)).toEqual([429])
  const keys = [...(await state.scan('click-stats:rate:')).keys()].join(' ')
  expect(keys).not.toBe('')
  expect(keys).not.toMatch(/alice|192\.0\.2/)
})

test('a state that is away limits as before', async () => {
  const away = () => Promise.reject(new Error('away'))
  const state = { get: away, compareAndSet: away, increment: away }
  await using rig = await startRig({ state, config: { clicksPerMinutePerUser: 2 } })
  await rig.put()
  expect(await codes(rig, 3, 'alice')).toEqual([200, 200, 429])
})
