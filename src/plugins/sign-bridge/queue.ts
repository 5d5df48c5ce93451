import type { Clock, Timer } from '../../core/index.ts'
import type { JobTimes } from './job.ts'

export interface QueueOptions<Job> {
  readonly clock: Clock
  readonly limit: number
  /** How long a request waits while no device is there at all. */
  readonly connectWaitMs: number
  /** A request that waited too long. It is no longer in the queue. */
  readonly expired: (job: Job, because: 'deadline' | 'no-device') => void
}

/** The requests that wait for a device, oldest first, with one timer for all of them. */
export class SignQueue<Job extends JobTimes> {
  readonly #options: QueueOptions<Job>
  readonly #jobs: Job[] = []
  #deviceGoneAt: number | undefined
  #timer: Timer | undefined

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
    if (at === 0) this.#arm()
  }

  /** The request that has waited longest and may still be sent. */
  take(): Job | undefined {
    this.#expire()
    const job = this.#jobs.shift()
    this.#arm()
    return job
  }

  /** False: it was not waiting. */
  remove(job: Job): boolean {
    const at = this.#jobs.indexOf(job)
    if (at < 0) return false
    this.#jobs.splice(at, 1)
    if (at === 0) this.#arm()
    return true
  }

  /** Takes out everything. */
  clear(): Job[] {
    const jobs = this.#jobs.splice(0)
    this.#arm()
    return jobs
  }

  /** Says whether there is a device to wait for. */
  deviceThere(there: boolean): void {
    if (there === (this.#deviceGoneAt === undefined)) return
    this.#deviceGoneAt = there ? undefined : this.#options.clock.monotonic()
    this.#arm()
  }

  #arrivedAfter(job: Job, other: Job | undefined): boolean {
    return other !== undefined && other.queuedAt > job.queuedAt
  }

  #expire(): void {
    const now = this.#options.clock.monotonic()
    for (let job = this.#jobs[0]; job && this.#dueAt(job) <= now; job = this.#jobs[0]) {
      this.#jobs.shift()
      this.#options.expired(job, job.expiresAt <= now ? 'deadline' : 'no-device')
    }
  }

  #dueAt(job: Job): number {
    if (this.#deviceGoneAt === undefined) return job.expiresAt
    const waitsFrom = Math.max(job.queuedAt, this.#deviceGoneAt)
    return Math.min(job.expiresAt, waitsFrom + this.#options.connectWaitMs)
  }

  #arm(): void {
    this.#timer?.cancel()
    this.#timer = undefined
    const [first] = this.#jobs
    if (!first) return
    const { clock } = this.#options
    this.#timer = clock.after(Math.max(0, this.#dueAt(first) - clock.monotonic()), () => {
      this.#expire()
      this.#arm()
    })
  }
}
