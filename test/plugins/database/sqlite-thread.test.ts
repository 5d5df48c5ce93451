import { existsSync, mkdirSync, renameSync, rmdirSync } from 'node:fs'
import { Worker } from 'node:worker_threads'
import { sql } from 'kysely'
import Sqlite from 'libsql'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { numbersIn, openCounts, put, type Opened } from './opened.ts'
import { temporaryDirectory } from './temporary-directory.ts'

const temporary = temporaryDirectory()
beforeAll(temporary.make)
afterAll(temporary.remove)

let files = 0
let file = ''
let opened: Opened
const asked = vi.spyOn(Worker.prototype, 'postMessage')
beforeEach(async () => {
  file = temporary.path(`${++files}.db`)
  opened = await openCounts(file, 60_000)
})
afterEach(() => {
  asked.mockReset()
  return opened.database.close()
})
afterAll(() => asked.mockRestore())

/** The thread that was asked last. */
function thread(): Worker {
  const worker = asked.mock.contexts.at(-1)
  if (!(worker instanceof Worker)) throw new Error('No thread was asked')
  return worker
}

/** Resolves when the thread was asked for the n-th time, too early for an answer. */
async function whenAsked(times: number): Promise<void> {
  for (let turns = 0; asked.mock.calls.length < times; turns++) {
    if (turns === 1_000) throw new Error(`It was asked ${asked.mock.calls.length} times`)
    await Promise.resolve()
  }
}

describe('when the thread of a database dies', () => {
  it('all that waits fails and says so, and the next query starts another', async () => {
    const { db, database } = opened
    await put(db, 1)
    asked.mockClear()
    asked.mockImplementation(() => undefined)
    const transaction = db.transaction().execute(trx => put(trx, 3))
    const outcomes = Promise.allSettled([numbersIn(db), put(db, 2), transaction, database.ping()])
    await whenAsked(3)
    await thread().terminate()
    for (const outcome of await outcomes)
      expect(outcome).toMatchObject({
        status: 'rejected',
        reason: { message: `The thread of the database file ${file} died: it was ended` }
      })
    asked.mockReset()
    expect(await Promise.all([numbersIn(db), numbersIn(db)])).toEqual([[1], [1]])
    expect(new Set(asked.mock.contexts).size).toBe(1)
    await expect(database.ping()).resolves.toBeUndefined()
    await put(db, 4)
    expect(await numbersIn(db)).toEqual([1, 4])
  })

  it('a transaction does not go on in another', async () => {
    const { db } = opened
    const broken = db.transaction().execute(async trx => {
      await put(trx, 1)
      await thread().terminate()
      expect(await numbersIn(db)).toEqual([])
      await put(trx, 2)
    })
    await expect(broken).rejects.toThrow('died: it was ended')
    expect(await numbersIn(db)).toEqual([])
    await put(db, 3)
    expect(await numbersIn(db)).toEqual([3])
  })

  it('its last words are told', async () => {
    const { db } = opened
    await put(db, 1)
    asked.mockClear()
    const failing = put(db, 2)
    failing.catch(() => undefined)
    await whenAsked(1)
    thread().emit('error', new Error('Worker terminated due to reaching memory limit'))
    await expect(failing).rejects.toThrow('died: Worker terminated due to reaching memory limit')
    await thread().terminate()
  })

  it('because an answer cannot be read, no other answer is taken for it', async () => {
    const { db } = opened
    asked.mockClear()
    const failing = Promise.allSettled([numbersIn(db), sql`select 'other'`.execute(db)])
    await whenAsked(2)
    thread().emit('messageerror', new Error('unreadable'))
    for (const outcome of await failing)
      expect(outcome).toHaveProperty('reason.message', expect.stringContaining('unreadable'))
    expect(await numbersIn(db)).toEqual([])
  })

  it('what was in memory is not missed in silence', async () => {
    const { db, database } = await openCounts(':memory:')
    await put(db, 1)
    await thread().terminate()
    for (const query of [(): Promise<unknown> => database.ping(), () => numbersIn(db), () => put(db, 2)])
      await expect(query()).rejects.toThrow('The thread of the database file :memory: died')
    await expect(database.close()).resolves.toBeUndefined()
  })

  it('and no other can be started, queries fail and say why until one can', async () => {
    const { db } = opened
    await put(db, 1)
    await thread().terminate()
    renameSync(file, `${file}.away`)
    mkdirSync(file)
    await expect(numbersIn(db)).rejects.toThrow(`The database file ${file} is a directory`)
    rmdirSync(file)
    renameSync(`${file}.away`, file)
    expect(await numbersIn(db)).toEqual([1])
  })
})

