import type { FastifyBaseLogger } from 'fastify'
import type { Wheel } from '../../core/index.ts'
import { ApiError, Errors as CommonErrors } from '../api-error/service.ts'
import type { Ask } from './ask.ts'
import type { FailureKind } from './failure-kind.ts'
import { Job, type Done, type JobOptions, type Outcome } from './job.ts'
import type { Results } from './results.ts'
import type { SharedTurns } from './shared-turns.ts'
import type { SharedValues } from './shared-values.ts'
import { refuseSingleUse } from './single-use.ts'

/** What work is done with. */
export interface JobsParts {
  readonly wheel: Wheel
  readonly results: Results
  readonly shared: SharedValues | undefined
  /** There where one node at a time does the work for a key. */
  readonly turns: SharedTurns | undefined
  readonly maxBackground: number
  readonly log: FastifyBaseLogger
}

/** The work that is under way: one job a key, each with an end, those that nobody waits for bounded in number. */
export class Jobs {
  readonly #parts: JobsParts
  readonly #running = new Set<Job>()
  #background = 0
  readonly #late = new Set<Job>()
  #draining = false

  constructor(parts: JobsParts) {
    this.#parts = parts
  }

  /** Those that somebody may still be waiting for. */
  get running(): ReadonlySet<Job> {
    return this.#running
  }

  get background(): number {
    return this.#background
  }

  /** Those that go on although their time was up. */
  get late(): ReadonlySet<Job> {
    return this.#late
  }

  find({ section, key }: Ask): Job | undefined {
    return section.jobs.get(key)
  }

  /** Begins the work for a key for which there is none under way. */
  start(ask: Ask, forced = false): Job {
    return this.#begin(ask, { background: false, forced })
  }

  /** The same when nobody waits for it; `undefined` where there is too much of that, or the gateway closes. */
  startBehind(ask: Ask): Job | undefined {
    if (this.#draining || this.#background >= this.#parts.maxBackground) {
      ask.section.counts.refused++
      return undefined
    }
    return this.#begin(ask, { background: true })
  }

  /** The outcome, or `undefined` when there is none by then (monotonic milliseconds). */
  within(job: Job, until: number): Promise<Outcome | undefined> {
    const { wheel } = this.#parts
    if (wheel.now() >= until) return Promise.resolve(undefined)
    return new Promise(resolve => {
      const waiting = { dueAt: 0, slot: -1, due: () => resolve(undefined) }
      wheel.schedule(waiting, until)
      const settled = (outcome: Outcome): void => {
        wheel.cancel(waiting)
        resolve(outcome)
      }
      void job.settled.then(settled)
    })
  }

  /** What it brings is for those who wait for it already. */
  clear(job: Job): void {
    job.cleared = true
    this.#free(job)
  }

