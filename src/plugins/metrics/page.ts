import { collectDefaultMetrics, Gauge, Registry } from 'prom-client'
import type { GatewayInfo, HistogramSnapshot, Metric } from '../../core/index.ts'

/** The gauge of requests that are not answered yet. */
export const inFlightName = 'paifang_http_requests_in_flight'

let processRegistry: Registry | undefined

/** What is measured of the process: once, whatever gateways follow each other in it, for it never stops. */
function ofProcess(): Registry {
  if (!processRegistry) {
    processRegistry = new Registry()
    collectDefaultMetrics({ register: processRegistry })
  }
  return processRegistry
}

/** Everything that the gateway measures, as a page for Prometheus. */
export class MetricsPage {
  readonly registry = new Registry()
  readonly #gateway: () => Pick<GatewayInfo, 'plugins' | 'health' | 'metrics'> | undefined
  readonly #runtime: Registry | undefined
  readonly #started: Gauge
  readonly #up: Gauge

  constructor(
    gateway: () => Pick<GatewayInfo, 'plugins' | 'health' | 'metrics'> | undefined,
    version: string,
    runtime: boolean
  ) {
    this.#gateway = gateway
    const registers = [this.registry]
    if (runtime) this.#runtime = ofProcess()
    const build = new Gauge({
      name: 'paifang_build_info',
      help: 'Always 1: the versions are in the labels',
      labelNames: ['version', 'node'],
      registers
    })
    build.set({ version, node: process.version }, 1)
    this.#started = new Gauge({
      name: 'paifang_plugin_start_seconds',
      help: 'How long a plugin took to start',
      labelNames: ['plugin'],
      registers
    })
    this.#up = new Gauge({
      name: 'paifang_plugin_up',
      help: 'Whether a plugin can do its work',
      labelNames: ['plugin'],
      registers
    })
  }

  get contentType(): string {
    return this.registry.contentType
  }

  async requestsInFlight(): Promise<number | undefined> {
    const gauge = await this.registry.getSingleMetric(inFlightName)?.get()
    return gauge && (gauge.values[0]?.value ?? 0)
  }

  /** The page as it is now. */
  async text(): Promise<string> {
    const gateway = this.#gateway()
    const [health = {}, measured = []] = await Promise.all([gateway?.health.all(), gateway?.metrics()])
    for (const { id, ms } of gateway?.plugins ?? []) this.#started.set({ plugin: id }, ms / 1_000)
    for (const [plugin, { status }] of Object.entries(health))
      this.#up.set({ plugin }, status === 'ok' ? 1 : 0)
    const plugins = new Registry()
    const own = this.#runtime ? [this.#runtime, this.registry] : [this.registry]
    for (const metric of measured)
      if (!own.some(registry => registry.getSingleMetric(metric.name)))
        plugins.registerMetric(new Snapshot(metric) as never)
    return Registry.merge([...own, plugins]).metrics()
  }
}

interface Value {
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
  /** Where it is not that of the metric. */
  readonly metricName?: string
}

/** A metric that was measured elsewhere, as prom-client reads one. */
class Snapshot {
  readonly name: string
  readonly #metric: Metric

  constructor(metric: Metric) {
    this.name = metric.name
    this.#metric = metric
  }

  async get(): Promise<{ name: string; help: string; type: string; aggregator: 'sum'; values: Value[] }> {
    const { name, help, kind, samples } = this.#metric
    const values = samples.flatMap(({ labels, value }) =>
      typeof value === 'number' ? [{ labels, value }] : histogramValues(name, labels, value)
    )
    return { name, help, type: kind, aggregator: 'sum', values }
  }
}

function histogramValues(
  name: string,
  labels: Readonly<Record<string, string>>,
  { buckets, sum, count }: HistogramSnapshot
): Value[] {
  const metricName = `${name}_bucket`
  return [
    ...buckets.map(([le, value]) => ({ metricName, labels: { ...labels, le: String(le) }, value })),
    { metricName, labels: { ...labels, le: '+Inf' }, value: count },
    { metricName: `${name}_sum`, labels, value: sum },
    { metricName: `${name}_count`, labels, value: count }
  ]
}
