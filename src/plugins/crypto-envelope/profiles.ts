import { randomBytes } from 'node:crypto'
import type { Clock, SettingProblem } from '../../core/index.ts'
import { legacyPath, withBuiltIns, type Complete } from './built-ins.ts'
import type { Codec } from './codec.ts'
import { makeCodec } from './codecs.ts'
import type { Config, KeySettings, ProfileSettings } from './config.ts'
import { keyRing, type KeyRing, type RingKey } from './key-ring.ts'
import { nameProblems, profileProblems, sharedKeys } from './profile-problems.ts'
import { importRingKey, KeyProblem } from './ring-key.ts'

/** A format with its keys. */
export interface Profile {
  readonly name: string
  readonly codec: Codec
  /** Replaced as a whole when keys are read again. */
  ring: KeyRing
  readonly replayWindowMs: number
  /** Answers leave as they are. */
  readonly answersPlain: boolean
}

/** What the settings amount to. */
export interface Settled {
  readonly profiles: readonly Profile[]
  /** The keys that some profile uses, with the path of their setting. */
  readonly keys: readonly (RingKey & { readonly path: readonly string[] })[]
  readonly problems: readonly SettingProblem[]
}

/** Makes the profiles and their keys out of the settings, and lists everything that is wrong with them. */
export function readProfiles(
  config: Config,
  fileKeys: Readonly<Record<string, KeySettings>>,
  clock: Clock,
  random: (size: number) => Buffer = randomBytes
): Settled {
  const complete = withBuiltIns(config, fileKeys)
  const problems = nameProblems(config, fileKeys)
  const made = [...complete.profiles].map(([name, settings]) => {
    const { codec, problems: faults } = makeCodec(settings, { clock, random })
    const inside = faults.map(fault => ({ ...fault, path: ['profiles', name, ...fault.path] }))
    problems.push(...inside, ...profileProblems(name, settings, complete.keys, codec))
    return { name, settings, codec }
  })
  const shared = sharedKeys(complete)
  problems.push(...shared.values())

  const keys: Settled['keys'][number][] = []
  const profiles = made.flatMap(({ name, settings, codec }) => {
    if (!codec) return []
    const own = settings.keys.filter(kid => !shared.has(kid))
    const imported = own.map(kid => importKey(kid, complete, codec))
    const ring = imported.flatMap(result => ('message' in result ? [] : result))
    keys.push(...ring)
    problems.push(...imported.flatMap(result => ('message' in result ? result : [])))
    return [{ name, codec, ring: keyRing(ring, clock), ...rulesOf(settings, config) }]
  })
  return { profiles, keys, problems: withoutRepeats(problems) }
}

function rulesOf(
  { replayWindowMs, answers }: ProfileSettings,
  config: Config
): Pick<Profile, 'replayWindowMs' | 'answersPlain'> {
  return { replayWindowMs: replayWindowMs ?? config.replayWindowMs, answersPlain: answers === 'plain' }
}

function importKey(kid: string, { keys }: Complete, codec: Codec): Settled['keys'] | SettingProblem {
  const written = keys.get(kid)
  if (!written) return []
  const { settings, path } = written
  try {
    return [{ ...importRingKey(kid, settings, codec), path }]
  } catch (error) {
    if (!(error instanceof KeyProblem)) throw error
    const { setting, message } = error
    if (path === legacyPath) return { path, message }
    return {
      path: path[0] === 'keys' ? [...path, setting] : path,
      message: `${setting} of '${kid}' ${message}`
    }
  }
}

// A key that two profiles share is looked at twice.
function withoutRepeats(problems: readonly SettingProblem[]): SettingProblem[] {
  return [
    ...new Map(problems.map(problem => [`${problem.path.join('\n')}\n${problem.message}`, problem])).values()
  ]
}
