import { Clock, definePlugin, optional, systemClock } from '../../core/index.ts'
import { ApiErrors } from '../api-error/service.ts'
import { CryptoEnvelope } from '../crypto-envelope/service.ts'
import { Database } from '../database/service.ts'
import { State } from '../state/service.ts'
import { SignSimulator } from '../sign-simulator/service.ts'
import { PooledBridge } from './bridge.ts'
import { Certificates } from './certificates.ts'
import { checkSettings } from './check.ts'
import { Config } from './config.ts'
import { Errors } from './errors.ts'
import { Announcer } from './events.ts'
import { addGetCode, addStatusRoutes } from './routes.ts'
import { SignBridge } from './service.ts'
import { verification } from './verify.ts'

export default definePlugin({
  name: 'sign-bridge',
  description: 'Signs with the cards behind one or several signing controls.',
  config: Config,
  needs: {
    envelope: CryptoEnvelope,
    database: Database,
    state: optional(State),
    errors: optional(ApiErrors),
    simulator: optional(SignSimulator),
    clock: optional(Clock)
  },
  provides: SignBridge,
  check: checkSettings,

  async setup(app, { config, log, envelope, state, errors, simulator, clock = systemClock }) {
    errors?.define('sign-bridge', Errors)
    const { startSigningDevices } = await import('./signing-devices.ts')
    const urls = config.devices.length > 0 ? config.devices : (simulator?.urls ?? [])
    if (urls.length === 0) log.warn('no signing device is configured: set devices, or turn on sign-simulator')
    const announcer = new Announcer(log)
    const signing = startSigningDevices({
      urls,
      settings: config,
      clock,
      log,
      announcer,
      state
    })
    const { pool } = signing
    const certificates = new Certificates(pool.devices, clock)
    const deviceStages = config.verifySignatures ? [verification(certificates)] : []
    const bridge = new PooledBridge({ ...config, pool, certificates, stages: [], deviceStages })

    if (envelope.status().some(({ name }) => name === 'legacy')) addGetCode(app, bridge, config)
    else log.warn('POST /getCode is left out: crypto-envelope has no profile `legacy`; set its legacyKey')
    addStatusRoutes(app, bridge)
    app.addHook('preClose', async () => pool.stop())
    app.addHook('onClose', () => signing.close())
    return bridge
  },

  health: bridge => (bridge as PooledBridge).assertReady(),
  drain: (bridge, signal) => (bridge as PooledBridge).drain(signal)
})
