import type { Clock } from '../../../src/core/index.ts'
import { Unopenable, type Opening } from '../../../src/plugins/crypto-envelope/codec.ts'
import type { KeySettings, ProfileSettings } from '../../../src/plugins/crypto-envelope/config.ts'
import { readProfiles, type Profile } from '../../../src/plugins/crypto-envelope/profiles.ts'
import { fakeClock } from '../../../src/testing/index.ts'
import type { Message } from './clients/message.ts'

export const now = Date.UTC(2026, 0, 1)

/** The settings of a plugin with nothing but defaults. */
export const defaults = {
  keys: {},
  profiles: {},
  replayWindowMs: 300_000,
  keysPollMs: 2_000,
  maxBytes: 262_144
}

/** A profile out of its settings, ready for use. Its keys are tried in their order. */
export async function buildProfile(
  settings: Omit<ProfileSettings, 'keys'>,
  keys: Readonly<Record<string, KeySettings>>,
  { clock = fakeClock(now), random }: { clock?: Clock; random?: (size: number) => Buffer } = {}
): Promise<Profile> {
  const profiles = { p: { ...settings, keys: Object.keys(keys) } }
  const settled = readProfiles({ ...defaults, keys: { ...keys }, profiles }, {}, clock, random)
  if (settled.problems.length > 0) throw new Error(JSON.stringify(settled.problems))
  const profile = settled.profiles.find(({ name }) => name === 'p')!
  await profile.codec.load?.()
  return profile
}

/** Opens a message as the service would, without the replay guard. */
export async function open({ codec, ring }: Profile, { body, context }: Message): Promise<Opening> {
  return codec.open(body, ring, context)
}

/** How a message fails to open; `undefined` when it opens. */
export async function failureOf(profile: Profile, message: Message): Promise<string | undefined> {
  try {
    await open(profile, message)
    return undefined
  } catch (error) {
    if (error instanceof Unopenable) return error.failure
    throw error
  }
}
