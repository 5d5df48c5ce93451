import { Clock, definePlugin, optional } from '../../core/index.ts'
import { checkSettings } from './check.ts'
import { Config } from './config.ts'
import type { PostgresDatabase } from './postgres/postgres-database.ts'
import { Database } from './service.ts'
import type { SqliteDatabase } from './sqlite-database.ts'

export default definePlugin({
  name: 'database',
  description: 'Durable rows, with migrations for each plugin that has tables.',
  config: Config,
  needs: { clock: optional(Clock) },
  provides: Database,
  check: checkSettings,
  async setup(app, { config, log, clock }) {
    const database = await (config.driver === 'postgres' ? openServer() : openFile())
    app.addHook('onClose', () => database.close())
    return database

    async function openFile(): Promise<SqliteDatabase> {
      const { SqliteDatabase: Driver } = await import('./sqlite-database.ts')
      return Driver.connect(config.file, config.busyTimeoutMs, clock)
    }

    async function openServer(): Promise<PostgresDatabase> {
      const { PostgresDatabase: Driver } = await import('./postgres/postgres-database.ts')
      return Driver.connect(config.postgres, log, clock)
    }
  },
  health: database => database.ping(),
  metrics: database => (database as SqliteDatabase | PostgresDatabase).metrics()
})
