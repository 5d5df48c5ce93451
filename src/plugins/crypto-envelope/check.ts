import { createSecretKey } from 'node:crypto'
import { systemClock, type CheckContext, type SettingProblem } from '../../core/index.ts'
import type { Config } from './config.ts'
import { readProfiles } from './profiles.ts'

/** The key of every demonstration: anybody has it. */
const demonstrationKey = createSecretKey('1234567887654321', 'utf8')

/** Everything that is wrong with the settings that their schema cannot see. */
export function checkSettings(config: Config, { production }: CheckContext): SettingProblem[] {
  const { keys, problems } = readProfiles(config, systemClock)
  const demonstrations = [...keys].filter(([, { key }]) => key.equals(demonstrationKey))
  const refused = demonstrations.map(([path]) => ({
    path,
    message: 'is the demonstration key, which everybody knows',
    hint: 'set a key of your own, or NODE_ENV to something else than production'
  }))
  return production ? [...problems, ...refused] : [...problems]
}
