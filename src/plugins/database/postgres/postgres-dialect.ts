import {
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  type Dialect,
  type Driver
} from 'kysely'
import { savepointQuery } from '../savepoint.ts'
import { PostgresConnection, type Namespace } from './postgres-connection.ts'

/** kysely for one namespace. Destroying the query builder ends nothing: the connections belong to all. */
export function postgresDialect(namespace: Namespace): Dialect {
  return {
    createAdapter: () => new TurnTakingAdapter(),
    createDriver: () => new PostgresDriver(namespace),
    createIntrospector: db => new PostgresIntrospector(db),
    createQueryCompiler: () => new PostgresQueryCompiler()
  }
}

/** Migrations take turns as all transactions do; a second lock beside theirs would be taken in the other order. */
class TurnTakingAdapter extends PostgresAdapter {
  override async acquireMigrationLock(): Promise<void> {}

  override async releaseMigrationLock(): Promise<void> {}
}

class PostgresDriver implements Driver {
  readonly #namespace: Namespace

  constructor(namespace: Namespace) {
    this.#namespace = namespace
  }

  async init(): Promise<void> {}

  async acquireConnection(): Promise<PostgresConnection> {
    return new PostgresConnection(this.#namespace)
  }

  async releaseConnection(connection: PostgresConnection): Promise<void> {
    connection.release()
  }

  beginTransaction(connection: PostgresConnection): Promise<void> {
    return connection.begin()
  }

  commitTransaction(connection: PostgresConnection): Promise<void> {
    return connection.commit()
  }

  rollbackTransaction(connection: PostgresConnection): Promise<void> {
    return connection.rollback()
  }

  async savepoint(connection: PostgresConnection, name: string): Promise<void> {
    await connection.executeQuery(savepointQuery('savepoint', name))
  }

  async rollbackToSavepoint(connection: PostgresConnection, name: string): Promise<void> {
    await connection.executeQuery(savepointQuery('rollback to', name))
  }

  async releaseSavepoint(connection: PostgresConnection, name: string): Promise<void> {
    await connection.executeQuery(savepointQuery('release', name))
  }

  async destroy(): Promise<void> {}
}
