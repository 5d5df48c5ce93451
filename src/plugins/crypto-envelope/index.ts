import { Clock, definePlugin, optional, systemClock } from '../../core/index.ts'
import { ApiErrors } from '../api-error/service.ts'
import { State } from '../state/service.ts'
import { checkSettings } from './check.ts'
import { weaknessOf } from './codec.ts'
import { Config } from './config.ts'
import { createEnvelope } from './envelope.ts'
import { Errors } from './errors.ts'
import { envelopeMetrics } from './metrics.ts'
import { identityOf, readKeysFile } from './keys-file.ts'
import { keepKeys } from './live-keys.ts'
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

  async setup(app, { config, log, state, errors, clock = systemClock }) {
    const identity = identityOf(config.keysFile ?? '')
    const file = readKeysFile(config.keysFile)
    const { profiles, problems } = readProfiles(config, file.keys, clock)
    const found = [...file.problems, ...problems]
    if (found.length > 0)
      throw new TypeError(found.map(({ path, message }) => `${path.join('.')} ${message}`).join('; '))
    for (const { codec } of profiles) await codec.load?.()

    errors?.define('crypto-envelope', Errors)
    const production = app.hasDecorator('gateway') && app.gateway.production
    const keys = keepKeys(profiles, config, identity, { production, clock, log })
    app.addHook('onClose', async () => keys?.stop())
    const envelope = createEnvelope(profiles, createReplayGuard(state, clock), keys?.status)
    sealRoutes(app, envelope, errors, config.maxBytes)

    const weak = profiles.flatMap(({ name, codec }) => {
      const weakness = weaknessOf(codec)
      return weakness ? [[name, `${codec.name}: ${weakness}`]] : []
    })
    if (weak.length > 0)
      log.warn({ weak: Object.fromEntries(weak) }, 'some envelope profiles are weak by design')
    return envelope
  },

  metrics: envelope => envelopeMetrics(envelope.status()),

  health(envelope) {
    const idle = envelope.status().filter(({ keys }) => keys.length === 0)
    if (idle.length > 0) throw new Error(`no key is valid now in: ${idle.map(({ name }) => name).join(', ')}`)
  }
})
