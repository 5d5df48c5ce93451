import { readFileSync } from 'node:fs'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Ledger } from './ledger.ts'
import type { Program, Sample } from './program.ts'

/** One look at the program. */
export interface Recorded extends Sample {
  readonly atMs: number
  /** Since the look before. */
  readonly everyMs: number
  /** The share of the time in which the program had to wait for a core. NaN where the system does not tell. */
  readonly waitShare: number
  /** p99 of the delay of the event loop of the loads. */
  readonly ownLagP99Ms: number
  readonly perSecond: number
  readonly failures: number
  /** The same by load and kind. */
  readonly failed: Readonly<Record<string, number>>
}

/** So many looks at a run, and not more often than every two seconds: each stops the program for a collection. */
const looks = { most: 150, leastMs: 2_000 }

/** Looks at the program again and again for so long, and until it is over. */
export async function watch(
  program: Program,
  ledger: Ledger,
  forMs: number,
  isOver: () => boolean,
  seen: (record: Recorded) => void | Promise<void>
): Promise<void> {
  const beganMs = ledger.now()
  const everyMs = Math.max(looks.leastMs, forMs / looks.most)
  const lag = monitorEventLoopDelay({ resolution: 10 })
  lag.enable()
  let lastWaitedMs = cpuWaitMs(program.pid)
  for (let lastMs = beganMs; ledger.now() < beganMs + forMs || !isOver();) {
    // One look after the other.
    // eslint-disable-next-line no-await-in-loop
    await sleep(everyMs)
    // eslint-disable-next-line no-await-in-loop
    const sample = await program.sample()
    const { done, failures: failed } = ledger.take()
    const [atMs, waitedMs] = [ledger.now(), cpuWaitMs(program.pid)]
    const tookMs = atMs - lastMs
    const record: Recorded = {
      ...sample,
      atMs,
      everyMs: tookMs,
      waitShare: (waitedMs - lastWaitedMs) / tookMs,
      ownLagP99Ms: lag.percentile(99) / 1e6,
      perSecond: (1_000 * done) / tookMs,
      failures: Object.values(failed).reduce((sum, count) => sum + count, 0),
      failed
    }
    lag.reset()
    lastMs = atMs
    lastWaitedMs = waitedMs
    // eslint-disable-next-line no-await-in-loop
    await seen(record)
  }
  lag.disable()
}

/** Seconds that are waited for what clients had opened to go. */
const settleS = 15

/** Waits until nothing is left of what clients had opened, for a while. */
export async function settled(program: Program, before: Sample): Promise<Sample> {
  for (let waited = 0; ; waited++) {
    // eslint-disable-next-line no-await-in-loop
    const sample = await program.sample()
    const isAtRest = handlesOf(sample) <= handlesOf(before) && leftOf(sample) === 0
    if (isAtRest || waited === settleS) return sample
    // eslint-disable-next-line no-await-in-loop
    await sleep(1_000)
  }
}

/** What clients that have gone should have taken with them. */
export function leftOf({ streams, sockets, inFlight }: Sample): number {
  return streams + sockets + inFlight
}

/** What keeps the process alive, timers excepted. */
export function handlesOf({ handles }: Sample): number {
  return Object.entries(handles).reduce((sum, [kind, some]) => (kind === 'Timeout' ? sum : sum + some), 0)
}

/** For how long the main thread of a process was ready to run and had no core, as Linux tells. */
function cpuWaitMs(pid: number): number {
  try {
    return Number(readFileSync(`/proc/${pid}/task/${pid}/schedstat`, 'utf8').split(' ')[1]) / 1e6
  } catch {
    return Number.NaN
  }
}
