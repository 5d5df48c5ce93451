import type Sqlite from 'libsql'
import { SqliteAdapter, SqliteDriver, SqliteIntrospector, SqliteQueryCompiler, type Dialect } from 'kysely'
import { closeFile } from './sqlite-file.ts'
import { prepare } from './sqlite-statement.ts'

/** kysely on one connection. Destroying the query builder closes the connection. */
export function sqliteDialect(connection: Sqlite.Database): Dialect {
  return {
    createAdapter: () => new TransactionalAdapter(),
    createDriver: () => new ImmediateDriver(connection),
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

/**
 * Takes the write lock when a transaction begins. One that begins with a read and writes later fails at once if
 * another process wrote in between, and no busy timeout helps.
 */
class ImmediateDriver extends SqliteDriver {
  readonly #connection: Sqlite.Database

  constructor(connection: Sqlite.Database) {
    super({ database: { prepare: sql => prepare(connection, sql), close: () => closeFile(connection) } })
    this.#connection = connection
  }

  override async beginTransaction(): Promise<void> {
    this.#connection.exec('begin immediate')
  }

  override async commitTransaction(): Promise<void> {
    this.#connection.exec('commit')
  }

  /** SQLite ends a transaction itself after some errors: a second rollback would hide the first failure. */
  override async rollbackTransaction(): Promise<void> {
    if (this.#connection.open && this.#connection.inTransaction) this.#connection.exec('rollback')
  }
}
