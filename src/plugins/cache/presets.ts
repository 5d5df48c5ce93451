import type { CachePreset } from './service.ts'

/** What a policy does where it does not say. */
export interface PresetDefaults {
  /** How long readers of an old value of a lazy policy wait for the new one. */
  readonly waitMs: number
  /** Whether an old value stands in for a failure where the policy is not lazy. */
  readonly swrErrors: boolean
}

/** Defaults of policies by name. `ws3-2018` is what WebService3 did in the end. */
export const presets: Readonly<Record<CachePreset, PresetDefaults>> = {
  default: { waitMs: 0, swrErrors: true },
  'ws3-2018': { waitMs: 3_000, swrErrors: false }
}
