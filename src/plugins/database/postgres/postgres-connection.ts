import type { CompiledQuery, DatabaseConnection, QueryResult } from 'kysely'
import type { MutexInterface } from 'async-mutex'
import type { Pool, QueryResult as PgResult } from 'pg'
import type { DatabaseFigures } from '../figures.ts'
import { isRead } from '../is-read.ts'
import { bindable } from '../values.ts'
import { statementFailure } from './postgres-failure.ts'
import type { Held, HeldConnections } from './postgres-pool.ts'

/** What the connections of a namespace share. */
export interface Namespace {
  readonly pool: Pool
  readonly held: HeldConnections
  readonly figures: DatabaseFigures
  /** Who may write, in this process. */
  readonly writer: MutexInterface
  /** Names the lock by which the nodes take turns. A 32-bit integer. */
  readonly lockKey: number
}

/** Beside the keys of others in the same database. */
const lockClass = 0x5041_4946
/** What cannot run in a transaction, or writes nothing. */
const unlocked = /^\s*(?:select|values|explain|vacuum|show)\b/i

/**
 * What kysely runs a query, a transaction or a row of queries on, one after the other. As with SQLite, writes and
 * transactions take turns, on all nodes: what a transaction has read does not change until it has ended. Reads outside of
 * one wait for nobody.
 */
export class PostgresConnection implements DatabaseConnection {
  readonly #namespace: Namespace
  #inTransaction = false
  #held: Held | undefined
  #releaseWriter: (() => void) | undefined
  #released = false

  constructor(namespace: Namespace) {
    this.#namespace = namespace
  }

  executeQuery<Row>(query: CompiledQuery): Promise<QueryResult<Row>> {
    const { figures } = this.#namespace
    const times = isRead(query) ? figures.reads : figures.writes
    return figures.statement(times, () => this.#execute<Row>(query), statementFailure)
  }

  /** The rows are read as a whole: a cursor that is left halfway would hold up all others who write. */
  async *streamQuery<Row>(query: CompiledQuery): AsyncIterableIterator<QueryResult<Row>> {
    yield await this.executeQuery<Row>(query)
  }

  /** Waits for its turn among all nodes. */
  async begin(): Promise<void> {
    const { lockKey, figures } = this.#namespace
    await figures.turn(async () => {
      const held = await this.#take()
      const script = `begin; select pg_advisory_xact_lock(${lockClass}, ${lockKey})`
      await this.#ask(held, () => held.client.query(script))
    })
    this.#inTransaction = true
  }

  async commit(): Promise<void> {
    const { figures } = this.#namespace
    await figures.statement(figures.writes, () => this.#end('commit'), statementFailure)
  }

  /** A connection that is gone has rolled back by itself. */
  async rollback(): Promise<void> {
    await this.#end('rollback').catch(() => undefined)
  }

  /** Lets others write. */
  release(): void {
    this.#released = true
    this.#held?.release()
    this.#releaseWriter?.()
  }

  async #end(command: 'commit' | 'rollback'): Promise<void> {
    const held = this.#held
    this.#inTransaction = false
    if (!held) return
    try {
      await held.client.query(command)
    } catch (error) {
      // Whether it has come into force is not known: the connection is not used again.
      held.release(error as Error)
      this.#held = undefined
      throw error
    }
  }

  async #execute<Row>(query: CompiledQuery): Promise<QueryResult<Row>> {
    const { sql } = query
    const values = query.parameters.map(sendable)
    if (this.#released) throw new Error('This query came after its transaction or connection had ended')
    if (this.#mayRead(query)) return queryResult(await this.#namespace.pool.query<object & Row>(sql, values))
    const held = await this.#take()
    if (this.#inTransaction || unlocked.test(sql))
      return queryResult(await this.#ask(held, () => held.client.query<object & Row>(sql, values)))
    await this.begin()
    try {
      const result = await this.#ask(held, () => held.client.query<object & Row>(sql, values))
      await this.#end('commit')
      return queryResult(result)
    } catch (error) {
      await this.rollback()
      throw error
    }
  }

  #mayRead(query: CompiledQuery): boolean {
    return !this.#inTransaction && !this.#held && isRead(query)
  }

  async #take(): Promise<Held> {
    this.#releaseWriter ??= await this.#namespace.writer.acquire()
    this.#held ??= await this.#namespace.held.take()
    if (this.#released) this.release()
    return this.#held
  }

  /** A connection that did not answer may still be busy with what was asked. */
  async #ask<T>(held: Held, query: () => Promise<T>): Promise<T> {
    try {
      return await query()
    } catch (error) {
      const isAnswer = error instanceof Error && 'severity' in error && error.severity === 'ERROR'
      if (!isAnswer) {
        held.release(error as Error)
        this.#held = undefined
        this.#inTransaction = false
      }
      throw error
    }
  }
}

/** kysely itself compares columns of the catalogue, which are booleans. */
function sendable(parameter: unknown): unknown {
  return typeof parameter === 'boolean' ? parameter : bindable(parameter)
}

function queryResult<Row>({ command, rowCount, rows }: PgResult<object & Row>): QueryResult<Row> {
  const changes = ['INSERT', 'UPDATE', 'DELETE', 'MERGE'].includes(command) && rowCount !== null
  return { rows, ...(changes && { numAffectedRows: BigInt(rowCount) }) }
}
