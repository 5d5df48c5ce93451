import { Mutex } from 'async-mutex'
import type { FastifyBaseLogger } from 'fastify'
import { Kysely, type Migration } from 'kysely'
import { createHash } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import type { Pool } from 'pg'
import { systemClock, type Clock, type Metric } from '../../../core/index.ts'
import { DatabaseFigures } from '../figures.ts'
import { migrate } from '../migrate.ts'
import type { Database } from '../service.ts'
import { postgresDialect } from './postgres-dialect.ts'
import { postgresMetrics } from './postgres-metrics.ts'
import { HeldConnections, openPool, type PostgresSettings } from './postgres-pool.ts'

const retryMs = 250

/** Rows in a PostgreSQL that all nodes share. */
export class PostgresDatabase implements Database {
  readonly driver = 'postgres'
  readonly #pool: Pool
  readonly #held: HeldConnections
  readonly #figures: DatabaseFigures
  readonly #namespaces = new Map<string, Kysely<unknown>>()

  private constructor(pool: Pool, figures: DatabaseFigures) {
    this.#pool = pool
    this.#figures = figures
    this.#held = new HeldConnections(pool)
  }

  /**
   * Connects to the server, and waits for one that is only starting.
   * @throws {Error} whose message names the server, the matter and a remedy
   */
  static async connect(
    settings: PostgresSettings,
    log: FastifyBaseLogger,
    clock: Clock = systemClock
  ): Promise<PostgresDatabase> {
    const figures = new DatabaseFigures(clock)
    const pool = openPool(settings, error => {
      figures.brokenConnections++
      log.warn({ err: error }, 'a connection to the database broke')
    })
    const endsAt = performance.now() + settings.connectTimeoutMs
    for (;;)
      try {
        // eslint-disable-next-line no-await-in-loop
        await pool.query('select 1')
        return new PostgresDatabase(pool, figures)
      } catch (error) {
        if (performance.now() + retryMs > endsAt || !isAway(error)) {
          // eslint-disable-next-line no-await-in-loop
          await pool.end()
          throw unreachable(settings.url, error)
        }
        // eslint-disable-next-line no-await-in-loop
        await delay(retryMs)
      }
  }

  async open<Tables>(
    namespace: string,
    migrations: Readonly<Record<string, Migration>>
  ): Promise<Kysely<Tables>> {
    const db = this.#namespaces.get(namespace) ?? this.#make(namespace)
    await migrate(db, namespace, migrations, error =>
      error instanceof Error ? error.message : String(error)
    )
    this.#namespaces.set(namespace, db)
    return db as Kysely<Tables>
  }

  async ping(): Promise<void> {
    await this.#pool.query('select 1')
  }

  metrics(): readonly Metric[] {
    const { totalCount, idleCount, waitingCount, options } = this.#pool
    return postgresMetrics(this.#figures, { totalCount, idleCount, waitingCount, max: options.max })
  }

  /** Ends the connections; a transaction that is still open is rolled back. Closing twice is harmless. */
  close(): Promise<void> {
    return this.#held.close()
  }

  #make(namespace: string): Kysely<unknown> {
    const digest = createHash('sha256').update(`paifang ${namespace}`).digest()
    const parts = {
      pool: this.#pool,
      held: this.#held,
      figures: this.#figures,
      writer: new Mutex(),
      lockKey: digest.readInt32BE()
    }
    return new Kysely<unknown>({ dialect: postgresDialect(parts) })
  }
}

/** Whether a server may be there in a moment: nobody listens, or it is starting. */
function isAway(error: unknown): boolean {
  const { code } = error as { readonly code?: unknown }
  return ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'ECONNRESET', '57P03'].includes(String(code))
}

function unreachable(url: string, error: unknown): Error {
  const { host, pathname } = new URL(url)
  const { code, message } = error as { readonly code?: string; readonly message?: string }
  const matter = message || code || String(error)
  const remedy =
    'Check plugins.database.postgres.url (PAIFANG_DATABASE_POSTGRES_URL), and that the server runs.'
  return new Error(`The database ${host}${pathname} cannot be used: ${matter}. ${remedy}`, { cause: error })
}
