import type { GatewayInfo, Metric } from '../../core/index.ts'
import type { Metrics } from '../metrics/service.ts'
import type { RecentFailure } from './service.ts'

/** One plugin as it is now. */
export interface PluginNow {
  readonly id: string
  readonly version: string | undefined
  /** How its start went. */
  readonly state: 'started' | 'failed' | 'skipped'
  /** Milliseconds that its start took. */
  readonly ms: number
  readonly health: 'ok' | 'down'
  /** Why it is down. */
  readonly reason: string | undefined
}

/** Numbers that move; what nothing tells is `undefined`. */
export interface Figures {
  readonly requests: number | undefined
  readonly streams: number | undefined
  readonly sockets: number | undefined
}

/** All of the page that changes while somebody looks at it. */
export interface Snapshot {
  readonly plugins: readonly PluginNow[]
  readonly figures: Figures
  /** The newest first. */
  readonly failures: readonly RecentFailure[]
}

/** Where a snapshot is taken from. */
export interface SnapshotSources {
  readonly gateway: Pick<GatewayInfo, 'plugins' | 'health' | 'metrics'>
  /** There when `metrics` is on, without which there are no figures. */
  readonly metrics: Metrics | undefined
  readonly failures: { list(): readonly RecentFailure[] }
}

/** How the gateway is now. */
export async function takeSnapshot({ gateway, metrics, failures }: SnapshotSources): Promise<Snapshot> {
  const [health, requests, measured] = await Promise.all([
    gateway.health.all(),
    metrics?.requestsInFlight(),
    metrics ? gateway.metrics() : []
  ])
  return {
    plugins: gateway.plugins.map(({ id, version, state, ms }) => {
      const { status = 'ok', reason } = health[id] ?? {}
      return { id, version, state, ms, health: status, reason }
    }),
    figures: {
      requests,
      streams: valueOf(measured, 'paifang_sse_connections'),
      sockets: valueOf(measured, 'paifang_ws_connections')
    },
    failures: failures.list()
  }
}

function valueOf(metrics: readonly Metric[], name: string): number | undefined {
  const value = metrics.find(metric => metric.name === name)?.samples[0]?.value
  return typeof value === 'number' ? value : undefined
}
