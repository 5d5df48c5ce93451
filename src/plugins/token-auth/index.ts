import { Clock, definePlugin, optional, systemClock } from '../../core/index.ts'
import { ApiErrors } from '../api-error/service.ts'
import { Database } from '../database/service.ts'
import { Sessions } from '../sessions/service.ts'
import { State } from '../state/service.ts'
import { addAdminRoutes } from './admin.ts'
import { checkSettings } from './check.ts'
import { Config } from './config.ts'
import { Errors } from './errors.ts'
import { tokenMetrics } from './metrics.ts'
import { TokenAuth } from './service.ts'

export default definePlugin({
  name: 'token-auth',
  description: 'Bearer tokens, and scopes that say which endpoints they open.',
  config: Config,
  needs: {
    state: optional(State),
    database: optional(Database),
    sessions: optional(Sessions),
    errors: optional(ApiErrors),
    clock: optional(Clock)
  },
  provides: TokenAuth,
  scope: 'global',
  check: checkSettings,

  async setup(app, { config: settings, clock = systemClock, ...parts }) {
    parts.errors?.define('token-auth', Errors)
    const { setUp } = await import('./set-up.ts')
    return setUp(app, { ...parts, settings, clock })
  },

  metrics: tokens => tokenMetrics(tokens.status()),
  admin: addAdminRoutes
})
