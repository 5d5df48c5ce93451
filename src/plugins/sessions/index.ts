import { Clock, definePlugin, optional, systemClock } from '../../core/index.ts'
import { ApiErrors } from '../api-error/service.ts'
import { Database } from '../database/service.ts'
import { State } from '../state/service.ts'
import { checkSettings } from './check.ts'
import { Config } from './config.ts'
import { Errors } from './errors.ts'
import { HttpClient } from '../http-client/service.ts'
import { sessionMetrics } from './metrics.ts'
import { Sessions } from './service.ts'

export default definePlugin({
  name: 'sessions',
  description: 'Logins whose data nobody can read without a password or a token of theirs.',
  config: Config,
  needs: {
    database: Database,
    state: optional(State),
    errors: optional(ApiErrors),
    httpClient: optional(HttpClient),
    clock: optional(Clock)
  },
  provides: Sessions,
  scope: 'global',
  check: checkSettings,

  async setup(app, { config: settings, clock = systemClock, ...parts }) {
    parts.errors?.define('sessions', Errors)
    if (settings.provider === 'users' && settings.users.length === 0)
      parts.log.warn('nobody can log in: set users, or another provider')
    const { setUp } = await import('./set-up.ts')
    return setUp(app, { ...parts, settings, clock })
  },

  metrics: sessions => sessionMetrics(sessions.status())
})
