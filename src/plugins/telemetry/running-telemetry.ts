import type { FastifyBaseLogger } from 'fastify'
import { readFileSync } from 'node:fs'
import type { App, Clock, Metric } from '../../core/index.ts'
import { labelled } from '../../core/index.ts'
import type { ApiErrors } from '../api-error/service.ts'
import type { TelemetrySettings } from './config.ts'
import { CountedExporter, makeProvider } from './exporting.ts'
import { loadPackages } from './packages.ts'
import { traceRequests } from './requests.ts'
import type { Telemetry } from './service.ts'
import { Tracing } from './tracing.ts'

/** What telemetry is started with. */
export interface TelemetryParts {
  readonly app: App
  readonly settings: TelemetrySettings
  readonly log: FastifyBaseLogger
  readonly clock: Clock
  readonly errors: ApiErrors | undefined
}

/** Telemetry, as its plugin knows it. */
export interface RunningTelemetry extends Telemetry {
  readonly counted: () => Metric[]
}

/**
 * Starts to trace requests. The last spans are sent when the gateway closes.
 * @throws {Error} saying what to install, when a package is not there
 */
export async function startTelemetry(parts: TelemetryParts): Promise<RunningTelemetry> {
  const { app, settings, log, clock, errors } = parts
  const packages = await loadPackages()
  const exporter = new CountedExporter(packages, new packages.exporter.OTLPTraceExporter(), clock, log)
  const version = ownVersion()
  const provider = makeProvider(packages, exporter, version)
  const tracer = provider.getTracer('paifang', version)
  const tracing = new Tracing({ packages, tracer, clock, continueTraces: settings.continueTraces })
  traceRequests(app, tracing, errors)
  app.addHook('onClose', async () => {
    const sent = provider.shutdown().catch((err: unknown) => log.warn({ err }, 'the last traces are lost'))
    const late = new Promise<void>(resolve => void clock.after(settings.flushMs, resolve))
    await Promise.race([sent, late])
  })
  const counted = (): Metric[] => [
    labelled('paifang_telemetry_spans_total', 'Spans by what became of them', 'outcome', exporter.counts)
  ]
  return Object.assign(tracing, { counted })
}

function ownVersion(): string {
  const text = readFileSync(new URL('../../../package.json', import.meta.url), 'utf8')
  return (JSON.parse(text) as { readonly version: string }).version
}
