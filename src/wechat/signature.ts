import { hash, timingSafeEqual } from 'node:crypto'

/**
 * The signature of a message, in lower-case hex: SHA-1 over the token and all parts, sorted by their bytes and run
 * together. Nothing separates them, so that other parts can have the same signature: `12` and `3` the one of `1` and
 * `23`. Only the signature itself is a name for what was signed.
 */
export function signatureOf(token: string, ...parts: readonly string[]): string {
  return hash('sha1', [token, ...parts].toSorted().join(''))
}

/** Whether `given` is the signature, found in a time that says nothing of how much of it is right. */
export function isSignature(given: string, token: string, ...parts: readonly string[]): boolean {
  if (!/^[0-9a-f]{40}$/.test(given)) return false
  return timingSafeEqual(Buffer.from(given), Buffer.from(signatureOf(token, ...parts)))
}
