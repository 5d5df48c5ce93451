import type { Clock, SettingProblem } from '../../core/index.ts'
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

/** What a schema cannot see in the settings. */
export function checkSettings(settings: BridgeSettings): SettingProblem[] {
  const problems = settings.devices.flatMap((url, index) => {
    const message = urlProblem(url)
    return message
      ? [{ path: ['devices', String(index)], message, hint: 'write it like ws://192.168.1.20:61232' }]
      : []
  })
  const { certNos, devices, reconnectMinMs, reconnectMaxMs } = settings
  if (certNos.length > 0 && certNos.length !== devices.length)
    problems.push({
      path: ['certNos'],
      message: `has ${certNos.length} entries for ${devices.length} devices`,
      hint: 'one for each device, in their order; leave one empty to allow any'
    })
  if (reconnectMinMs > reconnectMaxMs)
    problems.push({
      path: ['reconnectMinMs'],
      message: 'is more than reconnectMaxMs',
      hint: `choose ${reconnectMaxMs} or less`
    })
  return problems
}

function urlProblem(url: string): string | undefined {
  if (!URL.canParse(url)) return 'is no URL'
  const { username, password, hash } = new URL(url)
  if (hash || url.endsWith('#')) return 'has a fragment, which a WebSocket URL cannot have'
  if (username || password) return 'holds a password, which would be shown wherever settings are'
  return undefined
}
