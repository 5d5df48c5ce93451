import { constants, privateDecrypt, publicEncrypt, randomBytes, type KeyObject } from 'node:crypto'

/** Encrypts with PKCS#1 v1.5 padding (RFC 8017, 7.2.1). */
export function rsaEncrypt(key: KeyObject, message: Buffer): Buffer {
  return publicEncrypt({ key, padding: constants.RSA_PKCS1_PADDING }, message)
}

/**
 * Decrypts a message of `length` bytes in PKCS#1 v1.5 padding. Where the padding is wrong, the result is random bytes
 * and nothing else tells: an attacker who learned of wrong paddings could decrypt any message (Bleichenbacher 1998;
 * the countermeasure is that of RFC 8446, appendix E.8 and RFC 5246, 7.4.7.1). Node refuses this padding for that
 * reason; taking the padding off here, without a branch on what was decrypted, is what makes it safe again.
 * @throws {Error} when `ciphertext` has not the length of the modulus or is not below it, which everybody can see
 */
export function rsaDecrypt(key: KeyObject, ciphertext: Buffer, length: number): Buffer {
  const block = privateDecrypt({ key, padding: constants.RSA_NO_PADDING }, ciphertext)
  const end = block.length - length
  let wrong = block[0]! | (block[1]! ^ 2) | block[end - 1]!
  for (let index = 2; index < end - 1; index++) wrong |= isZero(block[index]!)
  const mask = isZero(wrong) - 1
  const result = randomBytes(length)
  for (let index = 0; index < length; index++)
    result[index] = (result[index]! & mask) | (block[end + index]! & ~mask)
  return result
}

/** 1 for 0, and 0 for 1 to 255, without a branch. */
function isZero(byte: number): number {
  return ((byte - 1) >>> 8) & 1
}
