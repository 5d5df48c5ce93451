import { createSecretKey } from 'node:crypto'
import { systemClock, type CheckContext, type SettingProblem } from '../../core/index.ts'
import type { Config } from './config.ts'
import { readKeysFile } from './keys-file.ts'
import { readProfiles } from './profiles.ts'

/** The key of every demonstration: anybody has it. */
const demonstrationKey = createSecretKey('1234567887654321', 'utf8')

/** Everything that is wrong with the settings that their schema cannot see, the keys file included. */
export function checkSettings(config: Config, { production }: CheckContext): SettingProblem[] {
  const { keys: fileKeys, problems: faults } = readKeysFile(config.keysFile)
  const { keys, problems } = readProfiles(config, fileKeys, systemClock)
  const known = new Map(
    keys.filter(({ key }) => key.equals(demonstrationKey)).map(({ path }) => [path.join('.'), path])
  )
  const refused = [...known.values()].map(path => ({
    path,
    message: 'is the demonstration key, which everybody knows',
    hint: 'set a key of your own, or NODE_ENV to something else than production'
  }))
  return [...faults, ...problems, ...(production ? refused : [])]
}
