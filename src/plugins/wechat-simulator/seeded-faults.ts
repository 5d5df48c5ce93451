import { createHash } from 'node:crypto'
import type { ApiFault, FaultSource, PushFault } from './faults.ts'

/** What a random script is made of. */
export interface SeededFaultsOptions {
  /** The same seed and the same order of events give the same faults. */
  readonly seed: number
  /** The share of calls and pushes that a fault strikes, 0–1. */
  readonly rate: number
  /** Upper bound of the delays drawn. Default 2,000. */
  readonly maxDelayMs?: number
}

/** Draws numbers from 0 (inclusive) to 1. */
type Random = () => number
type Draw<Fault> = (delay: () => number, random: Random) => Fault

const apiFaults: readonly Draw<ApiFault>[] = [
  () => ({ do: 'errcode', code: -1 }),
  () => ({ do: 'errcode', code: 40001 }),
  () => ({ do: 'errcode', code: 42001 }),
  () => ({ do: 'errcode', code: 45011 }),
  delay => ({ do: 'late', ms: delay() }),
  () => ({ do: 'drop', when: 'unread' }),
  () => ({ do: 'drop', when: 'before-answer' }),
  () => ({ do: 'status', status: 502 }),
  () => ({ do: 'garbage' }),
  () => ({ do: 'text-plain' })
]

const pushFaults: readonly Draw<PushFault>[] = [
  delay => ({ do: 'late', ms: delay() }),
  (_, random) => ({ do: 'duplicate', as: random() < 0.5 ? 'same' : 'fresh' }),
  (_, random) => ({ do: 'deaf', as: random() < 0.5 ? 'same' : 'fresh' }),
  delay => ({ do: 'skew', ms: -delay() })
]

/** Faults at random, every kind as likely as any other; no push is lost. Calls and pushes draw apart. */
export function seededFaults({ seed, rate, maxDelayMs = 2_000 }: SeededFaultsOptions): FaultSource {
  return {
    api: drawFrom(apiFaults, seededRandom(`api ${seed}`), rate, maxDelayMs),
    push: drawFrom(pushFaults, seededRandom(`push ${seed}`), rate, maxDelayMs)
  }
}

function drawFrom<Fault>(
  kinds: readonly Draw<Fault>[],
  random: Random,
  rate: number,
  maxDelayMs: number
): () => readonly Fault[] {
  const delay = (): number => 1 + Math.floor(random() * maxDelayMs)
  return () => {
    if (random() >= rate) return []
    const draw = kinds[Math.floor(random() * kinds.length)]
    return draw ? [draw(delay, random)] : []
  }
}

function seededRandom(seed: string): Random {
  let drawn = 0
  return () => {
    const digest = createHash('sha256').update(`${seed} ${drawn++}`).digest()
    return digest.readUInt32BE() / 2 ** 32
  }
}
