import type { FakeClock } from '../../../src/testing/index.ts'
import { MemoryState } from '../../../src/plugins/state/memory-state.ts'
import { hour } from './rig.ts'

const log = { warn: () => undefined, error: () => undefined } as never
const salts = {
  'click-stats:salt:2026-03-10': 'AAAAAAAAAAAAAAAAAAAAAA',
  'click-stats:salt:2026-03-11': 'BBBBBBBBBBBBBBBBBBBBBA'
}

/** A state that has the salts of these days: with one by chance, two of four guests are one in 1 of some 700 runs. */
export async function saltedState(clock: FakeClock): Promise<MemoryState> {
  const state = new MemoryState({ maxKeys: 1_000, clock, log })
  for (const [key, salt] of Object.entries(salts))
    await state.compareAndSet(key, undefined, salt, { ttlMs: 48 * hour })
  return state
}
