import { Type, type Static } from 'typebox'

const KiB = 1024
const MiB = 1024 * KiB

/** Settings of cache. */
export const Config = Type.Object({
  maxBytes: Type.Integer({
    default: 64 * MiB,
    minimum: MiB,
    maximum: 16_384 * MiB,
    description:
      'Estimated memory of all values in this process. What nobody has wanted for longest goes first.'
  }),
  maxEntries: Type.Integer({
    default: 100_000,
    minimum: 100,
    maximum: 10_000_000,
    description: 'Values in this process.'
  }),
  maxEntryBytes: Type.Integer({
    default: MiB,
    minimum: KiB,
    maximum: 256 * MiB,
    description: 'Estimated memory of one value. Larger ones are handed out, but not stored.'
  }),
  minTtlMs: Type.Integer({
    default: 5_000,
    minimum: 0,
    maximum: 3_600_000,
    description: 'Policies with a shorter time are raised to it.'
  }),
  timeoutMs: Type.Integer({
    default: 8_000,
    minimum: 100,
    maximum: 600_000,
    description:
      'After which work counts as failed, unless its policy says otherwise; a late result is stored all the same. Keep it above the timeout of requests to upstreams.'
  }),
  maxBackground: Type.Integer({
    default: 256,
    minimum: 0,
    maximum: 100_000,
    description: 'Renewals behind the back of readers at the same time. Beyond it old values go on serving.'
  }),
  preset: Type.Enum(['default', 'ws3-2018'], {
    default: 'default',
    description:
      'Defaults of policies. `ws3-2018`, as WebService3 did in the end: readers of an old value of a lazy policy wait up to 3 s for the new one, and no old value stands in for a failure where the policy is not lazy.'
  }),
  shared: Type.Boolean({
    default: false,
    description:
      'Also keeps values in `state`, where all nodes have them. Of use when its driver is remote. Clears reach all nodes in any case.'
  }),
  sharedJobs: Type.Boolean({
    default: false,
    description:
      'With `shared`: one node at a time does the work for a key, and the others wait for its value as long as their own time allows. Of use where work is dear: whoever does it looks into `state` twice more.'
  }),
  sharedTimeoutMs: Type.Integer({
    default: 300,
    minimum: 100,
    maximum: 10_000,
    description: 'How long a look for a value in `state` may take before the work is done instead.'
  }),
  maxSharedBytes: Type.Integer({
    default: 256 * KiB,
    minimum: KiB,
    maximum: 16 * MiB,
    description: 'Characters of one value in `state`. Longer ones stay in this process.'
  })
})

export type Config = Static<typeof Config>
