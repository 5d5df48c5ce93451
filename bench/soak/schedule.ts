import { setTimeout as sleep } from 'node:timers/promises'
import { busy, type Fault, type Target } from './fault.ts'
import { faults } from './faults.ts'
import type { Failure } from './ledger.ts'

/** A fault that was in force, in milliseconds since the start of the run. */
export interface Strike {
  readonly name: string
  readonly beganMs: number
  /** When it was ended; infinite while it is not. */
  endedMs: number
  readonly fault: Fault
}

/** How long the loads go on alone at the start and at the end, as shares of the run. */
const quiet = { start: 0.08, end: 0.1 }

/**
 * Strikes the faults one after the other, in another order each time around, with rests between them, so that every fault
 * comes at least once. Resolves when the last one has ended.
 * @param seconds of the whole run
 * @param strikes takes what was in force
 */
export async function strikeAll(
  target: Target,
  seconds: number,
  random: () => number,
  strikes: Strike[]
): Promise<void> {
  const { ledger, fakes } = target.field
  const possible = faults.filter(({ name }) => fakes.redis !== undefined || !name.startsWith('Redis'))
  const endsMs = ledger.now() + seconds * 1_000 * (1 - quiet.end)
  const lastMs = Math.min(8_000, Math.max(600, (seconds * 1_000) / possible.length / 4))
  await sleep(seconds * 1_000 * quiet.start)
  for (let round = 0; round === 0 || ledger.now() < endsMs; round++) {
    for (const fault of shuffled(possible, random)) {
      if (round > 0 && ledger.now() >= endsMs) break
      const strike: Strike = { name: fault.name, beganMs: ledger.now(), endedMs: Infinity, fault }
      strikes.push(strike)
      const mend = await fault.strike(target)
      await sleep(strike.beganMs + lastMs - ledger.now())
      await mend()
      strike.endedMs = ledger.now()
      await sleep(lastMs * 1.2)
    }
  }
}

/** When the loads came late by themselves, in milliseconds since the start of the run. */
export interface Late {
  readonly beganMs: number
  readonly endedMs: number
}

/** What a failure is owed to: a fault that was in force at any time of it, or what that left behind; or a busy machine. */
export function reasonOf(
  failure: Failure,
  strikes: readonly Strike[],
  late: readonly Late[]
): string | undefined {
  const strike = strikes.find(({ fault, ...while_ }) => covers(fault.explains, while_, failure))
  if (strike) return strike.name
  return late.some(while_ => covers(busy, while_, failure)) ? 'the machine was busy' : undefined
}

function covers(explains: Fault['explains'], { beganMs, endedMs }: Late, failure: Failure): boolean {
  const { load, kind } = failure
  if (failure.endedMs < beganMs) return false
  const texts = [kind, `${load}: ${kind}`]
  return Object.entries(explains).some(
    ([pattern, settleMs]) => failure.beganMs < endedMs + settleMs && texts.some(text => fits(text, pattern))
  )
}

function fits(text: string, pattern: string): boolean {
  return pattern.endsWith('*') ? text.startsWith(pattern.slice(0, -1)) : text === pattern
}

function shuffled<T>(items: readonly T[], random: () => number): readonly T[] {
  return items
    .map(item => [random(), item] as const)
    .toSorted(([a], [b]) => a - b)
    .map(([, item]) => item)
}
