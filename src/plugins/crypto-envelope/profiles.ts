import type { Clock, SettingProblem } from '../../core/index.ts'
import type { Codec } from './codec.ts'
import { createCodecs } from './codecs.ts'
import type { CodecName, Config } from './config.ts'
import { keyRing, type KeyRing, type RingKey } from './key-ring.ts'
import { importRingKey, KeyProblem } from './ring-key.ts'

/** A format with its keys. */
export interface Profile {
  readonly name: string
  readonly codec: Codec
  readonly ring: KeyRing
  readonly replayWindowMs: number
}

/** What the settings amount to. */
export interface Settled {
  readonly profiles: readonly Profile[]
  /** The keys that some profile uses, by the path of their setting. */
  readonly keys: ReadonlyMap<readonly string[], RingKey>
  readonly problems: readonly SettingProblem[]
}

const namePattern = /^(?!\d+$)[\w.-]{1,64}$/
const nameRule = '1–64 letters, digits, ".", "_" or "-", and not digits alone'

/** Makes the profiles and their keys out of the settings, and lists everything that is wrong with them. */
export function readProfiles(config: Config, clock: Clock): Settled {
  const codecs = createCodecs(clock)
  const settings = withBuiltIns(config)
  const entries = Object.entries(settings.profiles)
  const problems = [...nameProblems(config), ...profileProblems(settings, codecs)]

  const keys = new Map<readonly string[], RingKey>()
  const byId = new Map<string, RingKey>()
  for (const [kid, key] of Object.entries(settings.keys)) {
    const path = key === settings.legacy ? ['legacyKey'] : ['keys', kid]
    const users = new Set(
      entries.filter(([, { keys: ids }]) => ids.includes(kid)).map(([, use]) => use.codec)
    )
    const [codec, ...others] = users
    if (codec === undefined) continue
    if (others.length > 0) {
      problems.push({ path, message: `'${kid}' serves ${[...users].join(' and ')}; a key is for one codec` })
      continue
    }
    try {
      const ringKey = importRingKey(kid, key, codecs[codec])
      keys.set(path, ringKey)
      byId.set(kid, ringKey)
    } catch (error) {
      if (!(error instanceof KeyProblem)) throw error
      const { setting, message } = error
      if (key === settings.legacy) problems.push({ path, message })
      else problems.push({ path: [...path, setting], message: `${setting} of '${kid}' ${message}` })
    }
  }

  const profiles = entries.map(([name, { codec, keys: ids, replayWindowMs = config.replayWindowMs }]) => {
    const ring = ids.flatMap(kid => byId.get(kid) ?? [])
    return { name, codec: codecs[codec], ring: keyRing(ring, clock), replayWindowMs }
  })
  return { profiles, keys, problems }
}

type Complete = Pick<Config, 'keys' | 'profiles'> & { readonly legacy: Config['keys'][string] | undefined }

function withBuiltIns({ legacyKey, keys, profiles }: Config): Complete {
  const claimed = new Set(Object.values(profiles).flatMap(profile => profile.keys))
  const free = Object.keys(keys).filter(kid => !claimed.has(kid))
  const fallback = { default: { codec: 'aes-256-gcm' as const, keys: free } }
  const legacy =
    legacyKey === undefined ? undefined : { key: legacyKey, encoding: 'utf8' as const, use: 'both' as const }
  return {
    keys: { ...keys, ...(legacy && { legacy }) },
    profiles: {
      ...(free.length > 0 && fallback),
      ...profiles,
      ...(legacy && { legacy: { codec: 'mysql-ecb-hex' as const, keys: ['legacy'] } })
    },
    legacy
  }
}

function nameProblems({ legacyKey, keys, profiles }: Config): SettingProblem[] {
  const names = [
    ...Object.keys(keys).map(kid => ['keys', kid]),
    ...Object.keys(profiles).map(name => ['profiles', name])
  ]
  return names.flatMap(path => {
    const name = path[1] ?? ''
    if (!namePattern.test(name)) return [{ path, message: `'${name}' is no name: a name has ${nameRule}` }]
    if (name === 'legacy' && legacyKey !== undefined)
      return [{ path, message: 'the name `legacy` is taken by legacyKey', hint: 'use another name' }]
    return []
  })
}

function profileProblems(
  { keys, profiles }: Complete,
  codecs: Readonly<Record<CodecName, Codec>>
): SettingProblem[] {
  return Object.entries(profiles).flatMap(([name, profile]) => {
    const unknown = profile.keys.filter(kid => !Object.hasOwn(keys, kid))
    const found: SettingProblem[] = unknown.map(kid => ({
      path: ['profiles', name, 'keys'],
      message: `no key has the id '${kid}'`,
      hint: `the key ids are ${Object.keys(keys).join(', ') || 'none so far'}`
    }))
    for (const [task, verb] of [
      ['open', 'opens requests'],
      ['seal', 'seals answers']
    ] as const)
      if (!profile.keys.some(kid => [task, 'both', undefined].includes(keys[kid]?.use)))
        found.push({ path: ['profiles', name, 'keys'], message: `none of the keys of '${name}' ${verb}` })
    if (profile.replayWindowMs !== undefined && !codecs[profile.codec].fresh)
      found.push({
        path: ['profiles', name, 'replayWindowMs'],
        message: `replayWindowMs of '${name}' does nothing: messages of ${profile.codec} carry no time`
      })
    return found
  })
}