describe('closing', () => {
  it('lets what is under way finish', async () => {
    const { db, database } = opened
    await put(db, 1)
    asked.mockClear()
    const reading = numbersIn(db)
    const writing = put(db, 2)
    await whenAsked(2)
    await Promise.all([database.close(), database.close()])
    expect(await reading).toEqual([1])
    await expect(writing).resolves.toBeDefined()
    expect(existsSync(`${file}-wal`)).toBe(false)
    opened = await openCounts(file)
    expect(await numbersIn(opened.db)).toEqual([1, 2])
  })

  it('fails what waits for a transaction that goes on', async () => {
    const { db, database } = opened
    let waiting: Promise<unknown> | undefined
    const open = db.transaction().execute(async trx => {
      await put(trx, 1)
      waiting = put(db, 2)
      waiting.catch(() => undefined)
      await Promise.resolve()
      await database.close()
      await expect(waiting).rejects.toThrow(`The database file ${file} is not open: it was closed`)
    })
    await expect(open).rejects.toThrow('not open')
  })

  it('fails what waits for another process', async () => {
    const { db, database } = opened
    const owner = new Sqlite(file)
    owner.exec('begin immediate')
    const waiting = put(db, 1)
    waiting.catch(() => undefined)
    await numbersIn(db)
    await database.close()
    await expect(waiting).rejects.toThrow('is not open')
    owner.close()
  })

  it('ends when the thread dies meanwhile, and so does what waits', async () => {
    const { db, database } = opened
    asked.mockClear()
    asked.mockImplementation(() => undefined)
    const waiting = Promise.allSettled([numbersIn(db)])
    await whenAsked(1)
    const closing = database.close()
    await whenAsked(2)
    await thread().terminate()
    await expect(closing).resolves.toBeUndefined()
    expect(await waiting).toMatchObject([{ reason: { message: expect.stringContaining('died') as string } }])
  })

  it('works when the thread is dead', async () => {
    await put(opened.db, 1)
    await thread().terminate()
    await expect(opened.database.close()).resolves.toBeUndefined()
    await expect(opened.database.close()).resolves.toBeUndefined()
  })
})

describe('an error of SQLite', () => {
  it('keeps its codes, and shows who asked', async () => {
    const { db } = opened
    await sql`create unique index a_once on a_counts (n)`.execute(db)
    await put(db, 1)
    const failure: unknown = await db
      .insertInto('a_counts')
      .values({ n: 1 })
      .execute()
      .catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(Error)
    expect(failure).toMatchObject({
      name: 'SqliteError',
      message: 'UNIQUE constraint failed: a_counts.n',
      code: 'SQLITE_CONSTRAINT_UNIQUE',
      rawCode: 2067
    })
    expect(failure).toHaveProperty('stack', expect.stringContaining('sqlite-thread.test.ts'))
  })

  it('is the same for a statement that makes no sense', async () => {
    const failure: unknown = await sql`selekt 1`.execute(opened.db).catch((error: unknown) => error)
    expect(failure).toMatchObject({
      code: 'SQLITE_ERROR',
      rawCode: 1,
      message: 'near "selekt": syntax error'
    })
  })
})
