import { Clock, definePlugin, optional, systemClock } from '../../core/index.ts'
import { ApiErrors } from '../api-error/service.ts'
import { ImGateway } from '../im-ws-gateway/service.ts'
import { Metrics } from '../metrics/service.ts'
import { SignBridge } from '../sign-bridge/service.ts'
import { SignSimulator } from '../sign-simulator/service.ts'
import { WechatSimulator } from '../wechat-simulator/service.ts'
import { Config } from './config.ts'
import type { RunningConsole } from './running-console.ts'
import { Console } from './service.ts'

export default definePlugin({
  name: 'console',
  description: 'A page that shows plugins, health, routes and recent errors as they are, with things to try.',
  config: Config,
  needs: {
    errors: optional(ApiErrors),
    metrics: optional(Metrics),
    bridge: optional(SignBridge),
    cards: optional(SignSimulator),
    phones: optional(WechatSimulator),
    // It may have `/` for itself: whether it does must be known.
    chat: optional(ImGateway),
    clock: optional(Clock)
  },
  provides: Console,

  async setup(app, { config, log, clock = systemClock, ...services }) {
    if (!app.hasDecorator('gateway')) throw new Error('the console shows a gateway: createGateway makes one')
    const { startConsole } = await import('./running-console.ts')
    return startConsole({ app, settings: config, log, clock, ...services })
  },

  drain: running => (running as RunningConsole).feed.end(),
  admin: (app, running) => (running as RunningConsole).addTo(app)
})
