import { uptime } from 'node:os'
import type { Clock, Timer } from '../../core/index.ts'

const everyMs = 1_000

export interface PauseOptions {
  readonly clock: Clock
  /** Longest pause that is not worth mentioning. */
  readonly maxPauseMs: number
  /** How long the host has been up, its sleep included. Default: the system's word. */
  readonly uptimeMs?: () => number
  /** Runs a task once everything that has arrived by now was heard. */
  readonly defer: (task: () => void) => void
  readonly paused: (pauseMs: number) => void
}

/**
 * Notices within a second that the host has slept or stood still. Where the monotonic clock goes on meanwhile, a timer
 * comes late; where it stops (Linux), the uptime shows it. The wall clock is not asked: setting it is no pause.
 */
export function watchPauses(options: PauseOptions): Timer {
  const { clock, maxPauseMs, uptimeMs = () => uptime() * 1_000, defer, paused } = options
  let timer: Timer
  const wait = (): void => {
    const [startedAt, upAt] = [clock.monotonic(), uptimeMs()]
    timer = clock.after(everyMs, () => {
      const pauseMs = Math.max(clock.monotonic() - startedAt, uptimeMs() - upAt) - everyMs
      if (pauseMs > maxPauseMs) defer(() => paused(pauseMs))
      wait()
    })
  }
  wait()
  return { cancel: () => timer.cancel() }
}
