import {
  Kysely,
  SelectQueryNode,
  SqliteIntrospector,
  type CompiledQuery,
  type ControlledTransaction,
  type DatabaseConnection,
  type Driver,
  type QueryResult
} from 'kysely'

/** Looks, inside of a transaction, whether it may write. @throws when it may not */
export type Check<Tables> = (trx: Kysely<Tables>) => Promise<void>

/** A query builder on top of another one, whose writes and transactions are checked first, and rolled back otherwise. */
export function fencedDialect<Tables>(base: Kysely<Tables>, check: Check<Tables>): Kysely<Tables> {
  const executor = base.getExecutor()
  return new Kysely<Tables>({
    dialect: {
      createAdapter: () => executor.adapter,
      createDriver: () => new FencedDriver(base, check),
      // Asked for by migrations alone, which run on the builder below.
      createIntrospector: db => new SqliteIntrospector(db),
      createQueryCompiler: () => ({ compileQuery: (node, id) => executor.compileQuery(node, id) })
    }
  })
}

class FencedDriver<Tables> implements Driver {
  readonly #base: Kysely<Tables>
  readonly #check: Check<Tables>

  constructor(base: Kysely<Tables>, check: Check<Tables>) {
    this.#base = base
    this.#check = check
  }

  async init(): Promise<void> {}

  async acquireConnection(): Promise<FencedConnection<Tables>> {
    return new FencedConnection(this.#base, this.#check)
  }

  async releaseConnection(connection: FencedConnection<Tables>): Promise<void> {
    await connection.rollback()
  }

  beginTransaction(connection: FencedConnection<Tables>): Promise<void> {
    return connection.begin()
  }

  commitTransaction(connection: FencedConnection<Tables>): Promise<void> {
    return connection.commit()
  }

  rollbackTransaction(connection: FencedConnection<Tables>): Promise<void> {
    return connection.rollback()
  }

  async destroy(): Promise<void> {}
}

class FencedConnection<Tables> implements DatabaseConnection {
  readonly #base: Kysely<Tables>
  readonly #check: Check<Tables>
  #transaction: ControlledTransaction<Tables> | undefined

  constructor(base: Kysely<Tables>, check: Check<Tables>) {
    this.#base = base
    this.#check = check
  }

  async executeQuery<Row>(query: CompiledQuery): Promise<QueryResult<Row>> {
    if (this.#transaction) return this.#transaction.executeQuery<Row>(query)
    if (SelectQueryNode.is(query.query)) return this.#base.executeQuery<Row>(query)
    return this.#base.transaction().execute(async trx => {
      await this.#check(trx)
      return trx.executeQuery<Row>(query)
    })
  }

  async *streamQuery<Row>(query: CompiledQuery): AsyncIterableIterator<QueryResult<Row>> {
    yield await this.executeQuery<Row>(query)
  }

  async begin(): Promise<void> {
    const transaction = await this.#base.startTransaction().execute()
    try {
      await this.#check(transaction)
    } catch (error) {
      await transaction.rollback().execute()
      throw error
    }
    this.#transaction = transaction
  }

  async commit(): Promise<void> {
    const transaction = this.#transaction
    await transaction?.commit().execute()
    this.#transaction = undefined
  }

  async rollback(): Promise<void> {
    const transaction = this.#transaction
    this.#transaction = undefined
    await transaction?.rollback().execute()
  }
}
