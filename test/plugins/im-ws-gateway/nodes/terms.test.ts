import type { Kysely, Migration } from 'kysely'
import { afterAll, afterEach, describe, expect, test } from 'vitest'
import { PostgresDatabase } from '../../../../src/plugins/database/postgres/postgres-database.ts'
import { SqliteDatabase } from '../../../../src/plugins/database/sqlite-database.ts'
import type { Database } from '../../../../src/plugins/database/service.ts'
import { FencedError, openTerms } from '../../../../src/plugins/im-ws-gateway/nodes/terms.ts'
import { hasPostgres, startPostgres, type PostgresServer } from '../../../servers/postgres.ts'

interface Tables {
  notes_rows: { readonly text: string }
}

const migrations: Readonly<Record<string, Migration>> = {
  '001-rows': {
    async up(db) {
      await db.schema.createTable('notes_rows').addColumn('text', 'text').execute()
    }
  }
}
const log = { warn: () => {} } as never
const open: { close(): Promise<void> }[] = []
let server: PostgresServer | undefined
afterAll(async () => server?.[Symbol.asyncDispose]())
afterEach(async () => {
  for (const each of open.splice(0).toReversed()) await each.close()
})

/** Two nodes' views of one database. */
const engines: Readonly<Record<string, () => Promise<readonly [Database, Database]>>> = {
  async sqlite() {
    const database = await SqliteDatabase.connect(':memory:', 1_000)
    open.push(database)
    return [database, database]
  },
  async postgres() {
    server ??= await startPostgres()
    const settings = {
      url: await server.database(),
      maxConnections: 4,
      connectTimeoutMs: 5_000,
      statementTimeoutMs: 5_000
    }
    const [one, other] = [
      await PostgresDatabase.connect(settings, log),
      await PostgresDatabase.connect(settings, log)
    ]
    open.push(one, other)
    return [one, other]
  }
}
const names = ['sqlite', ...(hasPostgres ? ['postgres'] : [])]

describe.each(names)('terms on %s', engine => {
  async function twoTerms(): Promise<{
    readonly old: Kysely<Tables>
    readonly next: () => Promise<Kysely<Tables>>
    readonly fenced: () => number
    readonly texts: () => Promise<string[]>
  }> {
    const [here, there] = (await engines[engine]?.()) ?? []
    if (!here || !there) throw new Error('no such engine')
    const [mine, theirs] = [await openTerms(here), await openTerms(there)]
    let fenced = 0
    const old = await mine.during(await mine.next(), () => void fenced++).open<Tables>('notes', migrations)
    return {
      old,
      next: async () => theirs.during(await theirs.next(), () => {}).open<Tables>('notes', migrations),
      fenced: () => fenced,
      texts: async () => (await old.selectFrom('notes_rows').selectAll().execute()).map(({ text }) => text)
    }
  }
  const write = (db: Kysely<Tables>, text: string): Promise<unknown> =>
    db.insertInto('notes_rows').values({ text }).execute()

  test('the host of the last term writes, alone and in transactions, which it may roll back', async () => {
    const { old, texts } = await twoTerms()
    await write(old, 'alone')
    await old.transaction().execute(trx => write(trx, 'in one'))
    const failing = old.transaction().execute(async trx => {
      await write(trx, 'never')
      throw new Error('no')
    })
    await expect(failing).rejects.toThrow('no')
    await expect(write(old, null as never)).resolves.toBeDefined()
    expect(await texts()).toEqual(['alone', 'in one', null])
  })

  test('a host whose term is over can read, and not write in any way; it hears of it once', async () => {
    const { old, next, fenced, texts } = await twoTerms()
    await write(old, 'old')
    await write(await next(), 'new')
    await expect(write(old, 'late')).rejects.toThrow(FencedError)
    await expect(old.transaction().execute(trx => write(trx, 'late'))).rejects.toThrow(FencedError)
    await expect(old.deleteFrom('notes_rows').execute()).rejects.toThrow(FencedError)
    expect(fenced()).toBe(1)
    expect(await texts()).toEqual(['old', 'new'])
  })

  test('what an old host has begun to write is there before a new one begins, or not at all', async () => {
    const { old, next, texts } = await twoTerms()
    let claimed: Promise<Kysely<Tables>> | undefined
    const writing = old.transaction().execute(async trx => {
      await write(trx, 'first')
      claimed = next()
      await write(trx, 'second')
    })
    await writing
    const opened = await claimed
    expect(await opened?.selectFrom('notes_rows').selectAll().execute()).toHaveLength(2)
    await expect(write(old, 'third')).rejects.toThrow(FencedError)
    expect(await texts()).toEqual(['first', 'second'])
  })

  test('a term that has been passed by cannot claim what a later one has', async () => {
    const [here, there] = (await engines[engine]?.()) ?? []
    if (!here || !there) throw new Error('no such engine')
    const [mine, theirs] = [await openTerms(here), await openTerms(there)]
    const [early, late] = [await mine.next(), await theirs.next()]
    const later = await theirs.during(late, () => {}).open<Tables>('notes', migrations)
    await expect(mine.during(early, () => {}).open<Tables>('notes', migrations)).rejects.toThrow(FencedError)
    await write(later, 'late')
    expect(await later.selectFrom('notes_rows').selectAll().execute()).toHaveLength(1)
  })
})
