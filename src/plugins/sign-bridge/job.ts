import { ApiError } from '../api-error/service.ts'
import { Errors } from './errors.ts'
import { requestFrame } from './frame.ts'
import type { SignRequest } from './service.ts'

/** A signature as a device gives it. */
export interface Signed<Maker> {
  readonly sign: string
  readonly certNo: string
  readonly device: Maker
}

/** When a request came and when it must have left. Milliseconds of the monotonic clock. */
export interface JobTimes {
  readonly queuedAt: number
  readonly expiresAt: number
}

/** One signing request on its way. It ends once, and holds its PIN only until the frame is handed to a socket. */
export class SignJob<Maker> implements JobTimes {
  readonly queuedAt: number
  readonly expiresAt: number
  /** The text to sign. */
  readonly text: string
  /** How it ends. @throws {ApiError} */
  readonly signed: Promise<Signed<Maker>>
  /** How often a device took it without getting it to its socket. */
  misses = 0
  #resolve!: (signed: Signed<Maker>) => void
  #reject!: (error: ApiError) => void
  #pin: string | undefined
  readonly #signal: AbortSignal | undefined
  #onAbort: (() => void) | undefined

  constructor({ data, pin, signal }: SignRequest, { queuedAt, expiresAt }: JobTimes) {
    this.text = data
    this.queuedAt = queuedAt
    this.expiresAt = expiresAt
    this.#pin = pin
    this.#signal = signal
    this.signed = new Promise((resolve, reject) => {
      this.#resolve = resolve
      this.#reject = reject
    })
  }

  /** Calls back when the caller goes away while the request has not left. */
  onAbort(withdraw: () => void): void {
    this.#onAbort = withdraw
    this.#signal?.addEventListener('abort', withdraw, { once: true })
  }

  /**
   * The frame to send, with the PIN.
   * @throws {Error} once it was sent: no PIN leaves twice
   */
  frame(id: number): string {
    if (this.#pin === undefined) throw new Error('This request has left; it is never sent again')
    return requestFrame(id, 'cus-sec_SpcSignDataAsPEM', { inData: this.text, passwd: this.#pin })
  }

  /** The frame was handed to a socket. Its outcome is the device's now, whoever still waits for it. */
  sent(): void {
    this.#forget()
  }

  done(signed: Signed<Maker>): void {
    this.#resolve(signed)
  }

  fail(error: ApiError): void {
    this.#forget()
    this.#reject(error)
  }

  #forget(): void {
    this.#pin = undefined
    if (this.#onAbort) this.#signal?.removeEventListener('abort', this.#onAbort)
  }
}

/** The failure of a request whose caller has gone. */
export function cancelled(): ApiError {
  return new ApiError(Errors['sign.cancelled'])
}
