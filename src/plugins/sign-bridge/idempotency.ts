import type { FastifyBaseLogger } from 'fastify'
import { ApiError } from '../api-error/service.ts'
import { Errors } from './errors.ts'
import type { IdempotencyRecords, RequestName } from './idempotency-records.ts'
import type { Signed } from './job.ts'
import type { KeyedDigest } from './secret.ts'
import type { SignRequest } from './service.ts'
import type { Named, Stage } from './stage.ts'

export interface IdempotencyOptions {
  readonly records: IdempotencyRecords
  readonly digest: KeyedDigest
  readonly log: FastifyBaseLogger
}

/** How a request ended, as it is kept. */
type Outcome =
  | { readonly sign: string; readonly certNo: string; readonly device: string }
  | { readonly failed: string }

/**
 * Gives the requests with one key one outcome (draft-ietf-httpapi-idempotency-key-header). Kept is what a card may
 * have seen: signatures, and failures after which the same request must not be made again; unknown outcomes are among
 * them. What ended before a card saw it is forgotten, so that the same key may be tried again.
 */
export class Idempotency {
  readonly #records: IdempotencyRecords
  readonly #digest: KeyedDigest
  readonly #log: FastifyBaseLogger

  constructor({ records, digest, log }: IdempotencyOptions) {
    this.#records = records
    this.#digest = digest
    this.#log = log
  }

  /** @throws {ApiError} as {@link IdempotencyRecords.begin}, or `sign.idempotency_unavailable` */
  readonly stage: Stage = async (request, next) => {
    const { idempotencyKey: key, caller = '' } = request
    if (key === undefined) return next(request)
    const name = { caller, key }
    const earlier = await this.#begin(name, this.#digestOf('request', [request]), false)
    if (earlier !== undefined) return replay(JSON.parse(earlier) as Outcome)
    try {
      const signed = await next(request)
      const { sign, certNo, device } = signed
      await this.#keep(name, { sign, certNo, device: device.name })
      return signed
    } catch (error) {
      if (mayHaveBeenSent(error)) await this.#keep(name, { failed: keyOf(error) })
      else await this.#settle(this.#records.release(name))
      throw error
    }
  }

  /**
   * Runs a batch that no other with this key runs beside; its items have keys of their own. It may come again, and
   * then goes on with what was not signed.
   * @throws {ApiError} as {@link IdempotencyRecords.begin}, or `sign.idempotency_unavailable`
   */
  async alone<T>(name: RequestName, requests: readonly SignRequest[], run: () => Promise<T>): Promise<T> {
    await this.#begin(name, this.#digestOf('batch', requests), true)
    try {
      return await run()
    } finally {
      await this.#settle(this.#records.pause(name))
    }
  }

  /** With the key of the PIN guard, since a PIN is among what is compared. */
  #digestOf(what: 'request' | 'batch', requests: readonly SignRequest[]): string {
    const parts = requests.map(({ data, pin, devices = null, certNos = null }) => [
      data,
      pin,
      devices,
      certNos
    ])
    return this.#digest(`idempotency-${what}`, JSON.stringify(parts))
  }

  async #begin(name: RequestName, digest: string, again: boolean): Promise<string | undefined> {
    try {
      return await this.#records.begin(name, digest, again)
    } catch (error) {
      if (error instanceof ApiError) throw error
      throw new ApiError(Errors['sign.idempotency_unavailable'], { retryAfter: 1, cause: error })
    }
  }

  #keep(name: RequestName, outcome: Outcome): Promise<void> {
    return this.#settle(this.#records.finish(name, JSON.stringify(outcome)))
  }

  /** The caller gets its answer all the same. The record stays as that of a request cut off: none is made twice. */
  async #settle(written: Promise<void>): Promise<void> {
    try {
      await written
    } catch (error) {
      this.#log.error({ err: error }, 'the outcome of a request with an Idempotency-Key cannot be kept')
    }
  }
}

/** What was refused below 500 was refused before a card saw it. */
function mayHaveBeenSent(error: unknown): boolean {
  return !(error instanceof ApiError) || (error.entry.transient !== true && error.entry.http >= 500)
}

function keyOf(error: unknown): string {
  return error instanceof ApiError ? error.entry.key : 'sign.outcome_unknown'
}

function replay(outcome: Outcome): Signed<Named> {
  if ('sign' in outcome) return { ...outcome, device: { name: outcome.device } }
  const entry = Object.hasOwn(Errors, outcome.failed)
    ? Errors[outcome.failed as keyof typeof Errors]
    : undefined
  throw new ApiError(entry ?? Errors['sign.outcome_unknown'])
}
