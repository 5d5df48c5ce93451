import type { Clock, Timer } from '../../../../core/index.ts'

/** How late a task may run. */
const slackMs = 1_000

/** Any number of timers on one of the clock's. A task runs when it is due or at most a second later. */
export class CoarseTimers {
  readonly #clock: Clock
  /** What is due by the end of each second. */
  readonly #due = new Map<number, Set<() => void>>()
  #armed: { readonly second: number; readonly timer: Timer } | undefined

  constructor(clock: Clock) {
    this.#clock = clock
  }

  after(delayMs: number, task: () => void): Timer {
    const second = Math.ceil((this.#clock.monotonic() + delayMs) / slackMs)
    const tasks = this.#due.get(second) ?? new Set()
    // A function of its own, so that one task can wait twice.
    const run = (): void => task()
    this.#due.set(second, tasks.add(run))
    if (!this.#armed || second < this.#armed.second) this.#arm(second)
    return {
      cancel: () => {
        tasks.delete(run)
        if (!tasks.size && this.#due.get(second) === tasks) this.#due.delete(second)
        if (!this.#due.size) this.close()
      }
    }
  }

  /** Forgets all tasks. */
  close(): void {
    this.#armed?.timer.cancel()
    this.#armed = undefined
    this.#due.clear()
  }

  #arm(second: number): void {
    this.#armed?.timer.cancel()
    const delayMs = Math.max(0, second * slackMs - this.#clock.monotonic())
    this.#armed = { second, timer: this.#clock.after(delayMs, () => this.#run()) }
  }

  #run(): void {
    this.#armed = undefined
    const now = this.#clock.monotonic()
    const due = [...this.#due].filter(([second]) => second * slackMs <= now)
    for (const [second, tasks] of due.toSorted(([one], [other]) => one - other)) {
      this.#due.delete(second)
      for (const task of tasks) task()
    }
    if (!this.#due.size) return this.close()
    let next = Infinity
    for (const second of this.#due.keys()) next = Math.min(next, second)
    this.#arm(next)
  }
}
