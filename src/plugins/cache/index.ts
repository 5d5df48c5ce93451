import { randomBytes } from 'node:crypto'
import { Clock, definePlugin, optional, systemClock } from '../../core/index.ts'
import { ApiErrors } from '../api-error/service.ts'
import { Sessions } from '../sessions/service.ts'
import { State } from '../state/service.ts'
import { Telemetry } from '../telemetry/service.ts'
import { addAdminRoutes } from './admin.ts'
import { cacheRoutes } from './cached-routes.ts'
import { checkSettings } from './check.ts'
import { Config } from './config.ts'
import { LayeredCache } from './layered-cache.ts'
import { cacheMetrics } from './metrics.ts'
import { cacheForUsers } from './session-users.ts'
import { Cache } from './service.ts'

export default definePlugin({
  name: 'cache',
  description: 'Keeps results of slow or failing work by policy, for everybody or for each user, encrypted.',
  config: Config,
  needs: {
    state: optional(State),
    errors: optional(ApiErrors),
    sessions: optional(Sessions),
    telemetry: optional(Telemetry),
    clock: optional(Clock)
  },
  provides: Cache,
  scope: 'global',
  check: checkSettings,

  setup(app, { config, log, state, errors, sessions, telemetry, clock = systemClock }) {
    if (config.shared && !state) log.warn('values are not shared: no plugin provides state')
    const unique = (): string => randomBytes(12).toString('base64url')
    const cache = new LayeredCache({
      settings: config,
      clock,
      log,
      state,
      random: Math.random,
      unique,
      ...(telemetry?.active && {
        told: ({ name }, outcome) =>
          telemetry.event('cache', { 'paifang.cache.section': name, 'paifang.cache.outcome': outcome })
      })
    })
    if (sessions) cacheForUsers(cache, sessions, log)
    cacheRoutes(app, cache, errors)
    cache.core.start()
    app.addHook('onClose', () => cache.core.stop())
    return cache
  },

  metrics: cache => cacheMetrics(cache.stats()),
  drain: (cache, signal) => (cache as LayeredCache).core.drain(signal),
  admin: (app, cache) => addAdminRoutes(app, cache as LayeredCache)
})
