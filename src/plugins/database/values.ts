/** NUL, behind which libsql cuts a text off when it reads it, and surrogates without a partner, which are not UTF-8. */
const lossy = /\0|\p{Surrogate}/u

/**
 * A parameter as the drivers may have it. What would come back changed is refused here, and so is what ends the process
 * (libsql 0.5 aborts on a boolean).
 * @throws {TypeError} naming the type that there is no column for
 * @throws {RangeError} for a value that would not come back as it was
 */
export function bindable(value: unknown): string | number | bigint | Uint8Array | null {
  if (value === null || value instanceof Uint8Array) return value
  switch (typeof value) {
    case 'string':
      if (lossy.test(value))
        throw new RangeError('The database cannot keep a text with NUL or a lone surrogate')
      return value
    case 'number':
      if (Number.isNaN(value)) throw new RangeError('The database cannot keep NaN')
      // libsql makes every number a REAL, and a TEXT column would then keep 5 as '5.0'.
      return Number.isSafeInteger(value) && !Object.is(value, -0) ? BigInt(value) : value
    case 'bigint':
      if (!Number.isSafeInteger(Number(value)))
        throw new RangeError('An integer beyond ±(2^53 - 1) would be read back rounded: keep it as text')
      return value
    default:
      throw new TypeError(`The database has no type for ${typeName(value)}: ${advice(value)}`)
  }
}

function typeName(value: unknown): string {
  return Object.prototype.toString.call(value).slice('[object '.length, -1)
}

function advice(value: unknown): string {
  if (typeof value === 'boolean') return 'use 1 and 0'
  if (value === undefined) return 'use null'
  if (value instanceof Date) return 'use milliseconds or an ISO text'
  return 'use text, such as JSON'
}
