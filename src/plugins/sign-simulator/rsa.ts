import {
  constants,
  generateKeyPair,
  privateEncrypt,
  publicDecrypt,
  sign as signWith,
  verify as verifyWith
} from 'node:crypto'
import { promisify } from 'node:util'
import type { SigningKey } from './card-key.ts'
import { nullValue, objectIdentifier, sequence } from './der.ts'

/** The DigestInfo of a SHA-1 digest up to the digest itself (RFC 8017, 9.2, note 1). */
const sha1Prefix = Buffer.from('3021300906052b0e03021a05000414', 'hex')
const sha256WithRsa = sequence(objectIdentifier('1.2.840.113549.1.1.11'), nullValue())

/** Makes an RSA key that signs as RSA cards do: PKCS#1 v1.5 over SHA-1. */
export async function createRsaKey(bits: 1024 | 2048): Promise<SigningKey> {
  const { privateKey, publicKey } = await promisify(generateKeyPair)('rsa', { modulusLength: bits })
  const padding = constants.RSA_PKCS1_PADDING
  return {
    publicKey: publicKey.export({ type: 'spki', format: 'der' }),
    digestLength: 20,
    sign: data => signWith('sha1', Buffer.from(data), privateKey).toString('base64'),
    signDigest(digest) {
      const info = Buffer.concat([sha1Prefix, digest])
      return privateEncrypt({ key: privateKey, padding }, info).toString('base64')
    },
    verify: (data, signature) =>
      verifyWith('sha1', Buffer.from(data), publicKey, Buffer.from(signature, 'base64')),
    verifyDigest(digest, signature) {
      try {
        const info = publicDecrypt({ key: publicKey, padding }, Buffer.from(signature, 'base64'))
        return info.equals(Buffer.concat([sha1Prefix, digest]))
      } catch {
        return false
      }
    },
    certification: {
      algorithm: sha256WithRsa,
      sign: toBeSigned => signWith('sha256', toBeSigned, privateKey)
    }
  }
}
