import { definePlugin } from '../../core/index.ts'
import { Config } from './config.ts'
import { Database } from './service.ts'

export default definePlugin({
  name: 'database',
  description: 'Durable rows, with migrations for each plugin that has tables.',
  config: Config,
  provides: Database,
  async setup(app, { config }) {
    const { SqliteDatabase } = await import('./sqlite-database.ts')
    const database = await SqliteDatabase.connect(config.file, config.busyTimeoutMs)
    app.addHook('onClose', () => database.close())
    return database
  },
  health: database => database.ping()
})
