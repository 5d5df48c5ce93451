import type { Kysely, Migration } from 'kysely'
import { afterAll, afterEach, describe, expect, test } from 'vitest'
import { PostgresDatabase } from '../../../../src/plugins/database/postgres/postgres-database.ts'
import { SqliteDatabase } from '../../../../src/plugins/database/sqlite-database.ts'
import type { Database } from '../../../../src/plugins/database/service.ts'
import { FencedError, openTerms, type Terms } from '../../../../src/plugins/im-ws-gateway/nodes/terms.ts'
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
    const old = await mine
      .during(await mine.next(), 'old', () => void fenced++)
      .open<Tables>('notes', migrations)
    return {
      old,
      next: async () => theirs.during(await theirs.next(), 'new', () => {}).open<Tables>('notes', migrations),
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
    const later = await theirs.during(late, 'late', () => {}).open<Tables>('notes', migrations)
    await expect(mine.during(early, 'early', () => {}).open<Tables>('notes', migrations)).rejects.toThrow(
      FencedError
    )
    await write(later, 'late')
    expect(await later.selectFrom('notes_rows').selectAll().execute()).toHaveLength(1)
  })

  /** A database as it is after it has lost its last writes, with two hosts that know nothing of it. */
  async function losing() {
    const [here, there] = (await engines[engine]?.()) ?? []
    if (!here || !there) throw new Error('no such engine')
    const [mine, theirs] = [await openTerms(here), await openTerms(there)]
    const rows = await here.open<{ im_nodes_terms: { namespace: string; term: number; host: string } }>(
      'aside',
      {}
    )
    const fenced: string[] = []
    return {
      mine,
      theirs,
      fenced,
      open: (terms: Terms, term: number, host: string) =>
        terms.during(term, host, () => void fenced.push(host)).open<Tables>('notes', migrations),
      /** Puts a row back to what it was before. */
      putBack: (namespace: string, term: number, host = '') =>
        rows.updateTable('im_nodes_terms').set({ term, host }).where('namespace', '=', namespace).execute()
    }
  }

  test('of two hosts that have drawn one term the first to claim writes; the other is told, and draws again', async () => {
    const { mine, theirs, open: claim, putBack, fenced } = await losing()
    const term = await mine.next()
    const one = await claim(mine, term, 'one')
    await putBack('', term - 1)
    expect(await theirs.next()).toBe(term)
    await expect(claim(theirs, term, 'other')).rejects.toThrow(FencedError)
    expect(fenced).toEqual(['other'])
    await write(one, 'one')
    await expect(claim(mine, term, 'one')).resolves.toBeDefined()
    const other = await claim(theirs, await theirs.next(), 'other')
    await expect(write(one, 'late')).rejects.toThrow(FencedError)
    await write(other, 'other')
    const kept = await other.selectFrom('notes_rows').selectAll().execute()
    expect(kept.map(({ text }) => text)).toEqual(['one', 'other'])
    expect(fenced).toEqual(['other', 'one'])
  })

  test('a host whose claim the database has lost writes nothing beside the one that has its term by then', async () => {
    const { mine, theirs, open: claim, putBack, fenced } = await losing()
    const before = await mine.next()
    await claim(mine, before, 'before')
    const term = await mine.next()
    const one = await claim(mine, term, 'one')
    await putBack('', before)
    await putBack('notes', before, 'before')
    expect(await theirs.next()).toBe(term)
    const other = await claim(theirs, term, 'other')
    await expect(write(one, 'one')).rejects.toThrow(FencedError)
    await expect(one.transaction().execute(trx => write(trx, 'one'))).rejects.toThrow(FencedError)
    await write(other, 'other')
    expect(await other.selectFrom('notes_rows').selectAll().execute()).toEqual([{ text: 'other' }])
    expect(fenced).toEqual(['one'])
  })

  test('a term that was heard of is not drawn again, whatever the database says', async () => {
    const { mine, putBack } = await losing()
    const term = await mine.next()
    await putBack('', 0)
    expect([await mine.next(term + 7), await mine.next(1), await mine.next()]).toEqual([
      term + 8,
      term + 9,
      term + 10
    ])
  })
})
