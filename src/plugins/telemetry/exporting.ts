import type { ExportResultCode } from '@opentelemetry/core'
import type { ReadableSpan, SpanExporter } from '@opentelemetry/sdk-trace-node'
import type { FastifyBaseLogger } from 'fastify'
import type { Clock } from '../../core/index.ts'
import type { TracingPackages } from './packages.ts'

/** A failure is told at most once in this time. */
const quietMs = 60_000

/** Counts what an exporter does, and says in the log that it fails: by itself it says nothing. */
export class CountedExporter implements SpanExporter {
  readonly #success: ExportResultCode
  readonly #exporter: SpanExporter
  readonly #clock: Clock
  readonly #log: FastifyBaseLogger
  #toldAt = -Infinity
  readonly counts = { exported: 0, failed: 0 }

  constructor(
    { core: { ExportResultCode } }: Pick<TracingPackages, 'core'>,
    exporter: SpanExporter,
    clock: Clock,
    log: FastifyBaseLogger
  ) {
    this.#success = ExportResultCode.SUCCESS
    this.#exporter = exporter
    this.#clock = clock
    this.#log = log
  }

  export(spans: ReadableSpan[], done: Parameters<SpanExporter['export']>[1]): void {
    this.#exporter.export(spans, result => {
      if (result.code === this.#success) this.counts.exported += spans.length
      else this.#failed(spans.length, result.error)
      done(result)
    })
  }

  shutdown(): Promise<void> {
    return this.#exporter.shutdown()
  }

  async forceFlush(): Promise<void> {
    await this.#exporter.forceFlush?.()
  }

  #failed(count: number, error: Error | undefined): void {
    this.counts.failed += count
    const now = this.#clock.monotonic()
    if (now - this.#toldAt < quietMs) return
    this.#toldAt = now
    // Its message has a body of somebody else, and an endpoint may have a password in it.
    const { name, code } = (error ?? {}) as { readonly name?: string; readonly code?: unknown }
    this.#log.warn({ name, code, spans: count }, 'traces could not be exported')
  }
}

/** A provider of spans that the environment configures: endpoint, headers, sampler, batches, names of the service. */
export function makeProvider(
  { sdk, resources }: TracingPackages,
  exporter: SpanExporter,
  version: string
): InstanceType<TracingPackages['sdk']['BasicTracerProvider']> {
  const own = resources.resourceFromAttributes({ 'service.name': 'paifang', 'service.version': version })
  const named = resources.detectResources({ detectors: [resources.envDetector] })
  return new sdk.BasicTracerProvider({
    resource: resources.defaultResource().merge(own).merge(named),
    spanProcessors: [new sdk.BatchSpanProcessor(exporter)]
  })
}
