import type { Clock } from '../../core/index.ts'
import type { BridgeSettings } from './config.ts'
import type { DevicePlace } from './pool.ts'
import { openSocket } from './socket.ts'

/** The devices behind URLs, in their order. */
export function placesAt(urls: readonly string[], settings: BridgeSettings, clock: Clock): DevicePlace[] {
  const { reconnectMinMs, reconnectMaxMs, pingIntervalMs: keepAliveMs, certNos } = settings
  return urls.map((url, index) => ({
    name: `device-${index + 1}`,
    address: new URL(url).host,
    certNo: certNos[index] ?? '',
    connect: events => openSocket({ url, clock, reconnectMinMs, reconnectMaxMs, keepAliveMs }, events)
  }))
}
