import { stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import { Kysely, sql, type Migration } from 'kysely'
import { single, systemClock, type Clock, type Metric } from '../../core/index.ts'
import { DatabaseFigures } from './figures.ts'
import { databaseMetrics } from './metrics.ts'
import { migrate } from './migrate.ts'
import type { Database } from './service.ts'
import { sqliteDialect } from './sqlite-dialect.ts'
import { fileFailure } from './sqlite-failure.ts'
import { openFile } from './sqlite-file.ts'

/** Rows in one SQLite file, which a thread of its own reads and writes. */
export class SqliteDatabase implements Database {
  readonly driver = 'sqlite'
  readonly #db: Kysely<unknown>
  readonly #file: string
  readonly #inode: number | undefined
  readonly #figures: DatabaseFigures

  private constructor(
    db: Kysely<unknown>,
    file: string,
    inode: number | undefined,
    figures: DatabaseFigures
  ) {
    this.#db = db
    this.#file = file
    this.#inode = inode
    this.#figures = figures
  }

  /**
   * Opens `file`, relative to the working directory, or `:memory:`.
   * @throws {Error} whose message names the file, the matter and a remedy
   */
  static async connect(
    file: string,
    busyTimeoutMs: number,
    clock: Clock = systemClock
  ): Promise<SqliteDatabase> {
    const path = file === ':memory:' ? file : resolve(file)
    const figures = new DatabaseFigures(clock)
    const open = () => openFile(path, busyTimeoutMs)
    const db = new Kysely<unknown>({ dialect: sqliteDialect(open, figures) })
    await sql`select 1`.execute(db)
    return new SqliteDatabase(db, path, await inodeOf(path), figures)
  }

  async open<Tables>(
    namespace: string,
    migrations: Readonly<Record<string, Migration>>
  ): Promise<Kysely<Tables>> {
    await migrate(this.#db, namespace, migrations, error => {
      const failure = fileFailure(this.#file, error)
      return failure instanceof Error ? failure.message : String(failure)
    })
    return this.#db as Kysely<Tables>
  }

  async ping(): Promise<void> {
    await sql`select 1`.execute(this.#db)
    if ((await inodeOf(this.#file)) !== this.#inode)
      throw new Error(`The database file ${this.#file} was removed or replaced while it was in use`)
  }

  async metrics(): Promise<readonly Metric[]> {
    const sizes = await Promise.all([this.#file, `${this.#file}-wal`].map(bytesOf))
    const bytes = sizes.reduce((sum, size) => sum + size, 0)
    const help = 'Size of the file and of what is written ahead of it'
    return [...databaseMetrics(this.#figures), single('paifang_database_file_bytes', help, bytes)]
  }

  /** Writes all that is committed at one moment into another file, which is empty or not there yet. */
  async copyTo(file: string): Promise<void> {
    await sql`vacuum into ${file}`.execute(this.#db)
  }

  /** Closes the file; a transaction that is still open is rolled back. Closing twice is harmless. */
  close(): Promise<void> {
    return this.#db.destroy()
  }
}

/** `undefined` for a file that does not exist, as that of `:memory:`. */
async function inodeOf(file: string): Promise<number | undefined> {
  return stat(file).then(
    ({ ino }) => ino,
    () => undefined
  )
}

async function bytesOf(file: string): Promise<number> {
  return stat(file).then(
    ({ size }) => size,
    () => 0
  )
}
