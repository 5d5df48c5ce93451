import type { CompiledQuery, DatabaseConnection, QueryResult } from 'kysely'
import type { DatabaseFigures } from './figures.ts'
import { isRead } from './is-read.ts'
import { whileBusy } from './sqlite-busy.ts'
import { statementFailure } from './sqlite-failure.ts'
import type { Request, Result, WriteLock } from './sqlite-message.ts'
import type { SqliteThread } from './sqlite-thread.ts'
import { bindable } from './values.ts'

/** What needs no write lock, or cannot run in a transaction. */
const unlocked = /^\s*(?:select|values|explain|pragma|vacuum|attach|detach)\b/i

/**
 * What kysely runs a query, a transaction or a row of queries on, one after the other. It takes the writer when it
 * first needs it and keeps it until it is released. Reads before that, outside of a transaction, wait for nobody.
 */
export class SqliteConnection implements DatabaseConnection {
  readonly #thread: SqliteThread
  readonly #figures: DatabaseFigures
  #transaction: 'none' | 'wanted' | 'begun' = 'none'
  #releaseWriter: (() => void) | undefined
  #released = false

  constructor(thread: SqliteThread, figures: DatabaseFigures) {
    this.#thread = thread
    this.#figures = figures
  }

  executeQuery<Row>(query: CompiledQuery): Promise<QueryResult<Row>> {
    const { reads, writes } = this.#figures
    const times = isRead(query) ? reads : writes
    return this.#figures.statement(times, () => this.#execute<Row>(query), statementFailure)
  }

  /** The rows are read as a whole: one that is left halfway would hold up the thread for the others. */
  async *streamQuery<Row>(query: CompiledQuery): AsyncIterableIterator<QueryResult<Row>> {
    yield await this.executeQuery<Row>(query)
  }

  /** Waits for its turn. The lock of the file is taken with the first statement, which saves a message. */
  async begin(): Promise<void> {
    await this.#takeWriter()
    this.#transaction = 'wanted'
  }

  async commit(): Promise<void> {
    const commit = (): Promise<Result> => this.#ask({ do: 'script', sql: 'commit' })
    const { writes } = this.#figures
    if (this.#transaction === 'begun') await this.#figures.statement(writes, commit, statementFailure)
    this.#transaction = 'none'
  }

  async rollback(): Promise<void> {
    // A thread that has ended has rolled it back.
    if (this.#transaction === 'begun' && !this.#thread.refusal) await this.#ask({ do: 'rollback' })
    this.#transaction = 'none'
  }

  /** Lets others write. A query that nobody has awaited until now fails if it is not under way. */
  release(): void {
    this.#released = true
    this.#releaseWriter?.()
  }

  async #execute<Row>(query: CompiledQuery): Promise<QueryResult<Row>> {
    const { sql } = query
    const parameters = query.parameters.map(sendable)
    if (this.#mayRead(query))
      return queryResult(await this.#ask({ do: 'query', on: 'reader', sql, parameters }))
    await this.#takeWriter()
    const lock = this.#lockFor(sql)
    const ask = (): Promise<Result> =>
      this.#ask({ do: 'query', on: 'writer', sql, parameters, ...(lock && { lock }) })
    const takesLock = lock === 'begin' || lock === 'statement'
    const busy = (): void => void this.#figures.busy++
    return queryResult(await (takesLock ? whileBusy(this.#thread.busyTimeoutMs, ask, busy) : ask()))
  }

  #mayRead(query: CompiledQuery): boolean {
    if (this.#transaction !== 'none' || this.#releaseWriter || this.#thread.inMemory) return false
    return isRead(query)
  }

  #lockFor(sql: string): WriteLock | undefined {
    if (this.#transaction === 'begun') return 'held'
    if (this.#transaction === 'none') return unlocked.test(sql) ? undefined : 'statement'
    this.#transaction = 'begun'
    return 'begin'
  }

  async #takeWriter(): Promise<void> {
    if (this.#releaseWriter) return
    const { writer } = this.#thread
    const release = await this.#figures
      .turn(() => writer.acquire())
      .catch((error: unknown) => {
        throw this.#thread.refusal ?? error
      })
    this.#releaseWriter = release
    if (this.#released) release()
  }

  async #ask(request: Request): Promise<Result> {
    if (this.#released) throw new Error('This query came after its transaction or connection had ended')
    return this.#thread.ask(request)
  }
}

/** Bytes are copied, since a view of a larger buffer would be sent with all of it. */
function sendable(parameter: unknown): ReturnType<typeof bindable> {
  const value = bindable(parameter)
  return value instanceof Uint8Array ? new Uint8Array(value) : value
}

function queryResult<Row>({ rows, changes, lastInsertRowid }: Result): QueryResult<Row> {
  for (const row of rows)
    for (const column of Object.keys(row)) {
      const value = row[column]
      if (value instanceof ArrayBuffer) row[column] = Buffer.from(value)
    }
  return {
    rows: rows as Row[],
    ...(changes !== undefined && { numAffectedRows: BigInt(changes) }),
    ...(lastInsertRowid !== undefined && { insertId: BigInt(lastInsertRowid) })
  }
}
