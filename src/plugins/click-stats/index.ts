import { Clock, definePlugin, isTimeZone, optional, systemClock } from '../../core/index.ts'
import { ApiErrors } from '../api-error/service.ts'
import { Database } from '../database/service.ts'
import { FileRoutes } from '../file-routes/service.ts'
import { Sessions } from '../sessions/service.ts'
import { State } from '../state/service.ts'
import { addAdminRoutes } from './admin.ts'
import { Config } from './config.ts'
import { Errors } from './errors.ts'
import { clickMetrics } from './metrics.ts'
import { ClickStats } from './service.ts'
import type { TargetClicks } from './target-clicks.ts'

export default definePlugin({
  name: 'click-stats',
  description: 'Counts clicks on banners and the like, and by how many users, without keeping who they are.',
  config: Config,
  needs: {
    database: Database,
    sessions: optional(Sessions),
    state: optional(State),
    errors: optional(ApiErrors),
    fileRoutes: optional(FileRoutes),
    clock: optional(Clock)
  },
  provides: ClickStats,

  check({ timezone }) {
    if (isTimeZone(timezone)) return []
    return [{ path: ['timezone'], message: 'is no time zone', hint: 'write it as Asia/Shanghai' }]
  },

  async setup(app, { config: settings, clock = systemClock, fileRoutes, ...parts }) {
    parts.errors?.define('click-stats', Errors)
    const { setUp } = await import('./set-up.ts')
    const clicks = await setUp(app, { ...parts, settings, clock })
    fileRoutes?.extend('clicks', request => clicks.of(request))
    return clicks
  },

  health: clicks => (clicks as TargetClicks).assertWriting(),
  metrics: clicks => clickMetrics(clicks as TargetClicks),
  drain: clicks => (clicks as TargetClicks).flush(),
  admin: (app, clicks) => addAdminRoutes(app, clicks as TargetClicks)
})
