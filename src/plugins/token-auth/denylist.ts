import { LRUCache } from 'lru-cache'
import type { Clock } from '../../core/index.ts'
import type { State } from '../state/service.ts'

/** Ids of this process, where no state keeps them for all nodes. */
const maxHere = 100_000

/** Logins and tokens that have ended before their time, for as long as they would have lasted. */
export interface Denylist {
  /** @param ttlMs until the token would have ended anyway */
  deny(id: string, ttlMs: number): Promise<void>
  /** Denies an id unless it is denied already; says whether it did. Of several callers one gets true. */
  denyOnce(id: string, ttlMs: number): Promise<boolean>
  isDenied(id: string): Promise<boolean>
}

/** A list in the state, for all nodes, or else in this process. Fails as the state does. */
export function createDenylist(
  state: Pick<State, 'get' | 'set' | 'compareAndSet'> | undefined,
  clock: Clock
): Denylist {
  if (state) {
    const key = (id: string): string => `token-auth:denied:${id}`
    return {
      deny: (id, ttlMs) => state.set(key(id), '1', { ttlMs: Math.max(1, ttlMs) }),
      denyOnce: (id, ttlMs) => state.compareAndSet(key(id), undefined, '1', { ttlMs: Math.max(1, ttlMs) }),
      isDenied: async id => (await state.get(key(id))) !== undefined
    }
  }
  // lru-cache takes a start at 0 for none.
  const perf = { now: () => clock.monotonic() + 1 }
  const denied = new LRUCache<string, true>({ max: maxHere, ttl: 1, ttlResolution: 0, perf })
  return {
    async deny(id, ttlMs) {
      denied.set(id, true, { ttl: Math.max(1, ttlMs) })
    },
    async denyOnce(id, ttlMs) {
      if (denied.has(id)) return false
      denied.set(id, true, { ttl: Math.max(1, ttlMs) })
      return true
    },
    isDenied: async id => denied.has(id)
  }
}
