import type { Config, KeySettings, ProfileSettings } from './config.ts'

/** A key as it is written, and the setting that holds it. */
export interface WrittenKey {
  readonly settings: KeySettings
  readonly path: readonly string[]
}

/** All keys and profiles, those among them that nobody writes: `legacy`, and `default` for the keys left over. */
export interface Complete {
  readonly keys: ReadonlyMap<string, WrittenKey>
  readonly profiles: ReadonlyMap<string, ProfileSettings>
}

/** The setting that holds the key of the profile `legacy`. */
export const legacyPath = ['legacyKey']
/** The setting that names the file with further keys. */
export const filePath = ['keysFile']

/** Adds the keys of the file and the built-in profiles to what the settings say. */
export function withBuiltIns(config: Config, fileKeys: Readonly<Record<string, KeySettings>>): Complete {
  const { legacyKey, keys, profiles } = config
  const written = new Map<string, WrittenKey>()
  for (const [kid, settings] of Object.entries(fileKeys)) written.set(kid, { settings, path: filePath })
  for (const [kid, settings] of Object.entries(keys)) written.set(kid, { settings, path: ['keys', kid] })
  const claimed = new Set(Object.values(profiles).flatMap(profile => profile.keys))
  const free = [...written.keys()].filter(kid => !claimed.has(kid))

  const all = new Map<string, ProfileSettings>()
  if (free.length > 0) all.set('default', { codec: 'aes-256-gcm', keys: free })
  for (const [name, profile] of Object.entries(profiles)) all.set(name, profile)
  if (legacyKey !== undefined) {
    const settings: KeySettings = { key: legacyKey, encoding: 'utf8', use: 'both' }
    written.set('legacy', { settings, path: legacyPath })
    all.set('legacy', { codec: 'mysql-ecb-hex', keys: ['legacy'] })
  }
  return { keys: written, profiles: all }
}
