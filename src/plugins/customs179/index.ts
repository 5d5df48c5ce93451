import { Clock, definePlugin, optional, systemClock } from '../../core/index.ts'
import { ApiErrors, Outcomes } from '../api-error/service.ts'
import { SignBridge } from '../sign-bridge/service.ts'
import { Config } from './config.ts'
import { Errors } from './errors.ts'
import { keepJsonText } from './json-body.ts'
import { customsMetrics } from './metrics.ts'
import { Customs179 } from './service.ts'
import { addSignRoute } from './sign-route.ts'
import { sm2Checks } from './sm2.ts'
import { addVerifyRoute } from './verify-route.ts'

export default definePlugin({
  name: 'customs179',
  description: 'Signs and verifies uploads of payment data under Customs announcement 179.',
  config: Config,
  needs: { bridge: SignBridge, errors: optional(ApiErrors), clock: optional(Clock) },
  provides: Customs179,

  check({ budgetMs, signingMs }) {
    if (signingMs < budgetMs) return []
    return [
      { path: ['signingMs'], message: 'leaves nothing of budgetMs', hint: `choose less than ${budgetMs}` }
    ]
  },

  setup(app, { config, bridge, errors, clock = systemClock }) {
    errors?.define('customs179', Errors)
    const textOf = keepJsonText(app)
    const [signed, verified] = [new Outcomes('signed'), new Outcomes('valid', 'invalid')]
    addSignRoute(app, { bridge, clock, config, textOf, outcomes: signed })
    addVerifyRoute(app, { clock, sm2: sm2Checks(), outcomes: verified })
    return { status: () => ({ sign: signed.snapshot(), verify: verified.snapshot() }) }
  },

  metrics: customs => customsMetrics(customs.status())
})
