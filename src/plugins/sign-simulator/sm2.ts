import type { SigningKey } from './card-key.ts'
import { bitString, integer, objectIdentifier, sequence } from './der.ts'

const sm2WithSm3 = sequence(objectIdentifier('1.2.156.10197.1.501'))
const sm2Curve = sequence(objectIdentifier('1.2.840.10045.2.1'), objectIdentifier('1.2.156.10197.1.301'))

/**
 * Makes an SM2 key that signs as SM2 cards do: over SM3, with the default user id 1234567812345678 (GM/T 0009),
 * the signature being r and s of 32 bytes each. node:crypto cannot: it signs with an empty user id.
 */
export async function createSm2Key(): Promise<SigningKey> {
  const { sm2 } = await import('sm-crypto-v2')
  const { privateKey, publicKey } = sm2.generateKeyPairHex()
  const point = sm2.precomputePublicKey(publicKey)
  const signRaw = (data: Uint8Array): Buffer =>
    Buffer.from(sm2.doSignature(data, privateKey, { hash: true, publicKey }), 'hex')
  return {
    publicKey: sequence(sm2Curve, bitString(Buffer.from(publicKey, 'hex'))),
    digestLength: 32,
    sign: data => signRaw(Buffer.from(data)).toString('base64'),
    signDigest: digest => Buffer.from(sm2.doSignature(digest, privateKey), 'hex').toString('base64'),
    verify: (data, signature) =>
      verifies(signature, hex => sm2.doVerifySignature(Buffer.from(data), hex, point, { hash: true })),
    verifyDigest: (digest, signature) =>
      verifies(signature, hex => sm2.doVerifySignature(digest, hex, point)),
    certification: {
      algorithm: sm2WithSm3,
      sign(toBeSigned) {
        const raw = signRaw(toBeSigned).toString('hex')
        return sequence(integer(BigInt(`0x${raw.slice(0, 64)}`)), integer(BigInt(`0x${raw.slice(64)}`)))
      }
    }
  }
}

/** The library throws on numbers that no signature has. */
function verifies(base64: string, verify: (hex: string) => boolean): boolean {
  const raw = Buffer.from(base64, 'base64')
  try {
    return raw.length === 64 && verify(raw.toString('hex'))
  } catch {
    return false
  }
}
