import { ApiError } from '../api-error/service.ts'
import { Unopenable } from './codec.ts'
import { Errors } from './errors.ts'
import type { KeyRing } from './key-ring.ts'
import { plainAnswer } from './plain-answer.ts'
import type { Profile } from './profiles.ts'
import type { ReplayGuard } from './replay-guard.ts'
import type { CryptoEnvelope, KeysFileStatus, Opened } from './service.ts'

interface ServedProfile {
  readonly profile: Profile
  readonly counters: Map<string, number>
}

/** Makes the service out of its profiles, whose rings may be replaced at any time. */
export function createEnvelope(
  profiles: readonly Profile[],
  guard: ReplayGuard,
  keysFile: () => KeysFileStatus | undefined = () => undefined
): CryptoEnvelope {
  const served = new Map<string, ServedProfile>(
    profiles.map(profile => [profile.name, { profile, counters: new Map() }])
  )
  // An answer has the key of its request even if that was taken out of the ring in between.
  const rings = new WeakMap<Opened, KeyRing>()

  const profileOf = (name: string): ServedProfile => {
    const profile = served.get(name)
    if (!profile) throw new RangeError(`there is no envelope profile '${name}'`)
    return profile
  }

  return {
    async open(name, message, context) {
      const { profile, counters } = profileOf(name)
      const { codec, ring, replayWindowMs } = profile
      try {
        const { freshness, ...opening } = await codec.open(message, ring, context)
        if (freshness) await guard.admit(opening.kid, freshness, replayWindowMs)
        count(counters, 'opened')
        const opened = { profile: name, ...opening }
        rings.set(opened, ring)
        return opened
      } catch (error) {
        count(counters, failureOf(error))
        // The cause stays here: a parser's message, for one, quotes what it read.
        throw error instanceof ApiError ? error : new ApiError(Errors['envelope.invalid'])
      }
    },

    async seal(value, opened, context) {
      const { profile, counters } = profileOf(opened.profile)
      const { codec, answersPlain } = profile
      const ring = rings.get(opened) ?? profile.ring
      const key = answersPlain ? undefined : ring.sealing(opened.kid)
      try {
        if (!answersPlain && !key) throw new RangeError('no key may seal')
        const answer = key
          ? await codec.seal(value, key, { context, binding: opened.binding })
          : plainAnswer(value)
        count(counters, 'sealed')
        return answer
      } catch {
        count(counters, 'unsealed')
        const keyless = `No key of profile '${profile.name}' may seal.`
        const detail = key || answersPlain ? 'The value has no JSON form.' : keyless
        throw new ApiError(Errors['envelope.unsealed'], { detail })
      }
    },

    status: () =>
      [...served.values()].map(({ profile, counters }) => ({
        name: profile.name,
        codec: profile.codec.name,
        keys: profile.ring.opening().map(({ kid }) => kid),
        counters: Object.fromEntries(counters)
      })),

    keysFile
  }
}

function count(counters: Map<string, number>, name: string): void {
  counters.set(name, (counters.get(name) ?? 0) + 1)
}

function failureOf(error: unknown): string {
  if (error instanceof Unopenable) return `invalid_${error.failure}`
  if (error instanceof ApiError) return error.entry.key.replace('envelope.', '')
  return 'invalid_other'
}
