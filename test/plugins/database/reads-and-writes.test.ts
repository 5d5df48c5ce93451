import { sql, type Migration } from 'kysely'
import Sqlite from 'libsql'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { numbersIn, openCounts, put, type Opened } from './opened.ts'
import { temporaryDirectory } from './temporary-directory.ts'

const temporary = temporaryDirectory()
beforeAll(temporary.make)
afterAll(temporary.remove)

let files = 0
let file = ''
let opened: Opened
beforeEach(async () => {
  file = temporary.path(`${++files}.db`)
  opened = await openCounts(file, 60_000)
})
afterEach(() => opened.database.close())

describe('a read', () => {
  it('waits for no transaction, and sees what is committed', async () => {
    const { db, database } = opened
    await db.transaction().execute(async trx => {
      await put(trx, 1)
      expect(await numbersIn(db)).toEqual([])
      expect(await sql`select n from a_counts`.execute(db)).toMatchObject({ rows: [] })
      await expect(database.ping()).resolves.toBeUndefined()
      expect(await numbersIn(trx)).toEqual([1])
    })
    expect(await numbersIn(db)).toEqual([1])
  })

  it('waits for no other process that has locked the file', async () => {
    const { db } = opened
    const owner = new Sqlite(file)
    owner.exec('begin immediate')
    let written = false
    const writing = put(db, 1).then(() => (written = true))
    const transacting = db.transaction().execute(trx => put(trx, 2))
    expect(await numbersIn(db)).toEqual([])
    expect(written).toBe(false)
    owner.exec('rollback')
    owner.close()
    await Promise.all([writing, transacting])
    expect(await numbersIn(db)).toEqual([1, 2])
  })

  it('sees every write that was acknowledged before', async () => {
    const { db } = opened
    for (let n = 0; n < 50; n++) {
      await (n % 2 ? put(db, n) : db.transaction().execute(trx => put(trx, n)))
      expect(await numbersIn(db)).toHaveLength(n + 1)
    }
  })

  it('cannot write', async () => {
    const { db } = opened
    await expect(sql`select 1; delete from a_counts`.execute(db)).resolves.toMatchObject({ rows: [{ 1: 1 }] })
    await put(db, 1)
    expect(await numbersIn(db)).toEqual([1])
  })

  it('waits for the transaction when all is in memory', async () => {
    const { db, database } = await openCounts(':memory:')
    let read: Promise<number[]> | undefined
    await db.transaction().execute(async trx => {
      await put(trx, 1)
      read = numbersIn(db)
      await put(trx, 2)
    })
    expect(await read).toEqual([1, 2])
    await database.close()
  })
})

describe('writes', () => {
  it('come into force in the order in which they were asked for', async () => {
    const { db } = opened
    const order = Array.from({ length: 40 }, (_, n) => n)
    const write = (n: number): Promise<unknown> =>
      n % 3 ? put(db, n) : db.transaction().execute(trx => put(trx, n))
    await Promise.all(order.map(write))
    const { rows } = await sql<{ n: number }>`select n from a_counts order by rowid`.execute(db)
    expect(rows.map(({ n }) => n)).toEqual(order)
  })

  it('of others wait for a connection that has written until it is given back', async () => {
    const { db } = opened
    let other: Promise<unknown> | undefined
    await db.connection().execute(async connection => {
      await sql`create temp table a_notes (note text)`.execute(connection)
      other = put(db, 2)
      await put(connection, 1)
      await sql`insert into a_notes values ('only here')`.execute(connection)
      expect((await sql`select * from a_notes`.execute(connection)).rows).toHaveLength(1)
    })
    await other
    const { rows } = await sql`select n from a_counts order by rowid`.execute(db)
    expect(rows).toEqual([{ n: 1 }, { n: 2 }])
  })

  it('do not go on in a transaction that SQLite has ended', async () => {
    const { db } = opened
    await sql`create unique index a_once on a_counts (n)`.execute(db)
    await put(db, 1)
    const ended = db.transaction().execute(async trx => {
      await put(trx, 2)
      await expect(sql`insert or rollback into a_counts values (1)`.execute(trx)).rejects.toThrow('UNIQUE')
      await put(trx, 3)
    })
    await expect(ended).rejects.toThrow('SQLite has rolled the transaction back')
    expect(await numbersIn(db)).toEqual([1])
  })

  it('that nobody awaits in their transaction hold up nobody', async () => {
    const { db } = opened
    const forgotten = await db.transaction().execute(trx => Promise.resolve({ query: put(trx, 1) }))
    const late = await db.connection().execute(connection => Promise.resolve({ query: put(connection, 2) }))
    await Promise.allSettled([forgotten.query, late.query])
    await put(db, 3)
    await db.transaction().execute(trx => put(trx, 4))
    expect(await numbersIn(db)).toEqual(expect.arrayContaining([3, 4]))
  })

  it('of a transaction without statements are none', async () => {
    const { db } = opened
    const owner = new Sqlite(file)
    owner.exec('begin immediate')
    await expect(db.transaction().execute(() => Promise.resolve('done'))).resolves.toBe('done')
    const failing = db.transaction().execute(() => Promise.reject(new Error('changed my mind')))
    await expect(failing).rejects.toThrow('changed my mind')
    owner.close()
  })
})

describe('a statement that was prepared before', () => {
  it('sees the tables as a migration has made them since', async () => {
    const { db, database } = opened
    await put(db, 1)
    const all = (): Promise<unknown> => db.selectFrom('a_counts').selectAll().execute()
    const added = (n: number): Promise<unknown> =>
      sql`insert into a_counts (n) values (${n}) returning *`.execute(db).then(({ rows }) => rows)
    expect([await all(), await added(2)]).toEqual([[{ n: 1 }], [{ n: 2 }]])
    const add: Migration = {
      up: ({ schema }) =>
        schema
          .alterTable('a_counts')
          .addColumn('m', 'integer', m => m.defaultTo(7))
          .execute()
    }
    await database.open('b', { '1_add': add })
    expect(await all()).toEqual([
      { n: 1, m: 7 },
      { n: 2, m: 7 }
    ])
    expect(await added(3)).toEqual([{ n: 3, m: 7 }])
    await db.schema.dropTable('a_counts').execute()
    await expect(all()).rejects.toThrow('no such table')
    await db.schema.createTable('a_counts').addColumn('other', 'text').execute()
    expect(await all()).toEqual([])
  })

  it('works after it has failed', async () => {
    const { db } = opened
    await sql`create unique index a_once on a_counts (n)`.execute(db)
    for (const n of [1, 2]) {
      await put(db, n)
      await expect(put(db, n)).rejects.toThrow('UNIQUE')
    }
    expect(await numbersIn(db)).toEqual([1, 2])
  })

  it('is prepared again after many others', async () => {
    const { db } = opened
    const columns = Array.from({ length: 300 }, (_, index) => `c${index}`)
    const ask = (column: string): Promise<unknown> =>
      sql`select 1 as ${sql.id(column)}`.execute(db).then(({ rows }) => rows)
    for (const round of [columns, columns.toReversed()]) {
      const answers = await Promise.all(round.map(ask))
      expect(answers).toEqual(round.map(column => [{ [column]: 1 }]))
    }
  })
})
