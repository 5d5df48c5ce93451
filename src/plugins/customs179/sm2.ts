import { setImmediate as nextTurn } from 'node:timers/promises'
import { Mutex } from 'async-mutex'
import { ApiError } from '../api-error/service.ts'
import { Errors } from './errors.ts'

/** Checks a signature (r and s, 32 bytes each) of an SM2 key, given by its point in hex. */
export type Sm2Check = (data: Uint8Array, signature: Uint8Array, point: string) => Promise<boolean>

/**
 * Makes a check of SM2 signatures with SM3 and the default user id 1234567812345678 (GM/T 0009). One takes some 4 ms
 * of the event loop, so they are done one a turn, in the order of arrival, and at most `maxWaiting` wait.
 * @throws {ApiError} `customs179.busy` from the check when too many wait
 */
export function sm2Checks(maxWaiting = 16): Sm2Check {
  const turns = new Mutex()
  let waiting = 0
  return async (data, signature, point) => {
    if (waiting >= maxWaiting) throw new ApiError(Errors['customs179.busy'], { retryAfter: 1 })
    waiting++
    try {
      return await turns.runExclusive(async () => {
        const { sm2 } = await import('sm-crypto-v2')
        await nextTurn()
        const hex = Buffer.from(signature).toString('hex')
        return attempt(() => sm2.doVerifySignature(data, hex, point, { hash: true }))
      })
    } finally {
      waiting--
    }
  }
}

/** The library throws on numbers that no signature has, and on points that are not on the curve. */
function attempt(check: () => boolean): boolean {
  try {
    return check()
  } catch {
    return false
  }
}
