import { Clock, definePlugin, optional, systemClock } from '../../core/index.ts'
import { ApiErrors } from '../api-error/service.ts'
import { State } from '../state/service.ts'
import { checkSettings } from './check.ts'
import { Config } from './config.ts'
import { createEnvelope } from './envelope.ts'
import { Errors } from './errors.ts'
import { readProfiles } from './profiles.ts'
import { createReplayGuard } from './replay-guard.ts'
import { sealRoutes } from './sealed-routes.ts'
import { CryptoEnvelope } from './service.ts'

export default definePlugin({
  name: 'crypto-envelope',
  description: 'Opens encrypted requests and seals their answers, for routes that name a profile.',
  config: Config,
  needs: { state: State, errors: optional(ApiErrors), clock: optional(Clock) },
  provides: CryptoEnvelope,
  scope: 'global',
  check: checkSettings,

  setup(app, { config, log, state, errors, clock = systemClock }) {
    const { profiles, problems } = readProfiles(config, clock)
    if (problems.length > 0)
      throw new TypeError(problems.map(({ path, message }) => `${path.join('.')} ${message}`).join('; '))

    errors?.define('crypto-envelope', Errors)
    const envelope = createEnvelope(profiles, createReplayGuard(state, clock))
    sealRoutes(app, envelope, errors)

    const weak = profiles.filter(({ codec }) => codec.weakness)
    const reasons = weak.map(({ name, codec }) => [name, `${codec.name}: ${codec.weakness}`])
    if (weak.length > 0)
      log.warn({ weak: Object.fromEntries(reasons) }, 'some envelope profiles are weak by design')
    return envelope
  },

  health(envelope) {
    const idle = envelope.status().filter(({ keys }) => keys.length === 0)
    if (idle.length > 0) throw new Error(`no key is valid now in: ${idle.map(({ name }) => name).join(', ')}`)
  }
})
