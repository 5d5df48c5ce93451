import { CompiledQuery } from 'kysely'

/** A statement about a savepoint, in the form that SQLite and PostgreSQL share. */
export function savepointQuery(
  command: 'savepoint' | 'rollback to' | 'release',
  name: string
): CompiledQuery {
  return CompiledQuery.raw(`${command} "${name.replaceAll('"', '""')}"`)
}
