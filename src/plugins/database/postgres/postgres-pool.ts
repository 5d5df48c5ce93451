import { Pool, types, type PoolClient } from 'pg'

/** How the server is reached. */
export interface PostgresSettings {
  /** `postgres://user:password@host:port/database`, with `?sslmode=` as libpq has it. */
  readonly url: string
  /** At least 2. */
  readonly maxConnections: number
  /** For how long a start waits for the server. Milliseconds. */
  readonly connectTimeoutMs: number
  /** After which the server ends a statement. Milliseconds. */
  readonly statementTimeoutMs: number
}

/** Milliseconds after which the server ends a transaction in which nothing happens: its process hangs or is gone. */
const idleInTransactionMs = 15_000
/** Milliseconds after which a statement has failed although the server has not said so: the connection is gone. */
const graceMs = 5_000

/** What comes back as text by default, because it may be larger than a number of JavaScript. */
const large = new Set<number>([types.builtins.INT8, types.builtins.NUMERIC])

/** Connections to one database. */
export function openPool(settings: PostgresSettings, onError: (error: Error) => void): Pool {
  const { url, maxConnections, connectTimeoutMs, statementTimeoutMs } = settings
  const pool = new Pool({
    connectionString: url,
    max: maxConnections,
    connectionTimeoutMillis: connectTimeoutMs,
    statement_timeout: statementTimeoutMs,
    query_timeout: statementTimeoutMs + graceMs,
    idle_in_transaction_session_timeout: idleInTransactionMs,
    keepAlive: true,
    application_name: 'paifang',
    types: {
      getTypeParser: (oid, format) => (large.has(oid) ? asNumber : types.getTypeParser(oid, format))
    }
  })
  pool.on('error', onError)
  return pool
}

/** Numbers as SQLite gives them: those beyond ±(2^53 - 1) are rounded. */
function asNumber(text: string): number {
  return Number(text)
}

/** A connection that is in use. Giving it back is harmless the second time. */
export interface Held {
  readonly client: PoolClient
  /** @param error the connection is of no more use */
  release(error?: Error): void
}

/** The connections that are in use, so that a close can end them. */
export class HeldConnections {
  readonly #pool: Pool
  readonly #held = new Set<Held>()
  #closing: Promise<void> | undefined

  constructor(pool: Pool) {
    this.#pool = pool
  }

  async take(): Promise<Held> {
    const client = await this.#pool.connect()
    let isBack = false
    // One that breaks while it is idle inside of a transaction tells nobody else.
    const onError = (error: Error): void => held.release(error)
    const held: Held = {
      client,
      release: error => {
        if (isBack) return
        isBack = true
        this.#held.delete(held)
        client.off('error', onError)
        client.release(error)
      }
    }
    client.on('error', onError)
    this.#held.add(held)
    return held
  }

  /** Ends all connections; the server rolls back what they had not committed. */
  close(): Promise<void> {
    return (this.#closing ??= this.#close())
  }

  async #close(): Promise<void> {
    for (const held of this.#held) held.release(new Error('The database was closed'))
    await this.#pool.end()
  }
}
