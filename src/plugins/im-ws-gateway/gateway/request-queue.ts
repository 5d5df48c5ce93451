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

/** When a connection that is to end takes no more, in milliseconds of the wheel. */
export interface Closing {
  /** From when on requests are answered with `busy`, and not begun. */
  readonly refusesAt: number
  /** When what is not answered yet is given up: what has not begun with `busy`, what has with `timeout`. */
  readonly givesUpAt: number
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
  #closing: Closing = { refusesAt: Infinity, givesUpAt: Infinity }
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

  /** Answers a request in its turn; at once, with `busy`, when too many wait, or the connection is about to end. */
  add(job: Job): void {
    if (this.#limits.now() >= this.#closing.refusesAt) return this.#turnAway(job)
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
    if (!this.#running) return Infinity
    return Math.min(this.#startedAt + this.#limits.requestTimeoutMs, this.#closing.givesUpAt)
  }

  /**
   * Calls `then`, once, when nothing is under way and nothing waits; from there on nothing is begun any more. Whatever
   * has come until then is answered. Call `due` at `givesUpAt`.
   */
  conclude(closing: Closing, then: () => void): void {
    this.#closing = closing
    this.#whenIdle = then
    if (!this.#running) this.#rest()
  }

  /** The connection is gone: forgets what waits. What is under way goes on, unanswered. */
  drop(): void {
    this.#waiting = []
    this.#running = undefined
    this.#whenIdle = undefined
  }

  #next(): void {
    if (this.#limits.now() >= this.#closing.givesUpAt)
      for (const late of this.#waiting.splice(0)) this.#turnAway(late)
    const job = this.#waiting.shift()
    this.#running = job
    if (!job) return this.#rest()
    this.#startedAt = this.#limits.now()
    this.#owner.started()
    job.run().then(
      data => this.#finish(job, data),
      (error: unknown) => this.#finish(job, this.#errorOf(job, error))
    )
  }

  #rest(): void {
    const then = this.#whenIdle
    if (!then) return
    this.#whenIdle = undefined
    this.#closing = { refusesAt: -Infinity, givesUpAt: -Infinity }
    // Or the client's own close would not be read.
    if (this.#isCongested) this.#congest(false)
    then()
  }

  /** Answers what is not begun any more. */
  #turnAway(job: Job): void {
    const busy = new ImError('busy', 'the gateway closes, ask again: it was not done')
    this.#owner.reply(job.request, busy)
    this.#answered(job, busy)
  }

  #answered(job: Job, failure: ImError | undefined): void {
    try {
      job.answered?.(failure)
    } catch (error) {
      this.#owner.failed(job.request, error)
    }
  }

  #finish(job: Job, answer: string | ImError): void {
    // It was answered when its time was up, or nobody is there any more.
    if (this.#running !== job) return
    const failure = typeof answer === 'string' ? undefined : answer
    this.#bytes -= job.bytes
    this.#owner.measured(job.method, this.#limits.now() - this.#startedAt, failure !== undefined)
    this.#owner.reply(job.request, answer)
    this.#answered(job, failure)
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
