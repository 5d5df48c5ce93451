import Sqlite from 'libsql'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ClickQueue } from '../../../src/plugins/click-stats/click-queue.ts'
import { fakeClock } from '../../../src/testing/index.ts'
import { temporaryDirectory } from '../database/temporary-directory.ts'
import { startRig } from './rig.ts'

const directory = temporaryDirectory()
beforeAll(directory.make)
afterAll(directory.remove)

/** A queue in front of a database that fails while `broken`. */
function queueOf(maxQueued = 100) {
  const clock = fakeClock()
  const batches: (readonly number[])[] = []
  const logs: string[] = []
  const log = (...[facts, text]: unknown[]): unknown => logs.push(`${JSON.stringify(facts)} ${String(text)}`)
  const rig = { clock, batches, logs, broken: false, attempts: 0 }
  const write = async (clicks: readonly number[]): Promise<void> => {
    rig.attempts++
    if (rig.broken) throw new Error('the disk is full')
    batches.push(clicks)
  }
  const options = { write, maxQueued, clock, log: { error: log, info: log, warn: log } as never }
  return Object.assign(rig, { queue: new ClickQueue<number>(options) })
}

test('clicks of 50 ms are written together, and those after them in the next batch', async () => {
  const { queue, clock, batches } = queueOf()
  queue.add(1)
  await clock.advance(30)
  queue.add(2)
  await clock.advance(19)
  expect(batches).toEqual([])
  await clock.advance(1)
  expect(batches).toEqual([[1, 2]])
  queue.add(3)
  await clock.advance(50)
  expect(batches).toEqual([[1, 2], [3]])
  expect(queue.counters).toMatchObject({ recorded_total: 3, queued: 0 })
})

test('many are several transactions', async () => {
  const { queue, batches } = queueOf(10_000)
  for (let n = 0; n < 2_500; n++) queue.add(n)
  await queue.flush()
  expect(batches.map(({ length }) => length)).toEqual([1_000, 1_000, 500])
  expect(batches.flat()).toEqual(Array.from({ length: 2_500 }, (_, n) => n))
})

test('a database that fails is tried once a second, and gets everything once, in order', async () => {
  const rig = queueOf()
  const { queue, clock, batches, logs } = rig
  rig.broken = true
  queue.add(1)
  await clock.advance(50)
  expect(queue.failure?.message).toBe('the disk is full')
  for (let n = 2; n < 12; n++) {
    queue.add(n)
    await clock.advance(90)
  }
  expect(rig.attempts).toBe(1)
  await clock.advance(3_100)
  expect(rig.attempts).toBe(5)
  expect(logs).toHaveLength(1)
  rig.broken = false
  await clock.advance(1_000)
  expect(batches).toEqual([[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]])
  expect(queue.failure).toBeUndefined()
  expect(queue.counters).toEqual({ recorded_total: 11, dropped_total: 0, failed_writes_total: 5, queued: 0 })
  expect(logs.at(-1)).toContain('can be written again')
})

test('a full queue drops what comes, counts it, and says so once', async () => {
  const rig = queueOf(3)
  const { queue, clock, batches, logs } = rig
  for (let n = 1; n <= 5; n++) queue.add(n)
  expect(queue.counters).toMatchObject({ dropped_total: 2, queued: 3 })
  expect(logs).toEqual(['{"maxQueued":3} clicks are not counted: too many wait to be written'])
  await clock.advance(50)
  expect(batches).toEqual([[1, 2, 3]])
  for (let n = 6; n <= 9; n++) queue.add(n)
  expect(logs).toHaveLength(2)
  expect(queue.counters).toMatchObject({ dropped_total: 3, queued: 3 })
})

/** Adds a second click so many turns of the microtask queue after the first is written, and calls `then`. */
function addingLate(turns: number, then: (queue: ClickQueue<number>) => unknown) {
  const written: number[] = []
  const added = [1]
  const write = async (clicks: readonly number[]): Promise<void> => {
    written.push(...clicks)
    if (added.length > 1) return
    let later = Promise.resolve()
    for (let turn = 0; turn < turns; turn++) later = later.then(() => undefined)
    void later.then(() => {
      added.push(2)
      queue.add(2)
      return then(queue)
    })
  }
  const queue = new ClickQueue<number>({ write, maxQueued: 10, clock: fakeClock(), log: {} as never })
  queue.add(1)
  return { queue, written }
}

test('what is added just when the queue finds that there is nothing more is written by the flush that follows', async () => {
  for (let turns = 0; turns < 12; turns++) {
    let flushed: readonly number[] = []
    const { queue, written } = addingLate(turns, async late => {
      await late.flush()
      flushed = [...written]
    })
    await queue.flush()
    await new Promise(resolve => setImmediate(resolve))
    expect([turns, flushed]).toEqual([turns, [1, 2]])
  }
})

test('what is added while the queue closes is not lost', async () => {
  for (let turns = 0; turns < 12; turns++) {
    const { queue } = addingLate(turns, () => undefined)
    await queue.close()
    expect([turns, queue.counters['dropped_total']]).toEqual([turns, 0])
  }
})

test('a click that comes while a write fails does not hasten the next attempt', async () => {
  const clock = fakeClock()
  let attempts = 0
  const write = async (): Promise<void> => {
    queue.add(++attempts)
    throw new Error('the disk is full')
  }
  const log = { error: () => undefined } as never
  const queue = new ClickQueue<number>({ write, maxQueued: 10, clock, log })
  queue.add(0)
  await clock.advance(50 + 999)
  expect(attempts).toBe(1)
  await clock.advance(1)
  expect(attempts).toBe(2)
})

test('closing tries once more, and says how many are lost', async () => {
  const rig = queueOf()
  rig.broken = true
  rig.queue.add(1)
  rig.queue.add(2)
  await rig.queue.close()
  expect(rig.queue.counters).toMatchObject({ dropped_total: 2, queued: 0 })
  expect(rig.logs.at(-1)).toContain('{"lost":2')
  await rig.clock.advance(5_000)
  expect(rig.attempts).toBe(1)
})

test('an answer waits for no write: it comes while another process holds the database', async () => {
  const file = directory.path('held.db')
  await using rig = await startRig({ file })
  await rig.put()
  const owner = new Sqlite(file)
  owner.exec('begin immediate')
  const { body } = await rig.click()
  const writing = rig.clicks.flush()
  expect([body.result, (await rig.click()).body.result]).toEqual(Array(2).fill('https://example.com/spring'))
  expect(rig.clicks.counters).toMatchObject({ recorded_total: 0, queued: 2 })
  owner.exec('rollback')
  owner.close()
  await writing
  expect((await rig.counted())?.clicks).toEqual({ unique: 1, raw: 2 })
})

test('while nothing can be written the gateway answers clicks and says that it is not well', async () => {
  await using rig = await startRig()
  await rig.put()
  await rig.db.schema.alterTable('click_day').renameTo('click_day_away').execute()
  expect((await rig.click()).body.code).toBe(200)
  await rig.clicks.flush()
  expect((await rig.click()).body.code).toBe(200)
  expect((await rig.app.inject('/readyz/click-stats')).statusCode).toBe(503)
  await rig.db.schema.alterTable('click_day_away').renameTo('click_day').execute()
  expect((await rig.counted())?.clicks).toEqual({ unique: 1, raw: 2 })
  expect(() => rig.clicks.assertWriting()).not.toThrow()
})
