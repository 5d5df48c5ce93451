import { afterAll, beforeAll, expect, test } from 'vitest'
import { fakeClock } from '../../../src/testing/index.ts'
import { temporaryDirectory } from '../database/temporary-directory.ts'
import { noon, startRig } from './rig.ts'

const directory = temporaryDirectory()
beforeAll(directory.make)
afterAll(directory.remove)

const config = { clicksPerMinutePerUser: 1_000, clicksPerMinutePerAddress: 1_000 }
const times = (count: number) => Array.from({ length: count }, (_, index) => index)

test('fifty clicks of one user at the same time count as one user, and fifty clicks', async () => {
  await using rig = await startRig({ config, file: directory.path('one.db') })
  await rig.put()
  const answers = await Promise.all(times(50).map(() => rig.click()))
  expect(answers.map(({ body }) => body.code)).toEqual(times(50).map(() => 200))
  expect(await rig.counted()).toMatchObject({
    clicks: { unique: 1, raw: 50 },
    days: [{ raw: 50, uniqueUsers: 1 }]
  })
  expect(await rig.db.selectFrom('click_user').selectAll().execute()).toHaveLength(1)
})

test('and so they do over two gateways on one database, of many users, while both write', async () => {
  const file = directory.path('two.db')
  const clock = fakeClock(noon)
  await using here = await startRig({ config, file, clock })
  await using there = await startRig({ config, file, clock })
  await here.put()
  await here.put({ id: 'autumn' })
  const users = ['alice', 'bob', 'carol', null]
  const flushes: Promise<void>[] = []
  await Promise.all(
    times(100).map(async index => {
      const rig = index % 2 ? here : there
      await rig.click(index % 3 ? 'spring' : 'autumn', users[index % 4])
      // Not in the batches of 50 ms: as many transactions as can be.
      flushes.push(here.clicks.flush(), there.clicks.flush())
    })
  )
  await Promise.all([...flushes, here.clicks.flush(), there.clicks.flush()])
  const counted = async (id: string) => (await here.counted(id))?.clicks
  expect(await counted('spring')).toEqual({ unique: 3, raw: 66 })
  expect(await counted('autumn')).toEqual({ unique: 3, raw: 34 })
  expect(here.clicks.counters['failed_writes_total']).toBe(0)
  expect(there.clicks.counters['failed_writes_total']).toBe(0)
})

test('a target that is deleted and made anew while clicks on it wait begins with those', async () => {
  await using rig = await startRig({ config })
  await rig.put()
  await rig.click()
  await rig.clicks.flush()
  await rig.click('spring', 'bob')
  expect(await rig.clicks.remove('banner', 'spring')).toBe(true)
  await rig.put()
  expect((await rig.counted())?.clicks).toEqual({ unique: 1, raw: 1 })
})

test('clicks on a target that is gone when they are written leave nothing, and hold up no others', async () => {
  await using rig = await startRig({ config })
  await rig.put()
  await rig.put({ id: 'autumn' })
  await Promise.all([rig.click(), rig.click('autumn')])
  await rig.clicks.remove('banner', 'spring')
  expect((await rig.counted('autumn'))?.clicks).toEqual({ unique: 1, raw: 1 })
  for (const table of ['click_user', 'click_day'] as const)
    expect(await rig.db.selectFrom(table).select('id').execute()).toEqual([{ id: 'autumn' }])
})
