import type { PolicyOptions, Preset } from './service.ts'

/**
 * Defaults of policies. `ws3-2018` is what WebService3 did in the end: whoever reads an old value of a lazy policy waits
 * up to 3 s for the new one, and where the policy is not lazy no old value stands in for a failure.
 */
export const presets: Readonly<Record<Preset, Required<Pick<PolicyOptions, 'wait' | 'swrErrors'>>>> = {
  default: { wait: 0, swrErrors: true },
  'ws3-2018': { wait: 3_000, swrErrors: false }
}
