import { ImError } from '../codes.ts'
import type { RequestName } from '../wire/index.ts'

/** A request that is to be answered in its turn. */
export interface Job {
  readonly request: RequestName
  /** What it counts as where times are measured: one of a bounded number of names. */
  readonly method: string
  /** Bytes of the frame that it came in. */
  readonly bytes: number
  /** @returns the `data` of the answer. @throws {ImError} what to answer instead */
  run(): Promise<string>
  /** The answer has been put out. `failure`: what was answered instead of a result. */
  answered?(failure: ImError | undefined): void
}

/** Whose requests they are. */
export interface QueueOwner {
  /** Puts an answer out. */
  reply(request: RequestName, answer: string | ImError): void
  /** A request has begun: call `due` in `requestTimeoutMs`. */
  started(): void
  /** Something went wrong that is no answer by itself. */
  failed(request: RequestName, error: unknown): void
  /** A request took this long. */
  measured(method: string, ms: number, isError: boolean): void
  /** The answer is out, and everything that belongs to it. */
  settled(): void
  /** True: so many bytes wait that no more may be read. */
  congested(isCongested: boolean): void
}

/** What all queues have in common. */
export interface QueueLimits {
  readonly maxPendingRequests: number
  readonly maxFrameBytes: number
  readonly requestTimeoutMs: number
  now(): number
}

/** Runs the requests of one connection one after another, and answers each of them once, in their order. */
export class RequestQueue {
  readonly #owner: QueueOwner
  readonly #limits: QueueLimits
  #waiting: Job[] = []
  #running: Job | undefined
  #startedAt = 0
  #bytes = 0
  #isCongested = false
  #whenIdle: (() => void) | undefined

  constructor(owner: QueueOwner, limits: QueueLimits) {
    this.#owner = owner
    this.#limits = limits
  }

  /** True while a request is under way. */
  get isBusy(): boolean {
    return this.#running !== undefined
  }

  /** Requests that wait for their turn. */
  get waiting(): number {
    return this.#waiting.length
  }

  /** Answers a request in its turn; at once, with `busy`, when too many wait. */
  add(job: Job): void {
    if (this.#waiting.length >= this.#limits.maxPendingRequests)
      return this.#owner.reply(job.request, new ImError('busy'))
    this.#bytes += job.bytes
    this.#waiting.push(job)
    if (!this.#isCongested && this.#bytes > this.#limits.maxFrameBytes) this.#congest(true)
    if (!this.#running) this.#next()
  }

  /** Answers the request under way with an error, whatever comes of it. */
  refuse(error: ImError): void {
    if (this.#running) this.#finish(this.#running, error)
  }

  /** Answers the request under way with `timeout` when its time is up. */
  due(now: number): void {
    if (now >= this.dueAt) this.#finish(this.#running as Job, new ImError('timeout'))
  }

  /** When the time of the request under way is up, in milliseconds of the wheel; `Infinity`: none is. */
  get dueAt(): number {
    return this.#running ? this.#startedAt + this.#limits.requestTimeoutMs : Infinity
  }

  /** Calls `then` once nothing is under way and nothing waits. */
  whenIdle(then: () => void): void {
    if (this.#running) this.#whenIdle = then
    else then()
  }

  /** The connection is gone: forgets what waits. What is under way goes on, unanswered. */
  drop(): void {
    this.#waiting = []
    this.#running = undefined
    this.#whenIdle = undefined
  }

  #next(): void {
    const job = this.#waiting.shift()
    this.#running = job
    if (!job) {
      const then = this.#whenIdle
      this.#whenIdle = undefined
      return then?.()
    }
    this.#startedAt = this.#limits.now()
    this.#owner.started()
    job.run().then(
      data => this.#finish(job, data),
      (error: unknown) => this.#finish(job, this.#errorOf(job, error))
    )
  }

  #finish(job: Job, answer: string | ImError): void {
    // It was answered when its time was up, or nobody is there any more.
    if (this.#running !== job) return
    const failure = typeof answer === 'string' ? undefined : answer
    this.#bytes -= job.bytes
    this.#owner.measured(job.method, this.#limits.now() - this.#startedAt, failure !== undefined)
    this.#owner.reply(job.request, answer)
    try {
      job.answered?.(failure)
    } catch (error) {
      this.#owner.failed(job.request, error)
    }
    this.#owner.settled()
    if (this.#isCongested && this.#bytes <= this.#limits.maxFrameBytes / 2) this.#congest(false)
    this.#next()
  }

  #errorOf({ request }: Job, error: unknown): ImError {
    if (error instanceof ImError) return error
    this.#owner.failed(request, error)
    return new ImError('internal')
  }

  #congest(isCongested: boolean): void {
    this.#isCongested = isCongested
    this.#owner.congested(isCongested)
  }
}
