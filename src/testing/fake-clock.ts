import type { Clock } from '../core/clock.ts'

/** A clock that stands still until it is told to move. */
export interface FakeClock extends Clock {
  /** Moves both clocks on and runs the timers that fall due, in order; awaits what they started between two of them. */
  advance(ms: number): Promise<void>
  /** Sets the wall clock only, as an administrator or NTP would. */
  jump(ms: number): void
}

/** Makes a clock that starts at `now` (milliseconds since the epoch; default 2026-01-01T00:00:00Z). */
export function fakeClock(now = Date.UTC(2026, 0, 1)): FakeClock {
  let elapsed = 0
  let offset = now
  const timers = new Map<object, { at: number; task: () => void }>()
  const settle = (): Promise<void> => new Promise(resolve => setImmediate(resolve))

  return {
    now: () => offset + elapsed,
    monotonic: () => elapsed,
    after(delayMs, task) {
      const key = {}
      timers.set(key, { at: elapsed + Math.max(0, delayMs), task })
      return { cancel: () => void timers.delete(key) }
    },
    async advance(ms) {
      const end = elapsed + ms
      await settle()
      for (;;) {
        const [next] = [...timers].filter(([, { at }]) => at <= end).toSorted(([, a], [, b]) => a.at - b.at)
        if (!next) break
        const [key, { at, task }] = next
        timers.delete(key)
        elapsed = Math.max(elapsed, at)
        task()
        await settle()
      }
      elapsed = end
    },
    jump: ms => void (offset += ms)
  }
}
