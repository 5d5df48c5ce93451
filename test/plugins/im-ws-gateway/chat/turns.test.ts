import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { SqliteDatabase } from '../../../../src/plugins/database/sqlite-database.ts'
import { ImError } from '../../../../src/plugins/im-ws-gateway/codes.ts'
import { Memory } from '../../../../src/plugins/im-ws-gateway/embedded/chat/memory.ts'
import type { ChatDb } from '../../../../src/plugins/im-ws-gateway/embedded/chat/tables.ts'
import { Turns } from '../../../../src/plugins/im-ws-gateway/embedded/chat/turns.ts'
import { fakeClock } from '../../../../src/testing/index.ts'

let database: SqliteDatabase
let turns: Turns
beforeEach(async () => {
  database = await SqliteDatabase.connect(':memory:', 1_000)
  const db = (await database.open('nothing', {})) as ChatDb
  turns = new Turns(db, new Memory(), fakeClock(), () => {}, 0)
})
afterEach(() => database.close())

/** Lets so many steps of promises go by. */
async function steps(count: number): Promise<void> {
  for (let step = 0; step < count; step++) await Promise.resolve()
}

const counts = Array.from({ length: 8 }, (_, count) => count)

describe('what comes when something has just been done is done too,', () => {
  test.each(counts)('%i steps after a reading', async count => {
    await turns.between(async () => 'one')
    await steps(count)
    expect(await turns.between(async () => 'two')).toBe('two')
  })

  test.each(counts)('%i steps after a change', async count => {
    await turns.change(async () => 'one')
    await steps(count)
    expect(await turns.change(async () => 'two')).toBe('two')
  })

  test.each(counts)('%i steps after a refusal', async count => {
    const refused = turns.change(() => Promise.reject(new ImError('noPermission')))
    await refused.catch(() => {})
    await steps(count)
    expect(await turns.between(async () => 'two')).toBe('two')
  })

  test.each(counts)('%i steps after a failure', async count => {
    const failed = turns.change(() => Promise.reject(new Error('broken')))
    await failed.catch(() => {})
    await steps(count)
    expect(await turns.change(async () => 'two')).toBe('two')
  })
})

test('all that waits is done before it is idle, and what comes then begins anew', async () => {
  const done: number[] = []
  for (let index = 0; index < 120; index++) void turns.between(async () => void done.push(index))
  for (let index = 120; index < 240; index++) void turns.change(async () => void done.push(index))
  await turns.idle()
  expect(done.length).toBe(240)
  expect(turns.size).toBe(0)
  await turns.idle()
  expect(await turns.change(async () => 1)).toBe(1)
})

test('a reading that throws, at once or later, fails alone', async () => {
  const broken = (): never => {
    throw new Error('at once')
  }
  const all = await Promise.allSettled([
    turns.between(broken),
    turns.between(() => Promise.reject(new Error('later'))),
    turns.between(async () => 'read'),
    turns.change(async () => 'changed')
  ])
  expect(all.map(one => (one.status === 'fulfilled' ? one.value : (one.reason as Error).message))).toEqual([
    'at once',
    'later',
    'read',
    'changed'
  ])
  expect(await turns.between(async () => 'afterwards')).toBe('afterwards')
})
