import { Clock, definePlugin, optional, systemClock } from '../../core/index.ts'
import { ApiErrors } from '../api-error/service.ts'
import { SseHub } from '../sse-hub/service.ts'
import { State } from '../state/service.ts'
import { WechatSimulator } from '../wechat-simulator/service.ts'
import { checkSettings } from './config-check.ts'
import { Config } from './config.ts'
import { Errors } from './errors.ts'
import type { ScanLogin } from './login-service.ts'
import { setUp } from './login-setup.ts'
import { scanMetrics } from './metrics.ts'
import { WechatScan } from './service.ts'

export default definePlugin({
  name: 'wechat-scan',
  description: 'Logins by scanning the QR code of a WeChat official account.',
  config: Config,
  needs: {
    hub: SseHub,
    state: State,
    errors: optional(ApiErrors),
    simulator: optional(WechatSimulator),
    clock: optional(Clock)
  },
  provides: WechatScan,
  check: checkSettings,

  setup(app, { config: settings, log, hub, state, errors, simulator, clock = systemClock }) {
    errors?.define('wechat-scan', Errors)
    const scan = setUp(app, { settings, hub, state, clock, log, errors, simulator })
    if (!scan.isSetUp)
      log.warn(
        'no account is set up: set appId, appSecret, token and encodingAesKey, or turn on wechat-simulator'
      )
    return scan
  },

  metrics: async scan => scanMetrics(await scan.status()),
  health: scan => (scan as ScanLogin).assertReady()
})
