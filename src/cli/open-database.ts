import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import Fastify from 'fastify'
import { StartupError } from '../core/index.ts'
import { Database } from '../plugins/database/service.ts'
import { resolveGateway } from '../resolve/resolve.ts'
import { UsageError, type Invocation } from './invocation.ts'

type Entries = Awaited<ReturnType<typeof resolveGateway>>['entries']

/** The plugin that provides the configured database, which is not opened yet. */
export interface ConfiguredDatabase {
  /** Which plugins are on. */
  readonly entries: Entries
  readonly provider: Entries[number]
  /** Its SQLite file, which is there; `undefined`: it has none. */
  readonly file: string | undefined
}

/** The configured database, and which plugins are on. Closed when it is disposed of. */
export interface OpenedDatabase extends AsyncDisposable {
  readonly database: Database
  readonly entries: Entries
}

/**
 * Finds the database in the configuration. A file that does not exist is not made: the gateway runs elsewhere.
 * @throws {UsageError} when the configuration has none, or its file does not exist
 * @throws {StartupError} when the configuration is at fault
 */
export async function configuredDatabase(options: Invocation['options']): Promise<ConfiguredDatabase> {
  const { entries, problems } = await resolveGateway(options)
  if (problems.length > 0) throw new StartupError(problems)
  const provider = entries.find(({ provides }) => provides === Database.name)
  if (!provider) throw new UsageError('the configuration has no database')
  const { driver, file: name } = provider.settings as { readonly driver?: unknown; readonly file?: unknown }
  if (driver === 'postgres' || typeof name !== 'string' || name === ':memory:')
    return { entries, provider, file: undefined }
  const file = resolve(name)
  if (!existsSync(file)) throw new UsageError(`${file} does not exist: run this where the gateway runs`)
  return { entries, provider, file }
}

/**
 * Starts nothing but the plugin that provides the database, also while the gateway runs.
 * @throws as {@link configuredDatabase}
 */
export async function openDatabase(options: Invocation['options']): Promise<OpenedDatabase> {
  const { entries, provider } = await configuredDatabase(options)
  const app = Fastify()
  await app.register(provider.plugin, provider.settings)
  await app.ready()
  const database = app.getDecorator<Database>(Database.name)
  return { database, entries, [Symbol.asyncDispose]: () => app.close() }
}
