import type { Kysely, Migration } from 'kysely'
import { service } from '../../core/index.ts'

/** Durable rows. The queries are kysely's; drivers differ only in what `driver` says. */
export interface Database {
  readonly driver: 'sqlite' | 'postgres'
  /**
   * Brings the tables of `namespace` up to date and returns a query builder for them. Migrations run in the order
   * of their names, each once, all or none; opening twice is harmless. Tables are named `<namespace>_…`.
   * @throws {Error} naming the migration that failed
   */
  open<Tables>(namespace: string, migrations: Readonly<Record<string, Migration>>): Promise<Kysely<Tables>>
}

export const Database = service<Database>('database')