  /** Begins nothing more behind a reader's back; resolves when nothing is under way, or when `signal` aborts. */
  async drain(signal?: AbortSignal): Promise<void> {
    this.#draining = true
    const timeUp = new Promise<void>(resolve => {
      if (signal?.aborted) resolve()
      signal?.addEventListener('abort', () => resolve(), { once: true })
    })
    const done = Promise.all([...this.#running].map(({ settled }) => settled))
    await Promise.race([done.then(() => this.#parts.shared?.written()), timeUp])
  }

  #begin(ask: Ask, options: JobOptions): Job {
    const { wheel } = this.#parts
    const job = new Job(ask, wheel.now(), options, this.#timeUp)
    const held = ask.section.entries.get(ask.key)
    if (held) held.attemptedAt = job.startedAt
    ask.section.jobs.set(ask.key, job)
    this.#running.add(job)
    if (job.background) this.#background++
    wheel.schedule(job, job.startedAt + ask.policy.timeoutMs)
    if (this.#parts.shared?.covers(ask)) void this.#lookThenWork(job, this.#parts.shared)
    else this.#work(job)
    return job
  }

  async #lookThenWork(job: Job, shared: SharedValues): Promise<void> {
    const { found, isFresh } = await this.#look(job, shared)
    if (found && (isFresh || (job.ask.policy.lazy && !job.background))) this.#end(job, found)
    if (!isFresh) this.#goOn(job, found, shared)
  }

  /** What another node has brought, as far as it counts. */
  async #look(job: Job, shared: SharedValues): Promise<{ found?: Done | undefined; isFresh: boolean }> {
    const { ask } = job
    const seen = await shared.load(ask)
    job.token = seen?.token
    const found =
      seen?.record && !job.forced && !job.cleared ? this.#parts.results.adopt(ask, seen.record) : undefined
    const isFresh = found?.entry !== undefined && this.#parts.wheel.now() < found.entry.freshUntil(ask.policy)
    return { found, isFresh }
  }

  /** An old value that another node had is handed out at once where the policy is lazy, and the work goes on behind it. */
  #goOn(job: Job, found: Done | undefined, shared: SharedValues): void {
    const { ask } = job
    if (!found || !ask.policy.lazy || job.background) return void this.#workInTurn(job, shared)
    if (!this.find(ask)) this.startBehind(ask)
  }

  async #workInTurn(job: Job, shared: SharedValues): Promise<void> {
    const { turns } = this.#parts
    if (!turns || job.forced || job.cleared) return this.#work(job)
    const look = async (): Promise<boolean> => {
      const { found, isFresh } = await this.#look(job, shared)
      if (found && isFresh && !job.late) this.#end(job, found)
      return isFresh
    }
    const end = await turns.take(job, look)
    if (end) this.#work(job, end)
    else this.#late.delete(job)
  }

  #work(job: Job, ended?: () => void): void {
    job.ask.section.counts.fetches++
    void attempt(job.ask.run)
      .then(value => this.#succeeded(job, value))
      .catch((error: unknown) => this.#failed(job, error, kindOf(job.ask, error)))
      .finally(ended)
  }

  #succeeded(job: Job, value: unknown): void {
    const outcome = this.#parts.results.succeeded(job, value)
    if (outcome.entry && job.token)
      this.#parts.shared?.write(job.ask, outcome.entry, outcome.value, job.token)
    if (!job.late) return this.#end(job, outcome)
    this.#late.delete(job)
    if (outcome.entry) job.ask.section.counts.lateStored++
  }

  #failed(job: Job, error: unknown, kind: FailureKind): void {
    if (job.late) return void this.#late.delete(job)
    const { section, id } = job.ask
    const outcome = this.#parts.results.failed(job, error, kind)
    if (outcome.evicted && this.#parts.shared?.covers(job.ask)) void this.#parts.shared.clear([id], [])
    if (job.background) this.#parts.log.debug({ section: section.name, kind }, 'could not renew a value')
    this.#end(job, outcome)
  }

  readonly #timeUp = (job: Job): void => {
    const { timeoutMs } = job.ask.policy
    job.ask.section.counts.timeouts++
    const detail = `no result within ${timeoutMs} ms`
    this.#failed(job, new ApiError(CommonErrors['upstream.timeout'], { detail }), 'transient')
    job.late = true
    this.#late.add(job)
  }

  #end(job: Job, outcome: Outcome): void {
    this.#free(job)
    this.#late.delete(job)
    if (this.#running.delete(job) && job.background) this.#background--
    this.#parts.wheel.cancel(job)
    job.settle(outcome)
  }

  #free(job: Job): void {
    const { jobs } = job.ask.section
    if (jobs.get(job.ask.key) === job) jobs.delete(job.ask.key)
  }
}

/** The value of work, unless only one reader could have it. */
async function attempt(run: () => unknown): Promise<unknown> {
  const value = await run()
  refuseSingleUse(value)
  return value
}

const kinds = new Set<unknown>(['transient', 'unauthorized', 'gone', 'refused'] satisfies FailureKind[])

/** A classification that throws, or that names no kind, does as little as possible. */
function kindOf(ask: Ask, error: unknown): FailureKind {
  try {
    const kind: unknown = ask.classify(error)
    return kinds.has(kind) ? (kind as FailureKind) : 'transient'
  } catch {
    return 'transient'
  }
}
