import { ApiError } from '../api-error/service.ts'
import { Unopenable } from './codec.ts'
import { Errors } from './errors.ts'
import type { Profile } from './profiles.ts'
import type { ReplayGuard } from './replay-guard.ts'
import type { CryptoEnvelope } from './service.ts'

interface ServedProfile extends Profile {
  readonly counters: Map<string, number>
}

/** Makes the service out of its profiles. */
export function createEnvelope(profiles: readonly Profile[], guard: ReplayGuard): CryptoEnvelope {
  const served = new Map<string, ServedProfile>(
    profiles.map(profile => [profile.name, { ...profile, counters: new Map() }])
  )

  const profileOf = (name: string): ServedProfile => {
    const profile = served.get(name)
    if (!profile) throw new RangeError(`there is no envelope profile '${name}'`)
    return profile
  }

  return {
    async open(name, message, context) {
      const { codec, ring, replayWindowMs, counters } = profileOf(name)
      try {
        const { freshness, ...opening } = await codec.open(message, ring, context)
        if (freshness) await guard.admit(opening.kid, freshness, replayWindowMs)
        count(counters, 'opened')
        return { profile: name, ...opening }
      } catch (error) {
        count(counters, failureOf(error))
        // The cause stays here: a parser's message, for one, quotes what it read.
        throw error instanceof ApiError ? error : new ApiError(Errors['envelope.invalid'])
      }
    },

    async seal(value, { profile, kid, binding }, context) {
      const { codec, ring, counters } = profileOf(profile)
      const key = ring.sealing(kid)
      try {
        if (!key) throw new RangeError('no key may seal')
        const sealed = await codec.seal(value, key, { context, binding })
        count(counters, 'sealed')
        return sealed
      } catch {
        count(counters, 'unsealed')
        const detail = key ? 'The value has no JSON form.' : `No key of profile '${profile}' may seal.`
        throw new ApiError(Errors['envelope.unsealed'], { detail })
      }
    },

    status: () =>
      [...served.values()].map(({ name, codec, ring, counters }) => ({
        name,
        codec: codec.name,
        keys: ring.opening().map(({ kid }) => kid),
        counters: Object.fromEntries(counters)
      }))
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
