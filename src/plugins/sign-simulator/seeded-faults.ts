import type { ConnectFault, FaultSource, RequestFault } from './faults.ts'
import { between, mulberry32, type Random } from './random.ts'

/** What a random script is made of. */
export interface SeededFaultsOptions {
  /** 32 bits. The same seed and the same order of events give the same faults. */
  readonly seed: number
  /** The share of requests and connections that a fault strikes, 0–1. */
  readonly rate: number
  /** Upper bound of the delays drawn. Default 200. */
  readonly maxDelayMs?: number
}

type Draw<Fault> = (delay: () => number, random: Random) => Fault

const requestFaults: readonly Draw<RequestFault>[] = [
  delay => ({ do: 'delay', ms: delay() }),
  delay => ({ do: 'late', ms: delay() }),
  () => ({ do: 'ignore' }),
  () => ({ do: 'freeze' }),
  () => ({ do: 'drop', when: 'unread' }),
  () => ({ do: 'drop', when: 'before-reply' }),
  () => ({ do: 'drop', when: 'after-reply' }),
  () => ({ do: 'close', code: 1001, when: 'unread' }),
  () => ({ do: 'close', code: 1011, when: 'before-reply' }),
  (_, random) => ({ do: 'duplicate', times: 2 + Math.floor(random() * 3) }),
  delay => ({ do: 'drip', parts: 4, everyMs: delay() / 4 }),
  () => ({ do: 'foreign-id' }),
  () => ({ do: 'foreign-id', place: 'before' }),
  () => ({ do: 'wrong-method' }),
  () => ({ do: 'wrong-method', place: 'before' }),
  () => ({ do: 'garbage' }),
  () => ({ do: 'binary', place: 'before' }),
  () => ({ do: 'not-an-object', place: 'after' }),
  () => ({ do: 'bare' }),
  () => ({ do: 'status' }),
  () => ({ do: 'result' }),
  () => ({ do: 'data', as: 'missing' }),
  () => ({ do: 'data', as: 'empty' }),
  () => ({ do: 'data', as: 'empty-string' }),
  () => ({ do: 'data', as: 'not-strings' }),
  () => ({ do: 'data', as: 'not-an-array' }),
  () => ({ do: 'data', as: 'one-element' }),
  () => ({ do: 'data', as: 'three-elements' }),
  () => ({ do: 'cert-no' }),
  () => ({ do: 'bad-signature' }),
  () => ({ do: 'reader', code: 50070 }),
  () => ({ do: 'reader', code: 50200 }),
  () => ({ do: 'reader', code: 51590 })
]

const connectFaults: readonly Draw<ConnectFault>[] = [
  () => ({ do: 'refuse' }),
  () => ({ do: 'handshake', as: 'none' }),
  () => ({ do: 'handshake', as: 'wrong-method' }),
  () => ({ do: 'handshake', as: 'wrong-status' }),
  () => ({ do: 'handshake', as: 'garbage' }),
  delay => ({ do: 'handshake', as: 'open', delayMs: delay() }),
  delay => ({ do: 'drop', afterMs: delay() }),
  delay => ({ do: 'close', code: 1001, afterMs: delay() }),
  () => ({ do: 'freeze' })
]

/** Faults at random, every kind as likely as any other. Connections and requests draw from sequences of their own. */
export function seededFaults({ seed, rate, maxDelayMs = 200 }: SeededFaultsOptions): FaultSource {
  return {
    connect: drawFrom(connectFaults, mulberry32(seed), rate, maxDelayMs),
    request: drawFrom(requestFaults, mulberry32(~seed), rate, maxDelayMs)
  }
}

function drawFrom<Fault>(
  kinds: readonly Draw<Fault>[],
  random: Random,
  rate: number,
  maxDelayMs: number
): () => readonly Fault[] {
  return () => {
    if (random() >= rate) return []
    const draw = kinds[Math.floor(random() * kinds.length)]
    return draw ? [draw(() => Math.round(between([1, maxDelayMs], random)), random)] : []
  }
}
