import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Metric } from '../../../src/core/index.ts'
import { DatabaseFigures } from '../../../src/plugins/database/figures.ts'
import { statementFailure } from '../../../src/plugins/database/sqlite-failure.ts'
import { fakeClock } from '../../../src/testing/index.ts'
import { figuresOf } from '../metrics/figures.ts'
import { openCounts, put } from './opened.ts'
import { temporaryDirectory } from './temporary-directory.ts'

const directory = temporaryDirectory()
beforeAll(directory.make)
afterAll(directory.remove)

const times = 'paifang_database_statement_duration_seconds_count'

/** How figures have changed since. */
async function changes(
  database: { metrics(): Promise<readonly Metric[]> },
  work: () => Promise<unknown>
): Promise<Record<string, number>> {
  const before = figuresOf(await database.metrics())
  await work()
  const after = Object.entries(figuresOf(await database.metrics()))
  const grown = after.map(([name, value]) => [name, value - (before[name] ?? 0)] as const)
  return Object.fromEntries(grown.filter(([name, by]) => by !== 0 && !name.endsWith('_bytes')))
}

test('reads, writes, transactions and failures are counted, each as what it was', async () => {
  const { database, db } = await openCounts(directory.path('counts.db'))
  const count = (work: () => Promise<unknown>) => changes(database, work)
  const read = (): Promise<unknown> => db.selectFrom('a_counts').select('n').execute()
  expect(await count(() => Promise.all([read(), read(), read()]))).toEqual({ [`${times}{kind="read"}`]: 3 })
  expect(await count(() => Promise.all([put(db, 1), put(db, 2)]))).toEqual({
    [`${times}{kind="write"}`]: 2,
    paifang_database_turn_wait_seconds_count: 2
  })
  const transaction = (): Promise<unknown> =>
    db.transaction().execute(async trx => {
      for (const n of [3, 4, 5]) await put(trx, n)
    })
  // Its commit is a write, too.
  expect(await count(transaction)).toEqual({
    [`${times}{kind="write"}`]: 4,
    paifang_database_turn_wait_seconds_count: 1
  })
  const wrong = (): Promise<unknown> => sql`select * from nowhere`.execute(db).catch(() => undefined)
  expect(await count(wrong)).toEqual({
    [`${times}{kind="read"}`]: 1,
    'paifang_database_errors_total{reason="other"}': 1
  })
  const size = (await database.metrics()).find(({ name }) => name === 'paifang_database_file_bytes')
  expect(size?.samples[0]?.value).toBeGreaterThan(4_096)
  await database.close()
})

test('a file that another process has locked counts as busy, and so does what fails for it', async () => {
  const file = directory.path('refused.db')
  const here = await openCounts(file)
  const there = await openCounts(file)
  await there.db.transaction().execute(async trx => {
    await put(trx, 1)
    const refused = changes(here.database, () => put(here.db, 2).catch(() => undefined))
    expect(await refused).toEqual({
      [`${times}{kind="write"}`]: 1,
      paifang_database_turn_wait_seconds_count: 1,
      paifang_database_busy_total: 1,
      'paifang_database_errors_total{reason="busy"}': 1
    })
  })
  await Promise.all([here.database.close(), there.database.close()])
})

test('it counts once an attempt; what is written in the end is no failure', async () => {
  const file = directory.path('busy.db')
  const here = await openCounts(file, 60_000)
  const there = await openCounts(file)
  const busy = async () => figuresOf(await here.database.metrics())['paifang_database_busy_total']
  let writing: Promise<unknown> | undefined
  const changed = await changes(here.database, async () => {
    await there.db.transaction().execute(async trx => {
      await put(trx, 1)
      writing = put(here.db, 2)
      await expect.poll(busy).toBeGreaterThan(2)
    })
    await writing
  })
  expect(changed).toEqual({
    [`${times}{kind="write"}`]: 1,
    paifang_database_turn_wait_seconds_count: 1,
    paifang_database_busy_total: expect.any(Number) as number
  })
  await Promise.all([here.database.close(), there.database.close()])
})

test('what waits for its turn is shown while it does, and timed', async () => {
  const clock = fakeClock()
  const figures = new DatabaseFigures(clock)
  let take = (): void => undefined
  const turn = figures.turn(() => new Promise<void>(resolve => (take = resolve)))
  expect(figures.waiting).toBe(1)
  await clock.advance(2_000)
  take()
  await turn
  expect(figures.waiting).toBe(0)
  expect(figures.turns.snapshot()).toMatchObject({ count: 1, sum: 2 })
})

test.each([
  [5, 'busy'],
  [517, 'busy'],
  [2067, 'constraint'],
  [13, 'full'],
  [1, 'other']
])('SQLite’s code %i is a failure of the kind %s', (rawCode, kind) => {
  expect(statementFailure(Object.assign(new Error('no'), { rawCode }))).toBe(kind)
})
