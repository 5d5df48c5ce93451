import type { Clock } from '../../core/index.ts'
import { ApiError } from '../api-error/service.ts'
import type { State } from '../state/service.ts'
import { Unopenable, type Freshness } from './codec.ts'
import { Errors } from './errors.ts'

/** Lets each message through once. */
export interface ReplayGuard {
  /**
   * Records an authenticated message.
   * @throws {Unopenable} when its time is more than `windowMs` away from now, either way
   * @throws {ApiError} `envelope.replayed` when it was recorded before, `envelope.unavailable` when the record
   * cannot be kept: what cannot be told from a replay is refused
   */
  admit(kid: string, message: Freshness, windowMs: number): Promise<void>
}

/** Keeps nonces in `state`, which all nodes share. */
export function createReplayGuard(state: State, clock: Clock): ReplayGuard {
  return {
    async admit(kid, { ts, nonce }, windowMs) {
      if (Math.abs(clock.now() - ts) > windowMs) throw new Unopenable('expired')
      // A message from a clock that is ahead stays valid for two windows, their last millisecond included.
      const ttlMs = 2 * windowMs + 1
      const key = `crypto-envelope:nonce:${kid}:${nonce}`
      let fresh: boolean
      try {
        fresh = await state.compareAndSet(key, undefined, '1', { ttlMs })
      } catch (cause) {
        throw new ApiError(Errors['envelope.unavailable'], { cause, retryAfter: 1 })
      }
      if (!fresh) throw new ApiError(Errors['envelope.replayed'])
    }
  }
}
