import type { Kysely, Migration } from 'kysely'
import { service } from '../../core/index.ts'

export { openKey, keyInUse, forgetKey, type KeyPlace } from './kept-key.ts'

/** Durable rows. The queries are kysely's; drivers differ only in what `driver` says. */
export interface Database {
  readonly driver: 'sqlite' | 'postgres'
  /**
   * Brings the tables of `namespace` up to date and returns a query builder for them, which all namespaces share:
   * never destroy it. Migrations run in the order of their names, each once, all or none; opening twice is harmless.
   * Tables are named `<namespace>_…`; `<namespace>_migrations` and `<namespace>_migrations_lock` are taken.
   * @param namespace a lower-case letter, then up to 39 lower-case letters, digits and `_`
   * @throws {TypeError} when the namespace is not one
   * @throws {Error} naming the migration that failed
   */
  open<Tables>(namespace: string, migrations: Readonly<Record<string, Migration>>): Promise<Kysely<Tables>>
  /**
   * Resolves when a query gets through.
   * @throws {Error} when none does, or when what it answers from is not where the configuration says
   */
  ping(): Promise<void>
}

export const Database = service<Database>('database')
