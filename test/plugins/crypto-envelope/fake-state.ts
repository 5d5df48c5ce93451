import { systemClock } from '../../../src/core/index.ts'
import type { Clock } from '../../../src/core/index.ts'
import { StateFullError, type State } from '../../../src/plugins/state/service.ts'

/** As much of `State` as the replay guard uses; `fail` makes every call reject. */
export interface FakeState extends State {
  readonly keys: ReadonlyMap<string, number>
  fail(error: Error | undefined): void
}

export function fakeState(clock: Clock = systemClock, maxKeys = Infinity): FakeState {
  const expiries = new Map<string, number>()
  let failure: Error | undefined
  const state = {
    keys: expiries,
    fail: (error: Error | undefined) => void (failure = error),
    async compareAndSet(key: string, expected?: string, _next?: string, expiry?: { ttlMs?: number }) {
      await Promise.resolve()
      if (failure) throw failure
      if (expected !== undefined) throw new TypeError('the fake knows only absent keys')
      if ((expiries.get(key) ?? -Infinity) > clock.monotonic()) return false
      if (expiries.size >= maxKeys) throw new StateFullError('full')
      expiries.set(key, clock.monotonic() + (expiry?.ttlMs ?? Infinity))
      return true
    }
  }
  return state as unknown as FakeState
}
