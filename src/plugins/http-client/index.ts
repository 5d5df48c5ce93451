import { Clock, definePlugin, optional, systemClock } from '../../core/index.ts'
import { ApiErrors } from '../api-error/service.ts'
import { FetchWorkers } from '../fetch-workers/service.ts'
import { Telemetry } from '../telemetry/service.ts'
import { checkSettings } from './check.ts'
import { Config } from './config.ts'
import { Errors } from './errors.ts'
import { clientMetrics } from './metrics.ts'
import { HttpClient } from './service.ts'

export default definePlugin({
  name: 'http-client',
  description: 'Requests to upstreams: cookies, old encodings, limits, a breaker for each host.',
  config: Config,
  needs: {
    workers: optional(FetchWorkers),
    errors: optional(ApiErrors),
    telemetry: optional(Telemetry),
    clock: optional(Clock)
  },
  provides: HttpClient,
  check: checkSettings,

  async setup(app, { config: settings, log, workers, errors, telemetry, clock = systemClock }) {
    errors?.define('http-client', Errors)
    const { UpstreamClient } = await import('./client.ts')
    const client = new UpstreamClient({
      settings,
      clock,
      log,
      workers,
      ...(telemetry?.active && { telemetry })
    })
    app.addHook('onClose', () => client.close())
    return client
  },

  metrics: client => clientMetrics(client.status()),
  admin: (app, client) => void app.get('/status', () => client.status())
})
