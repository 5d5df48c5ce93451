import { SqliteAdapter, SqliteIntrospector, SqliteQueryCompiler, type Dialect, type Driver } from 'kysely'
import type { DatabaseFigures } from './figures.ts'
import { savepointQuery } from './savepoint.ts'
import { SqliteConnection } from './sqlite-connection.ts'
import type { SqliteThread } from './sqlite-thread.ts'

/** kysely on the thread that `open` starts. Destroying the query builder closes the file. */
export function sqliteDialect(open: () => Promise<SqliteThread>, figures: DatabaseFigures): Dialect {
  return {
    createAdapter: () => new TransactionalAdapter(),
    createDriver: () => new SqliteDriver(open, figures),
    createIntrospector: db => new SqliteIntrospector(db),
    createQueryCompiler: () => new SqliteQueryCompiler()
  }
}

/** Lets migrations run in a transaction, which kysely leaves out for SQLite although it has transactional DDL. */
class TransactionalAdapter extends SqliteAdapter {
  override get supportsTransactionalDdl(): boolean {
    return true
  }
}

/** Starts the thread, and another when it dies: what was under way fails, what comes next works. */
class SqliteDriver implements Driver {
  readonly #open: () => Promise<SqliteThread>
  readonly #figures: DatabaseFigures
  #thread: SqliteThread | undefined
  #starting: Promise<SqliteThread> | undefined

  constructor(open: () => Promise<SqliteThread>, figures: DatabaseFigures) {
    this.#open = open
    this.#figures = figures
  }

  async init(): Promise<void> {
    await this.#start()
  }

  async acquireConnection(): Promise<SqliteConnection> {
    const thread = this.#thread
    const open = thread && !thread.replaceable ? thread : await this.#start()
    return new SqliteConnection(open, this.#figures)
  }

  async releaseConnection(connection: SqliteConnection): Promise<void> {
    connection.release()
  }

  beginTransaction(connection: SqliteConnection): Promise<void> {
    return connection.begin()
  }

  commitTransaction(connection: SqliteConnection): Promise<void> {
    return connection.commit()
  }

  rollbackTransaction(connection: SqliteConnection): Promise<void> {
    return connection.rollback()
  }

  async savepoint(connection: SqliteConnection, name: string): Promise<void> {
    await connection.executeQuery(savepointQuery('savepoint', name))
  }

  async rollbackToSavepoint(connection: SqliteConnection, name: string): Promise<void> {
    await connection.executeQuery(savepointQuery('rollback to', name))
  }

  async releaseSavepoint(connection: SqliteConnection, name: string): Promise<void> {
    await connection.executeQuery(savepointQuery('release', name))
  }

  async destroy(): Promise<void> {
    await this.#starting?.catch(() => undefined)
    await this.#thread?.close()
  }

  #start(): Promise<SqliteThread> {
    return (this.#starting ??= this.#open()
      .then(thread => (this.#thread = thread))
      .finally(() => (this.#starting = undefined)))
  }
}
