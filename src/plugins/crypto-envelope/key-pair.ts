import { createPrivateKey, createPublicKey, type JsonWebKeyInput, type KeyObject } from 'node:crypto'
import type { KeyUse } from './codec.ts'

/**
 * Reads the private key that opens, or the public one of the other side that seals: PEM, JWK (RFC 7517), or DER
 * (PKCS#8, SubjectPublicKeyInfo).
 * @throws {TypeError} saying what is wrong, without the key
 */
export function readKeyPair(bytes: Buffer, use: KeyUse): KeyObject {
  if (use === 'both') throw new TypeError('is one of a pair: `use` must be open (private) or seal (public)')
  const text = bytes.toString('latin1').trimStart()
  try {
    if (text.startsWith('{')) {
      const jwk = { key: JSON.parse(text) as JsonWebKeyInput['key'], format: 'jwk' } as const
      return use === 'open' ? createPrivateKey(jwk) : createPublicKey(jwk)
    }
    if (text.startsWith('-----BEGIN')) return use === 'open' ? createPrivateKey(text) : createPublicKey(text)
    return use === 'open'
      ? createPrivateKey({ key: bytes, format: 'der', type: 'pkcs8' })
      : createPublicKey({ key: bytes, format: 'der', type: 'spki' })
  } catch {
    throw new TypeError(`is no ${use === 'open' ? 'private' : 'public'} key in PEM, JWK or DER`)
  }
}
