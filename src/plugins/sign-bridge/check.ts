import type { SettingProblem } from '../../core/index.ts'
import type { BridgeSettings } from './config.ts'

type CheckedSettings = Pick<
  BridgeSettings,
  'devices' | 'certNos' | 'reconnectMinMs' | 'reconnectMaxMs' | 'webhookUrl'
>

/** What a schema cannot see in the settings. */
export function checkSettings(settings: CheckedSettings): SettingProblem[] {
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
  if (settings.webhookUrl !== undefined && !isPlainUrl(settings.webhookUrl))
    problems.push({
      path: ['webhookUrl'],
      message: 'is no URL that can be posted to',
      hint: 'write it like https://alerts.example/hook, without user and password'
    })
  return problems
}

function isPlainUrl(url: string): boolean {
  if (!URL.canParse(url)) return false
  const { username, password } = new URL(url)
  return username === '' && password === ''
}

function urlProblem(url: string): string | undefined {
  if (!URL.canParse(url)) return 'is no URL'
  const { username, password, hash } = new URL(url)
  if (hash || url.endsWith('#')) return 'has a fragment, which a WebSocket URL cannot have'
  if (username || password) return 'holds a password, which would be shown wherever settings are'
  return undefined
}
