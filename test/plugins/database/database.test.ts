import { existsSync, readdirSync, rmSync } from 'node:fs'
import { sql, type Kysely } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { metaOf } from '../../../src/core/plugin.ts'
import database from '../../../src/plugins/database/index.ts'
import type { Database } from '../../../src/plugins/database/service.ts'
import { testPlugin } from '../../../src/testing/index.ts'
import { databaseContract } from '../../contracts/database.ts'
import { temporaryDirectory } from './temporary-directory.ts'

const health = metaOf(database)?.health
const temporary = temporaryDirectory()
beforeAll(temporary.make)
afterAll(temporary.remove)

let files = 0
databaseContract('sqlite', async () => {
  const file = temporary.path(`contract-${++files}`, 'paifang.db')
  let app = await testPlugin(database, { config: { file } })
  return {
    database: app.service,
    restart: async () => {
      await app.close()
      app = await testPlugin(database, { config: { file } })
      return app.service
    },
    close: () => app.close()
  }
})

describe('the plugin database', () => {
  it('makes the directory of its file', async () => {
    const file = temporary.path('deep', 'deeper', 'a.db')
    await using app = await testPlugin(database, { config: { file } })
    expect(app.service.driver).toBe('sqlite')
    expect(existsSync(file)).toBe(true)
  })

  it('keeps nothing in memory', async () => {
    for (let round = 0; round < 2; round++) {
      await using app = await testPlugin(database, { config: { file: ':memory:' } })
      const db = await app.service.open('a', { '1': { up: schema => createTable(schema) } })
      await sql`insert into a_t values (1)`.execute(db)
      expect((await sql`select * from a_t`.execute(db)).rows).toHaveLength(1)
      await expect(health?.(app.service)).resolves.toBeUndefined()
    }
    expect(existsSync(':memory:')).toBe(false)
  })

  it('acknowledges only what is on the disk, in write-ahead mode, with foreign keys', async () => {
    const file = temporary.path('pragmas.db')
    await using app = await testPlugin(database, { config: { file, busyTimeoutMs: 123 } })
    expect(await pragma(app.service, 'journal_mode')).toBe('wal')
    expect(await pragma(app.service, 'synchronous')).toBe(2)
    expect(await pragma(app.service, 'foreign_keys')).toBe(1)
    expect(await pragma(app.service, 'busy_timeout')).toBe(123)
  })

  it('leaves one file behind', async () => {
    const file = temporary.path('closed', 'a.db')
    const app = await testPlugin(database, { config: { file } })
    const db = await app.service.open('a', { '1': { up: schema => createTable(schema) } })
    await sql`insert into a_t values (1)`.execute(db)
    expect(readdirSync(temporary.path('closed'))).toContain('a.db-wal')
    await app.close()
    expect(readdirSync(temporary.path('closed'))).toEqual(['a.db'])
  })

  it('rolls back the transaction in which it is closed', async () => {
    const file = temporary.path('closing', 'a.db')
    const app = await testPlugin(database, { config: { file } })
    const db = await app.service.open('a', { '1': { up: schema => createTable(schema) } })
    const closedWithin = db.transaction().execute(async trx => {
      await sql`insert into a_t values (1)`.execute(trx)
      await app.close()
      await sql`insert into a_t values (2)`.execute(trx)
    })
    await expect(closedWithin).rejects.toThrow('not open')
    expect(readdirSync(temporary.path('closing'))).toEqual(['a.db'])
    await using again = await testPlugin(database, { config: { file } })
    const after = await again.service.open('a', { '1': { up: schema => createTable(schema) } })
    expect((await sql`select * from a_t`.execute(after)).rows).toEqual([])
  })

  it('leaves the log to another that uses the file', async () => {
    const config = { file: temporary.path('shared', 'a.db') }
    const [first, second] = [await testPlugin(database, { config }), await testPlugin(database, { config })]
    const db = await second.service.open('a', { '1': { up: schema => createTable(schema) } })
    await first.close()
    await sql`insert into a_t values (1)`.execute(db)
    await expect(second.service.ping()).resolves.toBeUndefined()
    expect(await pragma(second.service, 'journal_mode')).toBe('wal')
    await second.close()
  })

  it('is unhealthy when its file is gone, or another is in its place', async () => {
    const file = temporary.path('gone.db')
    await using app = await testPlugin(database, { config: { file } })
    await expect(health?.(app.service)).resolves.toBeUndefined()
    rmSync(file)
    await expect(health?.(app.service)).rejects.toThrow(`${file} was removed or replaced`)
    await using other = await testPlugin(database, { config: { file } })
    await expect(health?.(app.service)).rejects.toThrow('removed or replaced')
    await expect(health?.(other.service)).resolves.toBeUndefined()
  })

  it('refuses an empty file name and a driver it does not know', async () => {
    await expect(testPlugin(database, { config: { file: '' } })).rejects.toThrow('plugins.database.file')
    const unknown = { driver: 'oracle' as 'sqlite' }
    await expect(testPlugin(database, { config: unknown })).rejects.toThrow('must be one of sqlite')
  })

  it('takes the file from the environment', async () => {
    const file = temporary.path('from-env.db')
    await using app = await testPlugin(database, { env: { PAIFANG_DATABASE_FILE: file } })
    await expect(app.service.ping()).resolves.toBeUndefined()
    expect(existsSync(file)).toBe(true)
  })
})

function createTable(db: Kysely<unknown>): Promise<void> {
  return db.schema.createTable('a_t').addColumn('x', 'integer').execute()
}

async function pragma(service: Database, name: string): Promise<unknown> {
  const { rows } = await sql<Record<string, unknown>>`pragma ${sql.raw(name)}`.execute(
    await service.open('p', {})
  )
  return Object.values(rows[0] ?? {})[0]
}
