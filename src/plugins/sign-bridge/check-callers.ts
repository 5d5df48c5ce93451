import type { SettingProblem } from '../../core/index.ts'
import type { BridgeSettings } from './config.ts'

/** What a schema cannot see in the settings of callers. */
export function checkCallers({
  callers,
  devices
}: Pick<BridgeSettings, 'callers' | 'devices'>): SettingProblem[] {
  const owners = new Map<string, string>()
  return Object.entries(callers).flatMap(([name, { token, devices: allowed }]) => {
    const problems: SettingProblem[] = []
    const owner = owners.get(token)
    if (owner !== undefined)
      problems.push({
        path: ['callers', name, 'token'],
        message: `is that of '${owner}', too`,
        hint: 'give each caller a token of its own: openssl rand -hex 32'
      })
    owners.set(token, name)
    const known = devices.map((_, index) => `device-${index + 1}`)
    const unknown = devices.length === 0 ? [] : allowed.filter(device => !known.includes(device))
    for (const device of unknown)
      problems.push({
        path: ['callers', name, 'devices', String(allowed.indexOf(device))],
        message: `names '${device}', which is no device`,
        hint: `the devices are ${known.join(', ')}`
      })
    return problems
  })
}
