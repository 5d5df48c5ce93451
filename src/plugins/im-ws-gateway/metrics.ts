import { labelled, plain, single, type Metric } from '../../core/index.ts'
import type { ImGatewayStatus } from './service.ts'

/** What the gateway counts, in the names of Prometheus. */
export function imMetrics(status: ImGatewayStatus): Metric[] {
  return [
    single('paifang_ws_connections', 'Sockets, logged in or not', status.connections),
    single('paifang_im_users', 'Users who are here', status.users),
    labelled(
      'paifang_im_connections_by_platform',
      'Connections that are logged in',
      'platform',
      status.byPlatform
    ),
    labelled(
      'paifang_im_connections_by_dialect',
      'Connections by kind of client',
      'dialect',
      status.byDialect
    ),
    single('paifang_im_queued_bytes', 'What waits for slow readers', status.queuedBytes),
    ...plain('paifang_im', status.counters)
  ]
}
