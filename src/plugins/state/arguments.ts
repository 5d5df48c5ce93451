import type { LogBounds } from './service.ts'

/**
 * Checks a time to live; fractions count as a whole millisecond.
 * @throws {RangeError} below 1 ms
 */
export function lifetime(ms: number | undefined): number | undefined {
  if (ms !== undefined && !(ms >= 1 && ms <= Number.MAX_SAFE_INTEGER))
    throw new RangeError(`A time to live must be at least 1 ms; got ${ms}`)
  return ms === undefined ? undefined : Math.ceil(ms)
}

/** @throws {RangeError} for a limit that a scan does not take */
export function checkedLimit(limit: number): number {
  if (Number.isInteger(limit) && limit >= 1 && limit <= 10_000) return limit
  throw new RangeError(`'limit' must be an integer from 1 to 10000; got ${limit}`)
}

/** @throws {TypeError} for a step that a counter does not take */
export function checkedBy(by: number): number {
  if (Number.isSafeInteger(by)) return by
  throw new TypeError(`'by' must be a safe integer; got ${by}`)
}

/**
 * Checks the bounds of a log and fills in what is left out.
 * @throws {RangeError} for bounds that are none
 */
export function checkedBounds({ maxEntries, maxBytes = Number.MAX_SAFE_INTEGER, ttlMs }: LogBounds) {
  if (!Number.isInteger(maxEntries) || maxEntries < 1 || maxEntries > 10_000_000)
    throw new RangeError(`'maxEntries' must be an integer from 1 to 10000000; got ${maxEntries}`)
  if (!Number.isSafeInteger(maxBytes) || maxBytes < 1)
    throw new RangeError(`'maxBytes' must be a safe integer of at least 1; got ${maxBytes}`)
  return { maxEntries, maxBytes, ttlMs: lifetime(ttlMs) }
}

export type CheckedBounds = Readonly<ReturnType<typeof checkedBounds>>
