import type { Related } from './api-error.ts'

/** What a handler may say about its value beyond the value. */
export interface ResultExtras {
  /** HTTP status, 200–299. Default: what the reply has, 200. */
  readonly status?: number
  /** Replaces the dialect's text of success. */
  readonly message?: string
  /** The value is one page of a list. `page` counts from 1. */
  readonly page?: { readonly total: number; readonly page: number; readonly size: number }
  /** The value is older than it should be, because of `reason`. */
  readonly stale?: { readonly ageMs: number; readonly reason: string }
  readonly related?: readonly Related[]
}

const brand = Symbol.for('paifang.Result')

/** A value with extras. Without the `api-error` plugin it is sent as its value alone. */
export class Result {
  readonly data: unknown
  readonly extras: ResultExtras
  readonly [brand] = true

  constructor(data: unknown, extras: ResultExtras) {
    this.data = data
    this.extras = extras
  }

  toJSON(): unknown {
    return this.data
  }
}

/** Like `instanceof Result`, also for one made by another copy of this package. */
export function isResult(value: unknown): value is Result {
  return typeof value === 'object' && value !== null && brand in value
}

/**
 * Returns `data` with extras from a handler: `return result(rows, { page: { total, page, size } })`. Its type is
 * that of `data`, so that a response schema still checks the handler.
 */
export function result<T>(data: T, extras: ResultExtras = {}): T {
  return new Result(data, extras) as T
}
