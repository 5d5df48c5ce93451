import { Clock, definePlugin, optional, systemClock } from '../../core/index.ts'
import { ApiErrors } from '../api-error/service.ts'
import { addAdminRoutes } from './admin.ts'
import { checkSettings } from './check.ts'
import { Config } from './config.ts'
import { Errors } from './errors.ts'
import type { WorkerPool } from './gateway/worker-pool.ts'
import { workerMetrics } from './metrics.ts'
import { FetchWorkers } from './service.ts'

export default definePlugin({
  name: 'fetch-workers',
  description: 'Lets workers elsewhere make upstream requests, over a WebSocket that they open.',
  config: Config,
  needs: { errors: optional(ApiErrors), clock: optional(Clock) },
  provides: FetchWorkers,
  check: checkSettings,

  async setup(app, { config: settings, log, errors, clock = systemClock }) {
    errors?.define('fetch-workers', Errors)
    const [{ WorkerPool: Pool }, { addEndpoint }] = await Promise.all([
      import('./gateway/worker-pool.ts'),
      import('./gateway/endpoint.ts')
    ])
    if (settings.secret === '') log.warn('no secret is set: no worker can log in')
    const pool = new Pool({ settings, clock, log })
    addEndpoint(app, settings.path, pool)
    app.addHook('onClose', async () => pool.close())
    return pool
  },

  metrics: pool => workerMetrics(pool.status()),
  drain: (pool, signal) => (pool as WorkerPool).drain(signal),
  admin: (app, pool) => addAdminRoutes(app, pool as WorkerPool)
})
