import { service } from './service.ts'

/** A timer that can be cancelled. Cancelling one that fired does nothing. */
export interface Timer {
  cancel(): void
}

/** Time as plugins see it, so that tests can own it. */
export interface Clock {
  /** Wall-clock time in milliseconds since the Unix epoch. It may jump. */
  now(): number
  /** Milliseconds since some fixed moment. It never goes back: measure and expire with this one. */
  monotonic(): number
  /** Runs `task` once after `delayMs`. A pending timer does not keep the process alive. */
  after(delayMs: number, task: () => void): Timer
}

/** Replaces the system's clock where a test provides it. Plugins ask for `optional(Clock)`. */
export const Clock = service<Clock>('clock')

/** The clock of the machine. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after(delayMs, task) {
    const timer = setTimeout(task, delayMs).unref()
    return { cancel: () => clearTimeout(timer) }
  }
}
