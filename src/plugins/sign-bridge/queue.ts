import type { Clock, Timer } from '../../core/index.ts'
import type { JobTimes } from './job.ts'

export interface QueueOptions<Job> {
  readonly clock: Clock
  readonly limit: number
  /** How long a request waits while no device is there that may take it. */
  readonly connectWaitMs: number
  /** Since when none is there, by the monotonic clock. `undefined`: one is. Call `rearm` when that may have changed. */
  readonly noDeviceSince: (job: Job) => number | undefined
  /** A request that waited too long. It is no longer in the queue. */
  readonly expired: (job: Job, because: 'deadline' | 'no-device') => void
}

/** The requests that wait for a device, oldest first, with one timer for all of them. */
export class SignQueue<Job extends JobTimes> {
  readonly #options: QueueOptions<Job>
  readonly #jobs: Job[] = []
  #timer: Timer | undefined
  /** No request has waited too long before then: it is late for none, and early for those that were taken. */
  #dueAtSoonest = Infinity

  constructor(options: QueueOptions<Job>) {
    this.#options = options
  }

  get length(): number {
    return this.#jobs.length
  }

  get full(): boolean {
    return this.#jobs.length >= this.#options.limit
  }

  /** Adds a request in the order of arrival: one that comes back goes ahead of those that came after it. */
  add(job: Job): void {
    let at = this.#jobs.length
    while (at > 0 && this.#arrivedAfter(job, this.#jobs[at - 1])) at--
    this.#jobs.splice(at, 0, job)
    const dueAt = this.#dueAt(job)
    if (dueAt < this.#dueAtSoonest) this.#armFor(dueAt)
  }

  /** The request that has waited longest of those that fit and may still be sent. */
  take(fits: (job: Job) => boolean): Job | undefined {
    this.#expire()
    const at = this.#jobs.findIndex(fits)
    if (at < 0) return undefined
    const [job] = this.#jobs.splice(at, 1)
    this.#disarmEmpty()
    return job
  }

  sum(weight: (job: Job) => number): number {
    return this.#jobs.reduce((sum, job) => sum + weight(job), 0)
  }

  some(test: (job: Job) => boolean): boolean {
    return this.#jobs.some(test)
  }

  /** False: it was not waiting. */
  remove(job: Job): boolean {
    const at = this.#jobs.indexOf(job)
    if (at < 0) return false
    this.#jobs.splice(at, 1)
    this.#disarmEmpty()
    return true
  }

  /** Takes out everything. */
  clear(): Job[] {
    const jobs = this.#jobs.splice(0)
    this.#disarmEmpty()
    return jobs
  }

  /** Works out anew when the next request has waited too long. */
  rearm(): void {
    this.#arm()
  }

  #arrivedAfter(job: Job, other: Job | undefined): boolean {
    return other !== undefined && other.queuedAt > job.queuedAt
  }

  #expire(): void {
    const now = this.#options.clock.monotonic()
    if (now < this.#dueAtSoonest) return
    for (const job of this.#jobs.filter(one => this.#dueAt(one) <= now)) {
      this.#jobs.splice(this.#jobs.indexOf(job), 1)
      this.#options.expired(job, job.expiresAt <= now ? 'deadline' : 'no-device')
    }
    this.#arm()
  }

  #dueAt(job: Job): number {
    const { connectWaitMs, noDeviceSince } = this.#options
    const since = noDeviceSince(job)
    if (since === undefined) return job.expiresAt
    return Math.min(job.expiresAt, Math.max(job.queuedAt, since) + connectWaitMs)
  }

  #arm(): void {
    this.#armFor(this.#jobs.reduce((soonest, job) => Math.min(soonest, this.#dueAt(job)), Infinity))
  }

  #armFor(dueAt: number): void {
    this.#timer?.cancel()
    this.#timer = undefined
    this.#dueAtSoonest = dueAt
    if (dueAt === Infinity) return
    const { clock } = this.#options
    // Timers fire up to a millisecond early.
    const due = (): void => (clock.monotonic() < dueAt ? this.#armFor(dueAt) : this.#expire())
    this.#timer = clock.after(Math.max(0, dueAt - clock.monotonic()), due)
  }

  #disarmEmpty(): void {
    if (this.#jobs.length === 0) this.#armFor(Infinity)
  }
}
