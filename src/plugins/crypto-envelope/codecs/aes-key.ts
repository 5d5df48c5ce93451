import { createHash, type KeyObject } from 'node:crypto'
import { Type, type Static } from 'typebox'
import { secretKey } from '../secret-key.ts'

/** The options that all plain AES formats have. */
export const aesOptions = {
  encoding: Type.Enum(['base64', 'base64url', 'hex'], {
    default: 'base64',
    description: 'How the ciphertext is written.'
  }),
  derive: Type.Enum(['none', 'md5', 'md5-hex', 'md5-hex-0-16', 'md5-hex-8-24', 'sha256'], {
    default: 'none',
    description:
      'How the AES key is made of the key. md5 and sha256: the digest. md5-hex: its 32 lower-case digits as text, or the first 16 of them, or the 16 in the middle.'
  })
}

const Derive = aesOptions.derive
const hexOf = (bytes: Buffer): string => createHash('md5').update(bytes).digest('hex')

const derivations: Readonly<Record<Static<typeof Derive>, (bytes: Buffer) => Buffer>> = {
  none: bytes => bytes,
  md5: bytes => createHash('md5').update(bytes).digest(),
  'md5-hex': bytes => Buffer.from(hexOf(bytes)),
  'md5-hex-0-16': bytes => Buffer.from(hexOf(bytes).slice(0, 16)),
  'md5-hex-8-24': bytes => Buffer.from(hexOf(bytes).slice(8, 24)),
  sha256: bytes => createHash('sha256').update(bytes).digest()
}

/**
 * Makes an AES key of 16, 24 or 32 bytes out of the bytes of a key.
 * @throws {TypeError} for other lengths, and for zeros alone
 */
export function aesKey(bytes: Buffer, derive: Static<typeof Derive>): KeyObject {
  if (bytes.every(byte => byte === 0)) throw new TypeError('is all zero bytes')
  return secretKey(derivations[derive](bytes), 16, 24, 32)
}
