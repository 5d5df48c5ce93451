import type { Timed, Wheel } from '../../../core/index.ts'
import { chunkFrames } from '../protocol/body-chunk.ts'
import type { ErrorFrame, GatewayFrame, ResponseFrame } from '../protocol/frames.ts'
import { FrameFault } from '../protocol/read-frame.ts'
import { isInTwoSteps, requestFrameOf } from '../protocol/request-frame.ts'
import {
  WorkerFailure,
  type TargetFault,
  type WorkerAnswer,
  type WorkerFailureKind,
  type WorkerFetchOptions,
  type WorkerRequest
} from '../service.ts'

/** The connection that a call is made over. */
export interface CallLine {
  readonly worker: string
  send(frame: GatewayFrame): void
  sendBytes(frame: Buffer): void
  /** The call is over; `failure` says how, if it failed. */
  over(call: WorkerCall, failure: WorkerFailure | undefined): void
}

export interface WorkerCallParts {
  readonly id: number
  readonly request: WorkerRequest
  readonly options: WorkerFetchOptions
  readonly line: CallLine
  readonly wheel: Wheel
  readonly ackMs: number
}

/** Failures of the worker's end that the upstream is at fault for. */
const faults = new Set<string>(['timeout', 'connect', 'dns', 'tls', 'body'] satisfies TargetFault[])

/**
 * One request in the hands of a worker. A request that may change something, or has a body, goes in two steps: the worker
 * takes it (`ack`), and only then gets the body, even if that is empty; it may send nothing to the upstream before. So
 * what was not acknowledged has not happened, whatever becomes of the worker.
 */
export class WorkerCall implements Timed {
  dueAt = 0
  slot = -1
  readonly id: number
  readonly startedAt: number
  /** Settles when it is over. */
  readonly answer: Promise<WorkerAnswer>
  readonly #parts: WorkerCallParts
  readonly #chunks: Buffer[] = []
  #bytes = 0
  #acked = false
  #response: ResponseFrame | undefined
  #settle: ((result: WorkerAnswer | WorkerFailure) => void) | undefined

  constructor(parts: WorkerCallParts) {
    const { id, wheel, request, options } = parts
    this.id = id
    this.startedAt = wheel.now()
    this.#parts = parts
    this.answer = new Promise((resolve, reject) => {
      this.#settle = result => (result instanceof WorkerFailure ? reject(result) : resolve(result))
    })
    options.signal?.addEventListener('abort', this.#aborted, { once: true })
    parts.line.send(requestFrameOf(request, id, options.deadlineAt - this.startedAt))
    wheel.schedule(this, Math.min(options.deadlineAt, this.startedAt + parts.ackMs))
  }

  /** The worker has taken it. */
  taken(): void {
    if (this.#acked) throw new FrameFault('an ack comes twice')
    this.#acked = true
    const { line, wheel, request, options } = this.#parts
    wheel.schedule(this, options.deadlineAt)
    if (!isInTwoSteps(request)) return
    for (const frame of chunkFrames(this.id, request.body ?? new Uint8Array())) line.sendBytes(frame)
  }

  /** Its answer begins. */
  answered(frame: ResponseFrame): void {
    if (!this.#acked || this.#response || frame.body !== this.id)
      throw new FrameFault('an answer does not fit')
    this.#response = frame
  }

  /** A part of the body comes. */
  received(payload: Buffer, last: boolean): void {
    if (!this.#response) throw new FrameFault('a body comes without an answer')
    this.#bytes += payload.length
    this.#chunks.push(payload)
    if (this.#bytes > this.#parts.request.maxBytes)
      this.#give('too_large', `the answer has more than ${this.#parts.request.maxBytes} bytes`)
    else if (last) this.#end(this.#answerOf(this.#response))
  }

  /** The worker says that there is no answer. */
  failed({ kind, message, sent }: ErrorFrame): void {
    const detail = `${kind}: ${message}`
    const acked = this.#acked && sent
    if (kind === 'too_large') this.#end(new WorkerFailure('too_large', acked, detail))
    else if (faults.has(kind)) this.#end(new WorkerFailure('target', acked, detail, kind as TargetFault))
    else this.#end(new WorkerFailure('refused', acked, detail))
  }

  /** The worker has gone. */
  lost(): void {
    this.#end(new WorkerFailure('lost', this.#acked, 'the worker has gone'))
  }

  /** Its time is up, or that of the worker to take it. */
  due(now: number): void {
    const isLate = now >= this.#parts.options.deadlineAt
    this.#give('timeout', isLate ? 'the worker was too slow' : 'the worker did not take the request')
  }

  readonly #aborted = (): void => this.#give('aborted', 'the caller gave up')

  /** Ends it from here, and tells the worker. */
  #give(kind: WorkerFailureKind, detail: string): void {
    this.#parts.line.send({ type: 'cancel', id: this.id })
    this.#end(new WorkerFailure(kind, this.#acked, detail))
  }

  #end(result: WorkerAnswer | WorkerFailure): void {
    const { wheel, line, options } = this.#parts
    wheel.cancel(this)
    options.signal?.removeEventListener('abort', this.#aborted)
    line.over(this, result instanceof WorkerFailure ? result : undefined)
    this.#settle?.(result)
  }

  #answerOf({ status, headers, setCookies }: ResponseFrame): WorkerAnswer {
    const byName: Record<string, string | string[]> = {}
    for (const [given, value] of headers) {
      const name = given.toLowerCase()
      const before = Object.hasOwn(byName, name) ? byName[name] : undefined
      byName[name] = before === undefined ? value : [before, value].flat()
    }
    const { worker } = this.#parts.line
    return { status, headers: byName, setCookies, body: Buffer.concat(this.#chunks), worker }
  }
}
