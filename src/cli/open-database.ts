import Fastify from 'fastify'
import { StartupError } from '../core/index.ts'
import { Database } from '../plugins/database/service.ts'
import { resolveGateway } from '../resolve/resolve.ts'
import { UsageError, type Invocation } from './invocation.ts'

type Resolved = Awaited<ReturnType<typeof resolveGateway>>

/** The configured database, and which plugins are on. Closed when it is disposed of. */
export interface OpenedDatabase extends AsyncDisposable {
  readonly database: Database
  readonly entries: Resolved['entries']
}

/**
 * Starts nothing but the plugin that provides the database, also while the gateway runs.
 * @throws {UsageError} when the configuration has none
 * @throws {StartupError} when the configuration is at fault
 */
export async function openDatabase(options: Invocation['options']): Promise<OpenedDatabase> {
  const { entries, problems } = await resolveGateway(options)
  if (problems.length > 0) throw new StartupError(problems)
  const provider = entries.find(({ provides }) => provides === Database.name)
  if (!provider) throw new UsageError('the configuration has no database')
  const app = Fastify()
  await app.register(provider.plugin, provider.settings)
  await app.ready()
  const database = app.getDecorator<Database>(Database.name)
  return { database, entries, [Symbol.asyncDispose]: () => app.close() }
}
