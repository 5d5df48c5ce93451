import { createHash } from 'node:crypto'
import { Clock, definePlugin, keepOverReloads, optional } from '../../core/index.ts'
import { checkSettings } from './check.ts'
import { Config } from './config.ts'
import { KeptDatabase } from './kept-database.ts'
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
    const { driver, postgres, file, busyTimeoutMs } = config
    const used = JSON.stringify(driver === 'postgres' ? postgres : { file, busyTimeoutMs })
    const name = `database ${createHash('sha256').update(used).digest('hex')}`
    const make = (): KeptDatabase<SqliteDatabase | PostgresDatabase> => new KeptDatabase()
    const kept = keepOverReloads(app, name, make) ?? make()
    const database = await kept.take(driver === 'postgres' ? openServer : openFile)
    app.addHook('onClose', () => kept.release(database))
    return database

    async function openFile(): Promise<SqliteDatabase> {
      const { SqliteDatabase: Driver } = await import('./sqlite-database.ts')
      return Driver.connect(file, busyTimeoutMs, clock)
    }

    async function openServer(): Promise<PostgresDatabase> {
      const { PostgresDatabase: Driver } = await import('./postgres/postgres-database.ts')
      return Driver.connect(postgres, log, clock)
    }
  },
  health: database => database.ping(),
  metrics: database => (database as SqliteDatabase | PostgresDatabase).metrics()
})
