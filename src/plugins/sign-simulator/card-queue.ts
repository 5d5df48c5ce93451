import type { Clock } from '../../core/index.ts'

interface Job {
  readonly ms: number
  readonly done: () => void
}

/** Makes requests wait for the card, first come, first served. Work that takes no time is done at once. */
export class CardQueue {
  readonly #clock: Clock
  readonly #jobs: Job[] = []
  #busy = false

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Calls `done` when the card, its turn having come, has worked for `ms`. */
  add(ms: number, done: () => void): void {
    this.#jobs.push({ ms, done })
    this.#work()
  }

  #work(): void {
    while (!this.#busy) {
      const job = this.#jobs.shift()
      if (!job) return
      this.#busy = true
      if (job.ms > 0) return void this.#clock.after(job.ms, () => this.#finish(job))
      this.#finish(job)
    }
  }

  #finish(job: Job): void {
    try {
      job.done()
    } finally {
      this.#busy = false
      if (job.ms > 0) this.#work()
    }
  }
}
