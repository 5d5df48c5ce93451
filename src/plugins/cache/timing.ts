import type { Entry } from './entry.ts'
import type { Policy } from './policy.ts'

const longestBackoffMs = 60_000

/** How long an old value serves after so many failures in a row. Lazy policies wait twice as long each time, up to 1 min. */
export function backoffMs({ lazy, retryAfterMs }: Policy, failures: number): number {
  if (!lazy) return retryAfterMs
  return Math.min(retryAfterMs * 2 ** (failures - 1), Math.max(retryAfterMs, longestBackoffMs))
}

/**
 * Whether a fresh value should be renewed already (XFetch): at random, the likelier the closer its end and the longer
 * the work took.
 * @param random from 0 up to 1
 */
export function isEarly(entry: Entry, policy: Policy, now: number, random: () => number): boolean {
  const workMs = entry.createdAt - entry.startedAt
  return -workMs * policy.early * Math.log(random()) >= entry.freshUntil(policy) - now
}
