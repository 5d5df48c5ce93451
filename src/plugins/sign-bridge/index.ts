import { isProduction, Clock, definePlugin, optional, systemClock } from '../../core/index.ts'
import { ApiErrors } from '../api-error/service.ts'
import { CryptoEnvelope } from '../crypto-envelope/service.ts'
import { Database, openKey } from '../database/service.ts'
import { MinuteLimits, State } from '../state/service.ts'
import { SignSimulator } from '../sign-simulator/service.ts'
import { Telemetry } from '../telemetry/service.ts'
import { addAdminRoutes } from './admin.ts'
import { PooledBridge } from './bridge.ts'
import { callerLimits } from './caller-limits.ts'
import { Callers } from './callers.ts'
import { Certificates } from './certificates.ts'
import { checkCallers } from './check-callers.ts'
import { checkSettings } from './check.ts'
import { Config } from './config.ts'
import { Errors } from './errors.ts'
import { Idempotency } from './idempotency.ts'
import { IdempotencyRecords, recordTimes } from './idempotency-records.ts'
import { PinGuard } from './pin-guard.ts'
import { openRows } from './pin-guard-rows.ts'
import { addBatchRoute } from './routes-batch.ts'
import { addSignRoute } from './routes-sign.ts'
import { addGetCode, addStatusRoutes } from './routes.ts'
import { keyedDigest, keyPlace } from './secret.ts'
import { OpenRequests } from './open-requests.ts'
import { SignBridge } from './service.ts'
import { tracedDevice, tracedRequest } from './traced-stages.ts'
import { Verification } from './verify.ts'

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
    telemetry: optional(Telemetry),
    clock: optional(Clock)
  },
  provides: SignBridge,
  check: settings => [...checkSettings(settings), ...checkCallers(settings)],

  async setup(
    app,
    { config, log, envelope, database, state, errors, simulator, telemetry, clock = systemClock }
  ) {
    errors?.define('sign-bridge', Errors)
    const [{ startSigningDevices }, { Supervision }] = await Promise.all([
      import('./signing-devices.ts'),
      import('./supervision.ts')
    ])
    const urls = config.devices.length > 0 ? config.devices : (simulator?.urls ?? [])
    if (urls.length === 0) log.warn('no signing device is configured: set devices, or turn on sign-simulator')
    const digest = keyedDigest(await openKey(database, keyPlace(config), log, isProduction(app)))
    const supervision = await Supervision.open({ settings: config, database, digest, clock, log })
    const { announcer, metrics } = supervision
    const { tell } = announcer
    const attemptMs = config.timeoutMs + 5_000
    const rows = await openRows(database)
    const guard = new PinGuard({ ...config, rows, digest, clock, tell, attemptMs }, () => pool.devices)
    const signing = startSigningDevices({
      urls,
      settings: config,
      clock,
      log,
      announcer,
      gate: guard,
      passed: metrics.passed,
      state
    })
    const { pool } = signing
    const certificates = new Certificates(pool.devices, clock)
    const verification = new Verification({ certificates, settings: config, clock, tell })
    const traced = telemetry?.active ? telemetry : undefined
    const deviceStages = [
      ...(config.verifySignatures ? [verification.stage] : []),
      ...(traced ? [tracedDevice(traced)] : [])
    ]
    const callers = new Callers(config.callers)
    const records = await IdempotencyRecords.open(database, clock, recordTimes(config))
    const idempotency = new Idempotency({ records, digest, log })
    const rate = new MinuteLimits({ prefix: 'sign-bridge', clock, log, state })
    const stages = [
      ...(traced ? [tracedRequest(traced)] : []),
      ...supervision.stages,
      callerLimits({ callers, rate }),
      idempotency.stage
    ]
    const operations = supervision.watch({
      devices: pool.devices,
      certificates,
      verification,
      blocks: guard
    })
    const parts = { pool, certificates, callers, supervision, operations, stages, deviceStages }
    const open = new OpenRequests()
    open.watch(app)
    // The other half of the time is for streams and sockets, which are told to come back after that.
    const patienceMs = (): number =>
      app.hasDecorator('gateway') && app.gateway.replaced ? app.gateway.server.closeMs / 2 : 0
    const bridge = new PooledBridge({ ...config, ...parts, open, clock, patienceMs })

    const routes = { bridge, callers, idempotency, errors, clock, settings: config }
    addSignRoute(app, routes)
    addBatchRoute(app, routes)
    if (envelope.status().some(({ name }) => name === 'legacy')) addGetCode(app, routes)
    else log.warn('POST /getCode is left out: crypto-envelope has no profile `legacy`; set its legacyKey')
    addStatusRoutes(app, routes)
    app.addHook('preClose', async () => pool.stop())
    app.addHook('onClose', async () => {
      await signing.close()
      await verification.close()
      await supervision.close()
    })
    return bridge
  },

  metrics: bridge => bridge.status().metrics,
  health: bridge => (bridge as PooledBridge).assertReady(),
  drain: (bridge, signal) => (bridge as PooledBridge).drain(signal),
  admin: (app, bridge) => addAdminRoutes(app, bridge as PooledBridge)
})
