import { sql, type Kysely } from 'kysely'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import database from '../../../../src/plugins/database/index.ts'
import type { Database } from '../../../../src/plugins/database/service.ts'
import { testPlugin, type TestGateway } from '../../../../src/testing/index.ts'
import { freePort } from '../../../servers/free-port.ts'
import { hasPostgres, startPostgres, type PostgresServer } from '../../../servers/postgres.ts'

interface Tables {
  a_counts: { name: string; n: number }
}

const create = (db: Kysely<unknown>): Promise<void> =>
  db.schema
    .createTable('a_counts')
    .addColumn('name', 'text', name => name.primaryKey())
    .addColumn('n', 'bigint')
    .execute()

type Node = TestGateway<Database> & { readonly db: Kysely<Tables> }

describe.skipIf(!hasPostgres)('the driver postgres', () => {
  let postgres: PostgresServer
  let url: string
  beforeAll(async () => void (postgres = await startPostgres()))
  beforeEach(async () => void (url = await postgres.database()))
  afterAll(() => postgres[Symbol.asyncDispose]())

  async function node(more: object = {}): Promise<Node> {
    const app = await testPlugin(database, { config: { driver: 'postgres', postgres: { url, ...more } } })
    return Object.assign(app, { db: await app.service.open<Tables>('a', { '1': { up: create } }) })
  }

  const put = ({ db }: Node, name: string, n = 0): Promise<unknown> =>
    db.insertInto('a_counts').values({ name, n }).execute()

  const valueOf = async ({ db }: Node, name: string): Promise<number | undefined> =>
    (await db.selectFrom('a_counts').select('n').where('name', '=', name).executeTakeFirst())?.n

  /** Reads and writes in one transaction, with room for others between the two. */
  const add = ({ db }: Node, name: string): Promise<void> =>
    db.transaction().execute(async trx => {
      const { n } = await trx
        .selectFrom('a_counts')
        .select('n')
        .where('name', '=', name)
        .executeTakeFirstOrThrow()
      await sql`select pg_sleep(0)`.execute(trx)
      await trx
        .updateTable('a_counts')
        .set({ n: n + 1 })
        .where('name', '=', name)
        .execute()
    })

  it('lets no transaction of any node come between the reading and the writing of another', async () => {
    await using here = await node()
    await using there = await node()
    await put(here, 'a')
    const single = (): Promise<unknown> =>
      there.db
        .updateTable('a_counts')
        .set(({ eb }) => ({ n: eb('n', '+', 1) }))
        .where('name', '=', 'a')
        .execute()
    await Promise.all(Array.from({ length: 20 }, () => [add(here, 'a'), add(there, 'a'), single()]).flat())
    expect(await valueOf(here, 'a')).toBe(60)
  })

  it('lets plugins write beside each other, with fewer connections than plugins', async () => {
    await using here = await node({ maxConnections: 2 })
    const names = Array.from({ length: 8 }, (_, index) => `p${index}`)
    const all = await Promise.all(
      names.map(name =>
        here.service.open<Record<string, { n: number }>>(name, {
          '1': { up: schema => schema.schema.createTable(`${name}_t`).addColumn('n', 'bigint').execute() }
        })
      )
    )
    const writes = all.flatMap((db, index) =>
      [1, 2, 3].map(n => db.insertInto(`p${index}_t`).values({ n }).execute())
    )
    await Promise.all(writes)
    const counts = await Promise.all(
      all.map((db, index) => db.selectFrom(`p${index}_t`).selectAll().execute())
    )
    expect(counts.map(rows => rows.length)).toEqual(names.map(() => 3))
  })

  it('lets readers see what is committed while a transaction goes on', async () => {
    await using here = await node()
    await put(here, 'a')
    const seen: (number | undefined)[] = []
    await here.db.transaction().execute(async trx => {
      await trx.updateTable('a_counts').set({ n: 1 }).execute()
      seen.push(await valueOf(here, 'a'))
    })
    seen.push(await valueOf(here, 'a'))
    expect(seen).toEqual([0, 1])
  })

  it('takes nested transactions back to their savepoints', async () => {
    await using here = await node()
    const trx = await here.db.startTransaction().execute()
    await trx.insertInto('a_counts').values({ name: 'a', n: 1 }).execute()
    const point = await trx.savepoint('inner').execute()
    await point.insertInto('a_counts').values({ name: 'b', n: 1 }).execute()
    await point.rollbackToSavepoint('inner').execute()
    await trx.commit().execute()
    expect([await valueOf(here, 'a'), await valueOf(here, 'b')]).toEqual([1, undefined])
  })

  it('fails while the server is gone, keeps what was acknowledged, and works when it is back', async () => {
    await using here = await node()
    await put(here, 'kept')
    const under = here.db.transaction().execute(async trx => {
      await trx.insertInto('a_counts').values({ name: 'lost', n: 1 }).execute()
      await postgres.kill()
      await trx.insertInto('a_counts').values({ name: 'lost too', n: 1 }).execute()
    })
    await expect(under).rejects.toThrow(Error)
    await expect(here.service.ping()).rejects.toThrow(Error)
    await expect(put(here, 'refused')).rejects.toThrow(Error)
    await postgres.start()
    await expect
      .poll(
        () =>
          put(here, 'again').then(
            () => true,
            () => false
          ),
        { timeout: 10_000 }
      )
      .toBe(true)
    const names = await here.db.selectFrom('a_counts').select('name').orderBy('name').execute()
    expect(names.map(({ name }) => name)).toEqual(['again', 'kept'])
    await expect(here.service.ping()).resolves.toBeUndefined()
  })

  it('rolls back the transaction in which it is closed', async () => {
    const here = await node()
    const closing = here.db.transaction().execute(async trx => {
      await trx.insertInto('a_counts').values({ name: 'a', n: 1 }).execute()
      await here.close()
      await trx.insertInto('a_counts').values({ name: 'b', n: 1 }).execute()
    })
    await expect(closing).rejects.toThrow(Error)
    await using again = await node()
    expect(await again.db.selectFrom('a_counts').selectAll().execute()).toEqual([])
  })

  it('ends a statement that takes too long, and the next one works', async () => {
    await using here = await node({ statementTimeoutMs: 100 })
    await expect(sql`select pg_sleep(60)`.execute(here.db)).rejects.toThrow('statement timeout')
    await put(here, 'a')
    expect(await valueOf(here, 'a')).toBe(0)
  })

  it('waits for a server that is only starting', async () => {
    await postgres.kill()
    const starting = node()
    await postgres.start()
    await using here = await starting
    await put(here, 'a')
    expect(await valueOf(here, 'a')).toBe(0)
  })

  it('says which server cannot be used, why and what helps, and not the password', async () => {
    const port = await freePort()
    const away = { url: `postgres://somebody:hidden@127.0.0.1:${port}/cards`, connectTimeoutMs: 100 }
    const starting = testPlugin(database, { config: { driver: 'postgres', postgres: away } })
    const error = await starting.then(() => undefined, String)
    expect(error).toContain(`The database 127.0.0.1:${port}/cards cannot be used`)
    expect(error).toContain('PAIFANG_DATABASE_POSTGRES_URL')
    expect(error).not.toContain('hidden')
    const absent = { url: url.replace(/\w+$/, 'absent') }
    await expect(testPlugin(database, { config: { driver: 'postgres', postgres: absent } })).rejects.toThrow(
      'database "absent" does not exist'
    )
    const wrong = { url: 'mysql://127.0.0.1/cards' }
    await expect(testPlugin(database, { config: { driver: 'postgres', postgres: wrong } })).rejects.toThrow(
      'is no postgres:// address'
    )
  })
})
