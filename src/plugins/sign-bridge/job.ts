import { ApiError } from '../api-error/service.ts'
import { Errors } from './errors.ts'
import { requestFrame } from './frame.ts'
import type { PinOutcome } from './pin-verdict.ts'
import type { SignOutcome } from './reply.ts'
import type { SignRequest } from './service.ts'

/** A signature as a device gives it. */
export interface Signed<Maker> {
  readonly sign: string
  readonly certNo: string
  readonly device: Maker
}

/** A device as a request chooses it. */
export interface SigningDevice {
  readonly name: string
  /** Serial of the card in it, where it is known. */
  readonly cardNo: string | undefined
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
  /** What stands for its PIN in the guard. */
  readonly pinKey: string | undefined
  /** Resolves when its outcome has been noted in the guard; it never rejects. */
  noted: Promise<void> | undefined
  /** How often a device took it without getting it to its socket. */
  misses = 0
  #resolve!: (signed: Signed<Maker>) => void
  #reject!: (error: ApiError) => void
  #pin: string | undefined
  readonly #wanted: Pick<SignRequest, 'devices' | 'certNos'>
  readonly #excluded = new Set<string>()
  readonly #signal: AbortSignal | undefined
  #pinOutcome: PinOutcome = 'unsent'
  #onLate: ((pin: PinOutcome) => void) | undefined
  #onAbort: (() => void) | undefined

  constructor(request: SignRequest, { queuedAt, expiresAt }: JobTimes, pinKey?: string) {
    const { data, pin, signal } = request
    this.text = data
    this.pinKey = pinKey
    this.#wanted = request
    this.queuedAt = queuedAt
    this.expiresAt = expiresAt
    this.#pin = pin
    this.#signal = signal
    this.signed = new Promise((resolve, reject) => {
      this.#resolve = resolve
      this.#reject = reject
    })
  }

  /** How it ended for its PIN, as far as that is known by now. */
  get pinOutcome(): PinOutcome {
    return this.#pinOutcome
  }

  /** Whether its caller has gone. */
  get withdrawn(): boolean {
    return this.#signal?.aborted === true
  }

  /** Whether it wants certain devices or cards. */
  get bound(): boolean {
    return this.#wanted.devices !== undefined || this.#wanted.certNos !== undefined
  }

  /** Whether a device may take it. */
  fits(device: SigningDevice): boolean {
    return this.mightFit(device) && (this.#wanted.certNos === undefined || device.cardNo !== undefined)
  }

  /** Whether a device may take it, if it turns out to hold the right card. */
  mightFit({ name, cardNo }: SigningDevice): boolean {
    const { devices, certNos } = this.#wanted
    if (this.#excluded.has(name) || devices?.includes(name) === false) return false
    return cardNo === undefined || (certNos?.some(one => sameSerial(one, cardNo)) ?? true)
  }

  /** Keeps a device from taking it, until the function it returns is called. */
  exclude({ name }: SigningDevice): () => void {
    this.#excluded.add(name)
    return () => void this.#excluded.delete(name)
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
    this.#pinOutcome = 'unanswered'
    this.#forget()
  }

  /** Calls back when a device answers after the request has failed for want of an answer. */
  onLate(notice: (pin: PinOutcome) => void): void {
    this.#onLate = notice
  }

  /** The answer came late: nobody gets it, but it tells of the PIN. */
  late(outcome: SignOutcome): void {
    this.#onLate?.('error' in outcome ? outcome.pin : 'accepted')
  }

  done(signed: Signed<Maker>): void {
    this.#pinOutcome = 'accepted'
    this.#resolve(signed)
  }

  fail(error: ApiError, pin = this.#pinOutcome): void {
    this.#pinOutcome = pin
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

/** The failure of a request that comes or waits while the gateway closes. */
export function shuttingDown(): ApiError {
  return new ApiError(Errors['sign.shutting_down'], { retryAfter: 1, headers: { connection: 'close' } })
}

/** Serials compare without case and leading zeros: the control and X.509 tools write them differently. */
export function sameSerial(one: string, other: string): boolean {
  const plain = (hex: string): string => hex.toLowerCase().replace(/^0+(?=.)/, '')
  return plain(one) === plain(other)
}
