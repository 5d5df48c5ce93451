import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import * as fc from 'fast-check'
import Sqlite from 'libsql'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import database from '../../../src/plugins/database/index.ts'
import { SqliteDatabase } from '../../../src/plugins/database/sqlite-database.ts'
import { testPlugin } from '../../../src/testing/index.ts'
import { temporaryDirectory } from './temporary-directory.ts'

const temporary = temporaryDirectory()
beforeAll(temporary.make)
afterAll(temporary.remove)

describe('a file that cannot be used', () => {
  it('is one problem of the start, without a stack', async () => {
    const file = temporary.path('problem.db')
    writeFileSync(file, 'not a database\n'.repeat(100))
    const failure = await testPlugin(database, { config: { file } }).catch((error: unknown) => String(error))
    expect(failure).toContain(
      `The database file ${file} is not an SQLite database. Move it away, or name another`
    )
    expect(failure).toContain('PAIFANG_DATABASE_FILE')
    expect(failure).not.toMatch(/^\s+at /m)
  })

  it.each([
    ['text', 'This is no database, whatever its name says. '.repeat(100)],
    ['a few bytes', 'hello'],
    ['zeroes', Buffer.alloc(8_192)]
  ])('may hold %s', async (name, content) => {
    const file = temporary.path(`garbage ${name}.db`)
    expect(await refusal(file, content)).toContain(`${file} is not an SQLite database. Move it away`)
  })

  it('may be cut off anywhere', async () => {
    const whole = await madeDatabase()
    const lengths = fc.integer({ min: 1, max: whole.length - 1 })
    await fc.assert(
      fc.asyncProperty(lengths, async length => {
        const reason = await refusal(temporary.path('cut.db'), whole.subarray(0, length))
        expect(reason).toMatch(/is damaged|not an SQLite database/)
      }),
      { numRuns: 40, examples: [[16], [100], [4_096], [whole.length - 4_096], [whole.length - 1]] }
    )
  })

  it('may have a header that is destroyed', async () => {
    const whole = await madeDatabase()
    const noHeader = Buffer.from(whole).fill(0, 0, 100)
    expect(await refusal(temporary.path('header.db'), noHeader)).toContain('not an SQLite database')
    const badPage = Buffer.from(whole).fill(0xff, 100, 200)
    expect(await refusal(temporary.path('page.db'), badPage)).toContain('is damaged')
  })

  it('may be locked by somebody else', async () => {
    const file = temporary.path('locked.db')
    const owner = new Sqlite(file)
    owner.exec('begin exclusive')
    await expect(SqliteDatabase.connect(file, 30)).rejects.toThrow(
      `The database file ${file} is locked by another process. Stop that process (\`fuser ${file}\` finds it), or`
    )
    owner.exec('rollback')
    owner.close()
    await (await SqliteDatabase.connect(file, 30)).close()
  })

  it('is waited for while it is locked', async () => {
    const file = temporary.path('released.db')
    const owner = new Sqlite(file)
    owner.exec('begin exclusive')
    const connecting = SqliteDatabase.connect(file, 60_000)
    setImmediate(() => owner.exec('rollback'))
    const connected = await connecting
    await expect(connected.ping()).resolves.toBeUndefined()
    await connected.close()
    owner.close()
  })

  it('may be a directory', async () => {
    const file = temporary.path('directory.db')
    mkdirSync(file)
    await expect(SqliteDatabase.connect(file, 0)).rejects.toThrow(`The database file ${file} is a directory.`)
  })

  it('may be below a file', async () => {
    writeFileSync(temporary.path('plain'), '')
    const file = temporary.path('plain', 'a.db')
    await expect(SqliteDatabase.connect(file, 0)).rejects.toThrow(
      /has no directory, and .*plain cannot be made \(ENOTDIR\)\. Let user/
    )
  })

  it.runIf(process.platform === 'linux')('may be where no file can be made', async () => {
    await expect(SqliteDatabase.connect('/proc/paifang.db', 0)).rejects.toThrow(
      'The database file /proc/paifang.db cannot be opened. Let user'
    )
    await expect(SqliteDatabase.connect('/proc/paifang/paifang.db', 0)).rejects.toThrow(
      'cannot be made (ENOENT)'
    )
  })

  it.runIf(process.platform === 'linux')('may be on a full disk', async () => {
    await expect(SqliteDatabase.connect('/dev/full', 0)).rejects.toThrow('the disk is full. Free some space')
  })
})

/** The bytes of a sound database of several pages. */
async function madeDatabase(): Promise<Buffer> {
  const file = temporary.path('whole.db')
  const made = await SqliteDatabase.connect(file, 0)
  await made.open('a', { '1': { up: db => db.schema.createTable('a_t').addColumn('x', 'text').execute() } })
  await made.close()
  return readFileSync(file)
}

/** Why a file of this content is refused, once it is certain that nothing was changed. */
async function refusal(file: string, content: string | Uint8Array): Promise<string> {
  writeFileSync(file, content)
  const others = readdirSync(dirname(file))
  const reason = await SqliteDatabase.connect(file, 0).then(() => 'it was accepted', String)
  expect(readFileSync(file).equals(Buffer.from(content))).toBe(true)
  expect(readdirSync(dirname(file))).toEqual(others)
  return reason
}
