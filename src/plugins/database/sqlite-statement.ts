import { isArrayBuffer } from 'node:util/types'
import type { SqliteStatement } from 'kysely'
import type Sqlite from 'libsql'
import { bindable } from './sqlite-values.ts'

/** What needs no write lock, or cannot run in a transaction. */
const unlocked = /^\s*(?:select|values|explain|pragma|vacuum|attach|detach)\b/i

/**
 * Prepares a statement as kysely expects one: parameters are checked, and bytes come back as Buffers. Rows are read
 * as a whole even where they are streamed, because libsql resets a statement that is left halfway only when it is
 * garbage-collected, and until then it holds a snapshot.
 */
export function prepare(connection: Sqlite.Database, sql: string): SqliteStatement {
  const statement = connection.prepare(sql)
  const locked = !unlocked.test(sql)
  const run = <T>(work: () => T): T => (locked ? withWriteLock(connection, work) : work())
  const all = (values: readonly unknown[]): unknown[] => {
    const bound = values.map(bindable)
    return run(() => statement.all(bound)).map(withBuffers)
  }
  return {
    reader: statement.reader,
    all,
    run: values => {
      const bound = values.map(bindable)
      return run(() => statement.run(bound))
    },
    iterate: values => all(values).values()
  }
}

/**
 * Takes the write lock by `exec` before a statement that needs it runs. A prepared statement that waits for it in
 * vain would count as a write in progress until it is garbage-collected, and until then SQLite would commit nothing
 * that comes after it.
 */
function withWriteLock<T>(connection: Sqlite.Database, work: () => T): T {
  if (connection.inTransaction) return work()
  connection.exec('begin immediate')
  try {
    const result = work()
    connection.exec('commit')
    return result
  } catch (error) {
    if (connection.inTransaction) connection.exec('rollback')
    throw error
  }
}

function withBuffers(row: unknown): unknown {
  const values = row as Record<string, unknown>
  for (const column of Object.keys(values)) {
    const value = values[column]
    if (isArrayBuffer(value)) values[column] = Buffer.from(value)
  }
  return values
}
