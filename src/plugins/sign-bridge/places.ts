import { X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createSecureContext } from 'node:tls'
import { Semaphore } from 'async-mutex'
import type { Clock } from '../../core/index.ts'
import type { State } from '../state/service.ts'
import type { BridgeSettings } from './config.ts'
import type { DevicePlace } from './pool.ts'
import { leased } from './lease.ts'
import { openSocket } from './socket.ts'
import type { Connect } from './transport.ts'

/**
 * The devices behind URLs, in their order.
 * @throws {Error} when caFile cannot be used, or a lease is wanted and there is no `state`
 */
export function placesAt(
  urls: readonly string[],
  settings: BridgeSettings,
  { clock, state }: { readonly clock: Clock; readonly state: State | undefined }
): DevicePlace[] {
  const { reconnectMinMs, reconnectMaxMs, pingIntervalMs: keepAliveMs, certNos } = settings
  const { maxConnecting, caFile, tlsServerName: servername, deviceLease, deviceLeaseMs: leaseMs } = settings
  if (deviceLease && !state) throw new Error('deviceLease needs the plugin `state`: turn it on')
  const ca = caFile === undefined ? undefined : readAuthorities(caFile)
  const shared = { clock, reconnectMinMs, reconnectMaxMs, keepAliveMs, ca, servername }
  const slots = new Semaphore(maxConnecting)
  return urls.map((url, index) => {
    const address = new URL(url).host
    const connect: Connect = events => openSocket({ ...shared, url, slots }, events)
    const lease = deviceLease && state && { state, key: `sign-bridge device ${address}`, leaseMs, clock }
    return {
      name: `device-${index + 1}`,
      address,
      certNo: certNos[index] ?? '',
      connect: lease ? leased(connect, lease) : connect
    }
  })
}

/** @throws {Error} naming the file, when it cannot be read or holds no certificate */
function readAuthorities(file: string): string {
  try {
    const pem = readFileSync(file, 'utf8')
    // OpenSSL takes a file without any certificate for an empty list.
    if (new X509Certificate(pem).raw.length > 0) createSecureContext({ ca: pem })
    return pem
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'it is no PEM'
    throw new Error(`caFile ${file} holds no certificate that can be read (${code})`, { cause })
  }
}
