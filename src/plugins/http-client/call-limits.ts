import type { Wheel } from '../../core/index.ts'
import { TimeLimit } from './time-limit.ts'
import { UpstreamError } from './upstream-error.ts'

export interface CallLimitOptions {
  readonly wheel: Wheel
  readonly timeoutMs: number
  readonly headersTimeoutMs: number
  /** Those who may give up. */
  readonly signals: readonly (AbortSignal | undefined)[]
  /** The host that the call is with now, for the error. */
  readonly host: () => string
}

/** Ends a call when its time is up, or when nobody wants it any more. */
export class CallLimits {
  /** Monotonic milliseconds. */
  readonly deadlineAt: number
  readonly #options: CallLimitOptions
  readonly #abort = new AbortController()
  readonly #deadline: TimeLimit

  constructor(options: CallLimitOptions) {
    const { wheel, timeoutMs, signals } = options
    this.#options = options
    this.deadlineAt = wheel.now() + timeoutMs
    this.#deadline = new TimeLimit(wheel, this.deadlineAt, () =>
      this.#fail('timeout', `no answer within ${timeoutMs} ms`)
    )
    for (const signal of signals) {
      if (signal?.aborted) this.#abandoned()
      else signal?.addEventListener('abort', this.#abandoned, { once: true })
    }
  }

  /** Aborts, with an {@link UpstreamError} as its reason, when the call is over before its end. */
  get signal(): AbortSignal {
    return this.#abort.signal
  }

  /** Gives an answer so long to begin. */
  async forHeaders<T>(answer: Promise<T>): Promise<T> {
    const { wheel, headersTimeoutMs } = this.#options
    const limit = new TimeLimit(wheel, wheel.now() + headersTimeoutMs, () =>
      this.#fail('timeout', `no answer began within ${headersTimeoutMs} ms`)
    )
    return answer.finally(() => limit.end())
  }

  /** The call is over. */
  end(): void {
    this.#deadline.end()
    for (const signal of this.#options.signals) signal?.removeEventListener('abort', this.#abandoned)
  }

  readonly #abandoned = (): void => this.#fail('aborted', 'its caller gave up')

  #fail(kind: 'timeout' | 'aborted', detail: string): void {
    this.#abort.abort(new UpstreamError(kind, { host: this.#options.host(), detail }))
  }
}
