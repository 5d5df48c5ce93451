import type { Kysely } from 'kysely'
import { SqliteDatabase } from '../../../src/plugins/database/sqlite-database.ts'

export interface Tables {
  a_counts: { n: number }
}

/** A database with a table `a_counts`, which has no rows. */
export interface Opened {
  readonly database: SqliteDatabase
  readonly db: Kysely<Tables>
}

const create = (db: Kysely<unknown>): Promise<void> =>
  db.schema.createTable('a_counts').addColumn('n', 'integer').execute()

export async function openCounts(file: string, busyTimeoutMs = 0): Promise<Opened> {
  const database = await SqliteDatabase.connect(file, busyTimeoutMs)
  return { database, db: await database.open<Tables>('a', { '1_create': { up: create } }) }
}

export function put(db: Kysely<Tables>, n: number): Promise<unknown> {
  return db.insertInto('a_counts').values({ n }).execute()
}

export async function numbersIn(db: Kysely<Tables>): Promise<number[]> {
  const rows = await db.selectFrom('a_counts').select('n').orderBy('n').execute()
  return rows.map(({ n }) => n)
}
