/** What a reader gets: a value at once, or what a job brings; then perhaps with an old value in reserve. */
export type Answer = { readonly value: number } | { readonly job: ModelJob; readonly old: number | undefined }

/** Work under way, in the model. */
export interface ModelJob {
  readonly startedAt: number
  cleared: boolean
  late: boolean
}

/** How a job ends for its readers. */
export type Ending =
  | { readonly job: ModelJob; readonly value: number }
  /** Readers get `stored`, or else the old value that they have in reserve, unless neither may stand in. */
  | {
      readonly job: ModelJob
      readonly failed: Kind
      readonly mayServe: boolean
      readonly stored: number | undefined
    }

/** Kinds of failures. */
export type Kind = 'transient' | 'gone' | 'refused'

interface ModelEntry {
  readonly value: number
  readonly createdAt: number
  readonly startedAt: number
  failures: number
  retryAt: number
}

/** Milliseconds of the policy that the model is about. */
export const times = { ttl: 10_000, grace: 20_000, timeout: 5_000, retryAfter: 2_000 }

/**
 * The table of states for one key, written down once more and as simply as possible: no promises, no stores, no
 * classes of values.
 */
export class Model {
  now = 0
  readonly lazy: boolean
  /** Jobs whose source has not ended, late ones included, in the order in which they began. */
  readonly open: ModelJob[] = []
  #entry: ModelEntry | undefined
  #running: ModelJob | undefined
  /** How many have begun. */
  jobs = 0

  constructor(lazy: boolean) {
    this.lazy = lazy
  }

  get state(): 'absent' | 'fresh' | 'stale' {
    if (!this.#entry) return 'absent'
    const age = this.now - this.#entry.createdAt
    if (age < times.ttl) return 'fresh'
    return age < times.ttl + times.grace ? 'stale' : 'absent'
  }

  get inFlight(): boolean {
    return this.#running !== undefined
  }

  read(): Answer {
    const { state } = this
    const entry = this.#entry
    if (!entry || state === 'absent') return { job: this.#join(), old: undefined }
    if (state === 'fresh') return { value: entry.value }
    if (!this.lazy)
      return this.now < entry.retryAt ? { value: entry.value } : { job: this.#join(), old: entry.value }
    if (this.#running || this.now >= entry.retryAt) this.#join()
    return { value: entry.value }
  }

  /** Ends the oldest open job. */
  succeed(value: number): Ending | undefined {
    const job = this.open.shift()
    if (!job) return undefined
    const isNewer = !this.#entry || this.#entry.startedAt < job.startedAt
    if (!job.cleared && isNewer)
      this.#entry = { value, createdAt: this.now, startedAt: job.startedAt, failures: 0, retryAt: 0 }
    this.#free(job)
    return { job, value }
  }

  fail(kind: Kind): Ending | undefined {
    const job = this.open.shift()
    return job && !job.late ? this.#fail(job, kind) : undefined
  }

  clear(): void {
    this.#entry = undefined
    this.#running = undefined
    for (const job of this.open) job.cleared = true
  }

  /** Moves time on, and ends the jobs whose time is up. */
  tick(ms: number): Ending[] {
    this.now += ms
    const due = this.open.filter(({ late, startedAt }) => !late && this.now >= startedAt + times.timeout)
    return due.map(job => {
      const ending = this.#fail(job, 'transient')
      job.late = true
      return ending
    })
  }

  #join(): ModelJob {
    if (this.#running) return this.#running
    const job = { startedAt: this.now, cleared: false, late: false }
    this.open.push(job)
    this.jobs++
    this.#running = job
    return job
  }

  #fail(job: ModelJob, failed: Kind): Ending {
    const { state } = this
    const entry = state === 'absent' ? undefined : this.#entry
    this.#free(job)
    const mayServe = failed === 'transient' && !job.cleared
    if (job.cleared || !entry) return { job, failed, mayServe, stored: undefined }
    if (failed === 'gone' && state === 'stale') this.#entry = undefined
    if (failed === 'transient' || (failed === 'refused' && this.lazy)) {
      entry.failures++
      const doubled = times.retryAfter * 2 ** (entry.failures - 1)
      entry.retryAt = this.now + (this.lazy ? Math.min(doubled, 60_000) : times.retryAfter)
    }
    return { job, failed, mayServe, stored: entry.value }
  }

  #free(job: ModelJob): void {
    if (this.#running === job) this.#running = undefined
  }
}
