import { chmodSync, chownSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { SqliteDatabase } from '../../../src/plugins/database/sqlite-database.ts'
import { temporaryDirectory } from './temporary-directory.ts'

/** Permission bits do not hold root back, so root becomes nobody for the time of a test. */
const nobody = 65_534
const root = process.getuid?.() === 0
const temporary = temporaryDirectory()
let sound: Buffer

beforeAll(async () => {
  temporary.make()
  const file = temporary.path('sound.db')
  const database = await SqliteDatabase.connect(file, 0)
  await database.open('a', {})
  await database.close()
  sound = readFileSync(file)
  if (!root) return
  chownSync(temporary.path(), nobody, nobody)
  process.seteuid?.(nobody)
})

afterAll(() => {
  if (root) process.seteuid?.(0)
  for (const directory of ['data', 'new', 'closed']) chmodSync(temporary.path(directory), 0o755)
  temporary.remove()
})

describe.runIf(process.getuid)('without permission', () => {
  it('to write the file, the start fails and says for whom and where', async () => {
    const file = temporary.path('read-only.db')
    writeFileSync(file, sound, { mode: 0o444 })
    const user = process.geteuid?.() ?? NaN
    await expect(SqliteDatabase.connect(file, 0)).rejects.toThrow(
      `The database file ${file} cannot be written. Let user ${user} write to it and to ${temporary.path()}, or name`
    )
    expect(readFileSync(file).equals(sound)).toBe(true)
  })

  it('to write a file that was left in write-ahead mode, the start fails too', async () => {
    const file = temporary.path('read-only-wal.db')
    writeFileSync(file, Buffer.from(sound).fill(2, 18, 20), { mode: 0o444 })
    await expect(SqliteDatabase.connect(file, 0)).rejects.toThrow('cannot be written')
  })

  it('to write the directory of the file, the start fails', async () => {
    mkdirSync(temporary.path('data'))
    const file = temporary.path('data', 'a.db')
    writeFileSync(file, sound)
    chmodSync(temporary.path('data'), 0o555)
    await expect(SqliteDatabase.connect(file, 0)).rejects.toThrow('cannot be written')
    expect(readdirSync(temporary.path('data'))).toEqual(['a.db'])
  })

  it('to make the file, the start fails', async () => {
    mkdirSync(temporary.path('new'), { mode: 0o555 })
    const file = temporary.path('new', 'a.db')
    await expect(SqliteDatabase.connect(file, 0)).rejects.toThrow('cannot be opened. Let user')
    expect(readdirSync(temporary.path('new'))).toEqual([])
  })

  it('to make the directory, the start fails', async () => {
    mkdirSync(temporary.path('closed'), { mode: 0o555 })
    const file = temporary.path('closed', 'data', 'a.db')
    await expect(SqliteDatabase.connect(file, 0)).rejects.toThrow('cannot be made (EACCES). Let user')
  })

  it('to read the file, the start fails', async () => {
    const file = temporary.path('unreadable.db')
    writeFileSync(file, sound, { mode: 0 })
    await expect(SqliteDatabase.connect(file, 0)).rejects.toThrow('cannot be opened. Let user')
  })
})
