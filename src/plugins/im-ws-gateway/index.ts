import { Clock, definePlugin, optional, systemClock } from '../../core/index.ts'
import { ApiErrors } from '../api-error/service.ts'
import { Database } from '../database/service.ts'
import { State } from '../state/service.ts'
import { addAdminRoutes } from './admin.ts'
import { checkSettings } from './check.ts'
import { Config } from './config.ts'
import { Errors } from './errors.ts'
import type { Gateway } from './gateway/gateway.ts'
import { RestErrors } from './rest/errors.ts'
import { ImGateway } from './service.ts'
import { imMetrics } from './metrics.ts'

export default definePlugin({
  name: 'im-ws-gateway',
  description: 'The WebSocket server that OpenIM clients connect to, with a chat back end of its own.',
  config: Config,
  needs: { database: Database, state: optional(State), errors: optional(ApiErrors), clock: optional(Clock) },
  provides: ImGateway,
  check: checkSettings,

  async setup(app, { clock = systemClock, ...parts }) {
    parts.errors?.define('im-ws-gateway', { ...Errors, ...RestErrors })
    const { setUp } = await import('./set-up.ts')
    return setUp(app, { ...parts, clock })
  },

  metrics: gateway => imMetrics(gateway.status()),
  health: gateway => (gateway as Gateway).assertReady(),
  drain: (gateway, signal) => (gateway as Gateway).drain(signal),
  admin: (app, gateway) => addAdminRoutes(app, gateway as Gateway)
})
