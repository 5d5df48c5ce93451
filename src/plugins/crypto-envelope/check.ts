import { createSecretKey } from 'node:crypto'
import { systemClock, type CheckContext, type SettingProblem } from '../../core/index.ts'
import type { Config } from './config.ts'
import { readKeysFile } from './keys-file.ts'
import { readProfiles, type Settled } from './profiles.ts'

/** The key of every demonstration: anybody has it. */
const demonstrationKey = createSecretKey('1234567887654321', 'utf8')

/** Everything that is wrong with the settings that their schema cannot see, the keys file included. */
export function checkSettings(config: Config, { production }: CheckContext): SettingProblem[] {
  const file = readKeysFile(config.keysFile)
  const { keys, problems } = readProfiles(config, file.keys, systemClock)
  return [...file.problems, ...problems, ...(production ? demonstrationKeys(keys) : [])]
}

/** The settings that hold the key of every demonstration, which production refuses. */
export function demonstrationKeys(keys: Settled['keys']): SettingProblem[] {
  const found = keys.filter(({ key }) => key.equals(demonstrationKey))
  const paths = new Map(found.map(({ path }) => [path.join('.'), path]))
  return [...paths.values()].map(path => ({
    path,
    message: 'is the demonstration key, which everybody knows',
    hint: 'set a key of your own, or NODE_ENV to something else than production'
  }))
}
