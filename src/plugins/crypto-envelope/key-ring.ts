import type { Clock } from '../../core/index.ts'
import type { KeyUse, NamedKey, OpeningKeys } from './codec.ts'

/** A key with what it may be used for, and when. */
export interface RingKey extends NamedKey {
  readonly use: KeyUse
  /** Milliseconds since the Unix epoch; `-Infinity` for always. */
  readonly notBefore: number
  /** The first moment at which it is not valid any more; `Infinity` for never. */
  readonly notAfter: number
}

/** The keys of one profile. */
export interface KeyRing extends OpeningKeys {
  /** All keys that open messages now, the current one first. */
  opening(): readonly NamedKey[]
  /**
   * The key for the answer to a request under `kid`: the same one, even if its time has run out since; or, when that
   * one only opens, the first that may seal now.
   */
  sealing(kid: string): NamedKey | undefined
}

/** Makes a ring of `keys`, which stand in order of preference. */
export function keyRing(keys: readonly RingKey[], clock: Clock): KeyRing {
  const valid = ({ notBefore, notAfter }: RingKey): boolean =>
    notBefore <= clock.now() && clock.now() < notAfter
  const opens = (key: RingKey): boolean => key.use !== 'seal' && valid(key)
  const seals = (key: RingKey): boolean => key.use !== 'open'

  return {
    opening: () => keys.filter(opens),
    candidates: () => keys.filter(opens).slice(0, 2),
    find: kid => keys.find(key => key.kid === kid && opens(key)),
    sealing: kid =>
      keys.find(key => key.kid === kid && seals(key)) ?? keys.find(key => seals(key) && valid(key))
  }
}
