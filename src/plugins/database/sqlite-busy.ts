import { setTimeout as pause } from 'node:timers/promises'
import { isBusy } from './sqlite-failure.ts'

const pauseMs = 10

/**
 * Tries again as long as another connection is in the way. The thread of the file would hold up everybody's reads if it
 * waited itself.
 * @param busy called when another one was in the way
 * @throws what `attempt` threw last when `patienceMs` have passed
 */
export async function whileBusy<T>(
  patienceMs: number,
  attempt: () => Promise<T>,
  busy?: () => void
): Promise<T> {
  // An attempt may take its time as well, where SQLite waits by itself.
  const endsAt = performance.now() + patienceMs
  for (;;) {
    try {
      return await attempt()
    } catch (error) {
      if (!isBusy(error)) throw error
      busy?.()
      if (performance.now() >= endsAt) throw error
    }
    await pause(pauseMs)
  }
}
