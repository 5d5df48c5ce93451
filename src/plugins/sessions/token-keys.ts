import { createHash, hkdfSync } from 'node:crypto'

/** Bytes of a token, of a key and of a digest. */
export const keyBytes = 32
export const saltBytes = 16

const tokenForm = /^[0-9a-f]{64}$/

/** The bytes of a token that a caller shows as 64 digits in hex; `undefined`: it is none. */
export function tokenIn(text: string): Buffer | undefined {
  return tokenForm.test(text) ? Buffer.from(text, 'hex') : undefined
}

/** Under which a session is kept. A token has 256 random bits: a plain hash is enough. */
export function tokenIdOf(token: Buffer): string {
  return createHash('sha256').update('gw.tid.v1').update(token).digest('base64url')
}

/** What plugins may know of a token: it differs from one platform to the next, and opens nothing. */
export function pseudonymOf(token: Buffer): string {
  return hkdf(token, '', 'gw.pseudo.v1', 16).toString('base64url')
}

/** The key that a token opens its session with. */
export function tokenKeyOf(token: Buffer, salt: Buffer): Buffer {
  return hkdf(token, salt, 'gw.tokenkek.v1')
}

/** What a password gives, after the slow derivation. */
export interface PasswordKeys {
  /** Its digest is stored, and tells whether a password is the right one. */
  readonly verifier: string
  /** Opens the tokens and the data key of a person. */
  readonly kek: Buffer
}

/** Splits the outcome of the slow derivation in two. */
export function passwordKeys(master: Buffer): PasswordKeys {
  const verifier = createHash('sha256')
    .update(hkdf(master, '', 'gw.verify.v1'))
    .digest('base64url')
  return { verifier, kek: hkdf(master, '', 'gw.kek.v1') }
}

/** A key for one purpose out of the data key of a person. */
export function dataKeyFor(dataKey: Buffer, purpose: string): Buffer {
  return hkdf(dataKey, '', purpose)
}

function hkdf(key: Buffer, salt: Buffer | string, info: string, bytes = keyBytes): Buffer {
  return Buffer.from(hkdfSync('sha256', key, salt, info, bytes))
}
