import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { SqliteDatabase } from '../../../src/plugins/database/sqlite-database.ts'
import { temporaryDirectory } from './temporary-directory.ts'

const child = fileURLToPath(new URL('child.ts', import.meta.url))
const temporary = temporaryDirectory()
beforeAll(temporary.make)
afterAll(temporary.remove)

describe.concurrent('a database file', () => {
  it('has every acknowledged row after the process was killed', async () => {
    const file = temporary.path('killed', 'a.db')
    const writer = start(file, 1_000_000)
    const acknowledged: number[] = []
    for await (const line of linesOf(writer)) {
      acknowledged.push(Number(line))
      if (acknowledged.length === 100) writer.kill('SIGKILL')
    }
    expect(acknowledged.length).toBeGreaterThanOrEqual(100)
    const ids = await idsIn(file)
    expect(ids.slice(0, acknowledged.length)).toEqual(acknowledged)
    expect(readdirSync(dirname(file))).toEqual(['a.db'])
  })

  it('is migrated once and loses nothing when two processes start on it at once', async () => {
    const file = temporary.path('two', 'a.db')
    const writers = [start(file, 100), start(file, 100)]
    const printed = await Promise.all(writers.map(allLinesOf))
    expect(printed.map(lines => lines.length)).toEqual([100, 100])
    expect(await idsIn(file)).toEqual(
      printed
        .flat()
        .map(Number)
        .toSorted((a, b) => a - b)
    )
    expect(readdirSync(dirname(file))).toEqual(['a.db'])
  })

  it('keeps no process alive that has not closed it, and every one whose query is under way', async () => {
    const file = temporary.path('unclosed', 'a.db')
    const writer = start(file, 3, 'unclosed')
    expect(await allLinesOf(writer)).toEqual(['1', '2', '3'])
    expect(writer.exitCode).toBe(0)
    expect(await idsIn(file)).toEqual([1, 2, 3])
  })

  it('holds up the end of the process until its statement ends', async () => {
    const file = temporary.path('exit', 'a.db')
    const writer = start(file, 1, 'exit')
    expect(await allLinesOf(writer)).toEqual(['1'])
    expect([writer.exitCode, writer.signalCode]).toEqual([3, null])
    expect(await idsIn(file)).toEqual([1])
  })
})

function start(file: string, count: number, ...more: readonly string[]): ChildProcess {
  return spawn(process.execPath, ['--import', 'tsx', child, file, String(count), ...more], {
    stdio: ['ignore', 'pipe', 'inherit']
  })
}

async function* linesOf(process: ChildProcess): AsyncGenerator<string> {
  const exited = once(process, 'exit')
  if (process.stdout) yield* createInterface(process.stdout)
  await exited
}

async function allLinesOf(process: ChildProcess): Promise<string[]> {
  const lines: string[] = []
  for await (const line of linesOf(process)) lines.push(line)
  return lines
}

async function idsIn(file: string): Promise<number[]> {
  const database = await SqliteDatabase.connect(file, 0)
  const db = await database.open('b', {})
  const { rows: faults } = await sql<{ quick_check: string }>`pragma quick_check`.execute(db)
  expect(faults).toEqual([{ quick_check: 'ok' }])
  const { rows } = await sql<{ id: number }>`select id from a_rows order by id`.execute(db)
  await database.close()
  return rows.map(({ id }) => id)
}
