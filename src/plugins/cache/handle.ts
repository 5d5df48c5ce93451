import { Ask } from './ask.ts'
import type { Core } from './core.ts'
import { explain } from './explain.ts'
import { failureKind } from './failure-kind.ts'
import { checkedTags, type Policy } from './policy.ts'
import type { Section } from './section.ts'
import type { CacheHandle, CacheDefineOptions } from './service.ts'
import { touchMs } from './store.ts'

const maxKeyCharacters = 4_096

/** What a handle is made of. */
export interface HandleParts<T, Args extends unknown[]> {
  readonly section: Section
  readonly policy: Policy
  readonly work: (key: string, ...args: Args) => T | Promise<T>
  readonly options: CacheDefineOptions<Args>
}

/** A handle whose hits cost a look into a map and at the clock. */
export function makeHandle<T, Args extends unknown[]>(
  core: Core,
  { section, policy, work, options }: HandleParts<T, Args>
): CacheHandle<T, Args> {
  const { engine, wheel } = core
  const { told } = engine
  const { entries, counts } = section
  const { ttlMs, jitter } = policy
  const { tags, classify = failureKind } = options
  const isPlain = policy.early === 0 && !policy.off

  const ask = (key: string, args: Args): Ask =>
    new Ask({
      section,
      key,
      policy,
      classify,
      run: () => work(key, ...args),
      ...(tags && { tags: () => checkedTags(tags(key, ...args)) })
    })

  const read = async (key: string, args: Args): Promise<unknown> => {
    checkKey(key)
    return policy.off ? engine.bypass(ask(key, args)) : engine.read(ask(key, args))
  }

  const call = (key: string, ...args: Args): Promise<T> => {
    const entry = isPlain ? entries.get(key) : undefined
    if (entry?.promise !== undefined) {
      const now = wheel.now()
      if (now < entry.createdAt + ttlMs * (1 - jitter * entry.draw) && now - entry.touchedAt < touchMs) {
        counts.hit++
        told?.(section, 'hit')
        return entry.promise as Promise<T>
      }
    }
    return read(key, args) as Promise<T>
  }

  return Object.assign(call, {
    async clear(key?: string) {
      await core.clear(section, key === undefined ? undefined : checkKey(key))
    },
    explain: (key: string) => explain(section, checkKey(key), policy, wheel.now())
  })
}

function checkKey(key: unknown): string {
  if (typeof key !== 'string') throw new TypeError(`A cache key is a text; got ${typeof key}`)
  if (key.length <= maxKeyCharacters) return key
  throw new RangeError(
    `A cache key has at most ${maxKeyCharacters} characters; got ${key.length}: use a digest`
  )
}
