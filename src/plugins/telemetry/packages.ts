import type * as api from '@opentelemetry/api'
import type * as core from '@opentelemetry/core'
import type * as exporter from '@opentelemetry/exporter-trace-otlp-http'
import type * as resources from '@opentelemetry/resources'
import type * as sdk from '@opentelemetry/sdk-trace-node'

/** The packages of OpenTelemetry that are used, loaded. */
export interface TracingPackages {
  readonly api: typeof api
  readonly core: typeof core
  readonly resources: typeof resources
  readonly sdk: typeof sdk
  readonly exporter: typeof exporter
}

/** Versions that fit each other and Node 20. */
const install =
  'npm install @opentelemetry/api@1.9 @opentelemetry/core@2 @opentelemetry/resources@2 @opentelemetry/sdk-trace-node@2 @opentelemetry/exporter-trace-otlp-http@0.223'

/**
 * Loads what a gateway without telemetry does not have.
 * @param load for tests
 * @throws {Error} saying what to install, when one is not there
 */
export async function loadPackages(
  load: () => Promise<TracingPackages> = importAll
): Promise<TracingPackages> {
  try {
    return await load()
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw cause
    throw new Error(
      `OTEL_EXPORTER_OTLP_ENDPOINT asks for traces, and a package for that is not there: ${install}`,
      { cause }
    )
  }
}

async function importAll(): Promise<TracingPackages> {
  const [ofApi, ofCore, ofResources, ofSdk, ofExporter] = await Promise.all([
    import('@opentelemetry/api'),
    import('@opentelemetry/core'),
    import('@opentelemetry/resources'),
    import('@opentelemetry/sdk-trace-node'),
    import('@opentelemetry/exporter-trace-otlp-http')
  ])
  return { api: ofApi, core: ofCore, resources: ofResources, sdk: ofSdk, exporter: ofExporter }
}
