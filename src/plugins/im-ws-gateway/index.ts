import { randomBytes } from 'node:crypto'
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

  async setup(app, { config, log, database, state, errors, clock = systemClock }) {
    errors?.define('im-ws-gateway', { ...Errors, ...RestErrors })
    const [{ openCores }, { openTokens }, { Gateway }, { addImRoutes }] = await Promise.all([
      import('./nodes/open-cores.ts'),
      import('./tokens/open-tokens.ts'),
      import('./gateway/gateway.ts'),
      import('./rest/routes.ts')
    ])
    const settings = { ...config, tokenSecret: config.tokenSecret || randomBytes(32).toString('hex') }
    if (config.tokenCheck === 'embedded' && config.tokenSecret === '')
      log.warn('no tokenSecret is set: tokens are good until this process ends')
    const opened = await openTokens({ settings, database, state, clock })
    const cores = await openCores({ settings, database, state, clock, log })
    const gateway = new Gateway({ settings, clock, log, cores, tokens: opened.tokens, state })
    const [{ backOffice }, { issuer }] = [cores, opened]
    gateway.addTo(app)
    addImRoutes(app, {
      settings,
      issuer,
      backOffice,
      errors,
      forceLogout: (userID, platformID) => gateway.forceLogout(userID, platformID),
      platformsOf: userID => gateway.platformsOf(userID)
    })
    if (settings.demo && issuer) {
      const { addDemo } = await import('./demo/demo.ts')
      addDemo(app, { settings, issuer, backOffice })
    }
    app.addHook('onClose', async () => {
      await gateway.close()
      await opened.close()
    })
    return gateway
  },

  metrics: gateway => imMetrics(gateway.status()),
  health: gateway => (gateway as Gateway).assertReady(),
  drain: (gateway, signal) => (gateway as Gateway).drain(signal),
  admin: (app, gateway) => addAdminRoutes(app, gateway as Gateway)
})
