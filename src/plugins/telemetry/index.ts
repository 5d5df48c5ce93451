import { Clock, definePlugin, optional, systemClock } from '../../core/index.ts'
import { ApiErrors } from '../api-error/service.ts'
import { Config } from './config.ts'
import { asksForTraces, otherProtocol } from './environment.ts'
import type { RunningTelemetry } from './running-telemetry.ts'
import { Telemetry } from './service.ts'
import { noTelemetry } from './tracing.ts'

export default definePlugin({
  name: 'telemetry',
  description: 'Traces of requests for OpenTelemetry, where OTEL_EXPORTER_OTLP_ENDPOINT says where they go.',
  config: Config,
  needs: { errors: optional(ApiErrors), clock: optional(Clock) },
  provides: Telemetry,
  scope: 'global',

  async setup(app, { config: settings, log, errors, clock = systemClock }) {
    if (!asksForTraces(process.env)) return noTelemetry
    const protocol = otherProtocol(process.env)
    if (protocol !== undefined)
      log.warn({ protocol }, 'traces go out as JSON over HTTP, not by this protocol')
    const { startTelemetry } = await import('./running-telemetry.ts')
    return startTelemetry({ app, settings, log, clock, errors })
  },

  metrics: telemetry => (telemetry.active ? (telemetry as RunningTelemetry).counted() : [])
})
