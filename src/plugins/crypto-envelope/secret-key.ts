import { createSecretKey, type KeyObject } from 'node:crypto'

/**
 * Makes a key of `bytes`, of which there must be one of `lengths`.
 * @throws {TypeError} for other lengths, and for zeros alone
 */
export function secretKey(bytes: Buffer, ...lengths: readonly number[]): KeyObject {
  if (!lengths.includes(bytes.length))
    throw new TypeError(
      `has ${bytes.length} bytes instead of ${lengths.join(', ').replace(/, (\d+)$/, ' or $1')}`
    )
  if (bytes.every(byte => byte === 0)) throw new TypeError('is all zero bytes')
  return createSecretKey(bytes)
}
