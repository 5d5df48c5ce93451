import { Migrator, type Kysely, type Migration } from 'kysely'

/** PostgreSQL cuts names off after 63 bytes; the longest suffix is `_migrations_lock`. */
const namespacePattern = /^[a-z][a-z0-9_]{0,39}$/

/**
 * Runs the migrations of a namespace that have not run yet, in one transaction where the driver has transactional
 * DDL. `explain` says in plain words what an error of the driver means.
 * @throws {TypeError} when the namespace is not one
 * @throws {Error} naming the migration that failed
 */
export async function migrate(
  db: Kysely<unknown>,
  namespace: string,
  migrations: Readonly<Record<string, Migration>>,
  explain: (error: unknown) => string
): Promise<void> {
  if (!namespacePattern.test(namespace))
    throw new TypeError(`'${namespace}' is not a namespace: it must match ${namespacePattern.source}`)
  const migrator = new Migrator({
    db,
    provider: { getMigrations: () => Promise.resolve({ ...migrations }) },
    migrationTableName: `${namespace}_migrations`,
    migrationLockTableName: `${namespace}_migrations_lock`,
    // The check of their order compares wall-clock times: a clock that was set back would forbid the start.
    allowUnorderedMigrations: true
  })
  const { error, results } = await migrator.migrateToLatest()
  if (error === undefined) return
  const unknown = unknownMigration(error)
  if (unknown !== undefined)
    throw new Error(
      `The tables of namespace '${namespace}' were migrated by a newer Paifang (${unknown}): start that version, or restore the backup from before it`,
      { cause: error }
    )
  const failed = results?.find(({ status }) => status === 'Error')
  const what = failed
    ? `Migration '${failed.migrationName}' of namespace '${namespace}' failed and was rolled back`
    : `The tables of namespace '${namespace}' could not be brought up to date`
  throw new Error(`${what}: ${explain(error)}`, { cause: error })
}

/** The migration that has run, but is not one of this program; kysely tells it by its message alone. */
function unknownMigration(error: unknown): string | undefined {
  const message = error instanceof Error ? error.message : ''
  return /previously executed migration (.+) is missing/.exec(message)?.[1]
}
