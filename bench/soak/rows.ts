import Database from 'libsql'

/** What the database holds. */
export interface Rows {
  /** The first column of all rows of a query. */
  column(sql: string): readonly unknown[]
  count(sql: string): number
}

/** Reads a SQLite file that nobody else uses any more. */
export function rowsOf(file: string): Rows & Disposable {
  const db = new Database(file, { readonly: true })
  const column = (sql: string): readonly unknown[] =>
    db
      .prepare(sql)
      .all()
      .map(row => Object.values(row as object)[0] as unknown)
  return {
    column,
    count: sql => Number(column(sql)[0]),
    [Symbol.dispose]: () => void db.close()
  }
}

/**
 * Locks a SQLite file against every other writer. Resolves when that is done, with what ends it.
 * @throws {Error} when somebody else holds it for seconds
 */
export async function lockRows(file: string): Promise<() => void> {
  const db = new Database(file)
  for (let attempt = 0; ; attempt++) {
    try {
      db.exec('BEGIN IMMEDIATE')
      break
    } catch (error) {
      if (attempt === 200) throw error
      await new Promise(resolve => setTimeout(resolve, 10))
    }
  }
  return () => {
    db.exec('ROLLBACK')
    db.close()
  }
}
