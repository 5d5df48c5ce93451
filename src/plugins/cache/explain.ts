import { digestOf } from './key-text.ts'
import type { Policy } from './policy.ts'
import type { Section } from './section.ts'
import type { CacheExplanation } from './service.ts'

/** What is known of a key of a section whose keys are no digests. Changes nothing. */
export function explain(section: Section, key: string, policy: Policy, now: number): CacheExplanation {
  const about = {
    id: section.idOf(digestOf(key)),
    policy: policy.text,
    inFlight: section.jobs.has(key)
  }
  const entry = section.entries.get(key)
  if (!entry || entry.failure || now >= entry.usableUntil(policy)) return { ...about, state: 'absent' }
  const freshForMs = entry.freshUntil(policy) - now
  return {
    ...about,
    state: freshForMs > 0 ? 'fresh' : 'stale',
    ageMs: now - entry.createdAt,
    freshForMs,
    usableForMs: entry.usableUntil(policy) - now,
    retryInMs: Math.max(0, entry.retryAt - now),
    failures: entry.failures,
    bytes: entry.bytes,
    tags: entry.tags
  }
}
