import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql, type Kysely, type Migration } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { SqliteDatabase } from '../../src/plugins/database/sqlite-database.ts'
import { run } from './program.ts'

const folder = mkdtempSync(join(tmpdir(), 'paifang-backup-'))
const file = join(folder, 'data', 'paifang.db')
beforeAll(() => writeFileSync(join(folder, 'paifang.config.yaml'), 'plugins: { database: true }'))
afterAll(() => rmSync(folder, { recursive: true }))

async function backup(args: string[], env: NodeJS.ProcessEnv = {}): Promise<[number | null, string]> {
  await using program = run('cli.js', ['backup', ...args], { cwd: folder, env })
  return [await program.ended, program.output()]
}

test('what is not there, or no SQLite file, is not backed up, and nothing is made', async () => {
  expect(await backup(['copy.db'])).toEqual([64, expect.stringContaining(`${file} does not exist`)])
  expect(await backup([])).toEqual([64, expect.stringContaining('usage: paifang backup FILE')])
  const memory = await backup(['copy.db'], { PAIFANG_DATABASE_FILE: ':memory:' })
  expect(memory).toEqual([64, expect.stringContaining('no SQLite file')])
  const postgres = await backup(['copy.db'], { PAIFANG_DATABASE_DRIVER: 'postgres' })
  expect(postgres).toEqual([64, expect.stringContaining('pg_dump')])
  expect([existsSync(file), existsSync(join(folder, 'copy.db'))]).toEqual([false, false])
})

const create: Record<string, Migration> = {
  '1': { up: ({ schema }) => schema.createTable('a_rows').addColumn('id', 'integer').execute() }
}

test('a copy has all that was committed at one moment while rows come, in one file for its owner, and replaces nothing', async () => {
  await using database = await opened(file)
  const { db } = database
  const copy = join(folder, 'copy.db')
  let last = 0
  const ended = new AbortController()
  const add = async (): Promise<void> => void (await sql`insert into a_rows values (${++last})`.execute(db))
  await add()
  const copied = backup(['copy.db']).finally(() => ended.abort())
  while (!ended.signal.aborted) await add()
  expect(await copied).toEqual([0, expect.stringContaining(`was copied to ${copy}`)])
  expect(statSync(copy).mode & 0o777).toBe(0o600)
  expect(existsSync(`${copy}-wal`)).toBe(false)

  const bytes = readFileSync(copy)
  expect(await backup(['copy.db'])).toEqual([64, expect.stringContaining(`${copy} is there already`)])
  expect(readFileSync(copy).equals(bytes)).toBe(true)
  const nowhere = join(folder, 'no', 'folder')
  expect(await backup([nowhere])).toEqual([64, expect.stringContaining(`${nowhere} cannot be made: ENOENT`)])

  await using restored = await opened(copy)
  const { rows } = await sql<{ id: number }>`select id from a_rows order by id`.execute(restored.db)
  expect(rows.length).toBeGreaterThan(0)
  expect(rows.map(({ id }) => id)).toEqual(rows.map((_, index) => index + 1))
})

test('a file that stays locked is given up after a while, and no empty copy is left', async () => {
  await using database = await opened(file)
  const held = database.db.transaction().execute(async trx => {
    await sql`insert into a_rows values (0)`.execute(trx)
    const [code, said] = await backup(['late.db'], { PAIFANG_DATABASE_BUSY_TIMEOUT_MS: '50' })
    expect([code, said]).toEqual([1, expect.stringContaining('no backup was made')])
  })
  await held
  expect(existsSync(join(folder, 'late.db'))).toBe(false)
})

async function opened(path: string): Promise<AsyncDisposable & { readonly db: Kysely<unknown> }> {
  const database = await SqliteDatabase.connect(path, 1_000)
  const db = await database.open<unknown>('a', create)
  return { db, [Symbol.asyncDispose]: () => database.close() }
}
