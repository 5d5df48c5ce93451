import { WebSocketServer } from 'ws'
import { addUpgradeRoute, networkOf, type App } from '../../../core/index.ts'
import { ApiError } from '../../api-error/service.ts'
import { Errors } from '../errors.ts'
import { subprotocol } from '../protocol/frames.ts'
import { maxControlBytes } from '../protocol/read-frame.ts'
import type { WorkerPool } from './worker-pool.ts'

/** Seconds after which whoever found no room may try again. */
const retryAfter = 10

/** Adds the path where workers connect. */
export function addEndpoint(app: App, path: string, pool: WorkerPool): void {
  const sockets = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload: maxControlBytes,
    handleProtocols: () => subprotocol
  })
  addUpgradeRoute(app, path, {
    access: 'secret of a worker, by challenge after the upgrade',
    check({ headers, ip }, reply) {
      // Whoever sends it is a browser, whose user knows nothing of it.
      if (headers.origin !== undefined) throw new ApiError(Errors['worker.browser_refused'])
      const offered = headers['sec-websocket-protocol']?.split(',').map(name => name.trim()) ?? []
      if (!offered.includes(subprotocol)) throw new ApiError(Errors['worker.bad_protocol'])
      if (pool.hasRoom(networkOf(ip))) return
      pool.counters.refusedUpgrades++
      void reply.header('retry-after', retryAfter)
      throw new ApiError(Errors['worker.busy'])
    },
    accept(request, { raw, socket, head }) {
      sockets.handleUpgrade(raw, socket, head, opened => pool.connect(opened, socket, networkOf(request.ip)))
    },
    refuse(reply) {
      void reply.header('upgrade', 'websocket')
      throw new ApiError(Errors['worker.upgrade_required'])
    }
  })
}
