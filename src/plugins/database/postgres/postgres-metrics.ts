import { labelled, single, type Metric } from '../../../core/index.ts'
import type { DatabaseFigures } from '../figures.ts'
import { databaseMetrics } from '../metrics.ts'

/** How many connections there are, and may be. */
export interface PoolCounts {
  readonly totalCount: number
  readonly idleCount: number
  /** Statements that wait for one. */
  readonly waitingCount: number
  readonly max: number
}

/** What the driver measures, in the names of Prometheus. */
export function postgresMetrics(figures: DatabaseFigures, pool: PoolCounts): Metric[] {
  const { totalCount, idleCount, waitingCount, max } = pool
  const connections = { used: totalCount - idleCount, idle: idleCount }
  return [
    ...databaseMetrics(figures),
    labelled('paifang_database_connections', 'Connections to the server', 'state', connections),
    single('paifang_database_connections_allowed', 'Connections that there may be', max),
    single('paifang_database_connections_awaited', 'Statements that wait for a connection', waitingCount),
    single(
      'paifang_database_broken_connections_total',
      'Connections that broke while nobody used them',
      figures.brokenConnections
    )
  ]
}
