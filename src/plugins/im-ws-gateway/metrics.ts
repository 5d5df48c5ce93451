import { labelled, plain, single, type Metric } from '../../core/index.ts'
import type { ImGatewayStatus, ImNodesStatus, ImUploadsStatus } from './service.ts'

/** What the gateway counts, in the names of Prometheus. */
export function imMetrics(status: ImGatewayStatus): Metric[] {
  const { opened_total: opened = 0, ...counters } = status.counters
  return [
    single('paifang_ws_connections', 'Sockets, logged in or not', status.connections),
    single('paifang_ws_connections_total', 'Sockets that were opened', opened),
    single('paifang_im_users', 'Users who are here', status.users),
    labelled(
      'paifang_im_connections_by_platform',
      'Connections by platform, logged in or not',
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
    ...plain('paifang_im', counters),
    labelled('paifang_im_ended_total', 'Connections that have ended', 'reason', status.ended),
    ...(status.uploads ? uploadsMetrics(status.uploads) : []),
    ...(status.nodes ? nodesMetrics(status.nodes) : [])
  ]
}

function uploadsMetrics({ counters, refused }: ImUploadsStatus): Metric[] {
  return [
    ...plain('paifang_im_uploads', counters),
    labelled('paifang_im_uploads_refused_total', 'Requests about files that were refused', 'code', refused)
  ]
}

function nodesMetrics({ isHost, isLinked, term, nodes, counters }: ImNodesStatus): Metric[] {
  return [
    single('paifang_im_nodes_is_host', 'Whether this node runs the chat for all', isHost ? 1 : 0),
    single('paifang_im_nodes_is_linked', 'Whether users of this node can be served', isLinked ? 1 : 0),
    single('paifang_im_nodes_term', 'Grows each time that a node begins to run the chat', term),
    single('paifang_im_nodes_here', 'On the node that runs the chat: those that are there', nodes.length),
    ...plain('paifang_im_nodes', counters)
  ]
}
