import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { sql, type Kysely } from 'kysely'
import { SqliteDatabase } from '../../../src/plugins/database/sqlite-database.ts'
import { temporaryDirectory } from './temporary-directory.ts'

interface Tables {
  a_counts: { n: number }
}

const temporary = temporaryDirectory()
beforeAll(temporary.make)
afterAll(temporary.remove)

describe('kysely on SQLite', () => {
  const opened: SqliteDatabase[] = []
  let files = 0
  let file = ''
  let db: Kysely<Tables>
  beforeEach(async () => {
    file = temporary.path(`${++files}.db`)
    db = await connect()
    await db.insertInto('a_counts').values({ n: 0 }).execute()
  })
  afterEach(() => Promise.all(opened.splice(0).map(database => database.close())))

  async function connect(): Promise<Kysely<Tables>> {
    const database = await SqliteDatabase.connect(file, 0)
    opened.push(database)
    const create = (schema: Kysely<unknown>): Promise<void> =>
      schema.schema.createTable('a_counts').addColumn('n', 'integer').execute()
    return database.open<Tables>('a', { '1_create': { up: create } })
  }

  const readIn = (trx: Kysely<Tables>): Promise<unknown> => trx.selectFrom('a_counts').selectAll().execute()

  it('loses no update of transactions that read before they write', async () => {
    const increment = (): Promise<void> =>
      db.transaction().execute(async trx => {
        const { n } = await trx.selectFrom('a_counts').select('n').executeTakeFirstOrThrow()
        await trx
          .updateTable('a_counts')
          .set({ n: n + 1 })
          .execute()
      })
    await Promise.all(Array.from({ length: 30 }, increment))
    expect(await db.selectFrom('a_counts').select('n').execute()).toEqual([{ n: 30 }])
  })

  it('takes the write lock with the first statement of a transaction, a read too', async () => {
    const other = await connect()
    await db.transaction().execute(async trx => {
      await readIn(trx)
      await expect(other.transaction().execute(readIn)).rejects.toThrow('database is locked')
      expect(await other.selectFrom('a_counts').selectAll().execute()).toEqual([{ n: 0 }])
    })
    await expect(other.transaction().execute(readIn)).resolves.toEqual([{ n: 0 }])
  })

  it('shows the first failure when SQLite has ended the transaction itself', async () => {
    const failing = db
      .transaction()
      .execute(trx => sql`insert or rollback into nowhere values (1)`.execute(trx))
    await expect(failing).rejects.toThrow('no such table')
    await db.schema.createIndex('a_unique').on('a_counts').column('n').unique().execute()
    const ended = db
      .transaction()
      .execute(trx => sql`insert or rollback into a_counts values (0)`.execute(trx))
    await expect(ended).rejects.toThrow(/UNIQUE constraint failed/)
    await expect(db.transaction().execute(() => Promise.resolve(1))).resolves.toBe(1)
  })

  it('nests savepoints', async () => {
    const trx = await db.startTransaction().execute()
    const kept = await trx.savepoint('kept').execute()
    await kept.insertInto('a_counts').values({ n: 1 }).execute()
    await (await kept.rollbackToSavepoint('kept').execute()).insertInto('a_counts').values({ n: 2 }).execute()
    await trx.commit().execute()
    expect(await db.selectFrom('a_counts').select('n').execute()).toEqual([{ n: 0 }, { n: 2 }])
  })

  it('runs what cannot be in a transaction', async () => {
    await expect(sql`vacuum`.execute(db)).resolves.toBeDefined()
    await expect(sql`pragma optimize`.execute(db)).resolves.toBeDefined()
  })

  it('refuses a value that would end the process', async () => {
    const dangerous = db.insertInto('a_counts').values({ n: true as unknown as number })
    await expect(dangerous.execute()).rejects.toThrow('The database has no type for Boolean')
  })

  it('commits what comes after a write that waited in vain for a lock', async () => {
    const other = await connect()
    await db.transaction().execute(async trx => {
      await readIn(trx)
      await expect(other.insertInto('a_counts').values({ n: 1 }).execute()).rejects.toThrow('is locked')
      await expect(sql`insert into a_counts values (1) returning n`.execute(other)).rejects.toThrow(
        'is locked'
      )
      await expect(other.transaction().execute(readIn)).rejects.toThrow('is locked')
    })
    await other.insertInto('a_counts').values({ n: 2 }).execute()
    await other.transaction().execute(trx => trx.insertInto('a_counts').values({ n: 3 }).execute())
    expect(await db.selectFrom('a_counts').select('n').execute()).toEqual([{ n: 0 }, { n: 2 }, { n: 3 }])
  })

  it('keeps no snapshot of a stream that is left halfway', async () => {
    const numbers = Array.from({ length: 1_000 }, (_, n) => ({ n }))
    await db.insertInto('a_counts').values(numbers).execute()
    for await (const { n } of db.selectFrom('a_counts').select('n').stream()) if (n === 10) break
    await db.deleteFrom('a_counts').execute()
    const { rows } = await sql<{ busy: number; log: number }>`pragma wal_checkpoint(truncate)`.execute(db)
    expect(rows).toMatchObject([{ busy: 0, log: 0 }])
  })

  it('streams rows', async () => {
    await db
      .insertInto('a_counts')
      .values([{ n: 1 }, { n: 2 }])
      .execute()
    const seen: number[] = []
    for await (const { n } of db.selectFrom('a_counts').select('n').where('n', '>', 0).stream()) seen.push(n)
    expect(seen).toEqual([1, 2])
  })

  it('says in a failed opening of a namespace which file is locked', async () => {
    const other = await connect()
    await db.transaction().execute(async trx => {
      await readIn(trx)
      const [, second] = opened
      await expect(second?.open('b', {})).rejects.toThrow(
        `The tables of namespace 'b' could not be brought up to date: The database file ${file} is locked`
      )
    })
    expect(await other.selectFrom('a_counts').selectAll().execute()).toEqual([{ n: 0 }])
  })
})
