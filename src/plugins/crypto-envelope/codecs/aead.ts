import { createCipheriv, createDecipheriv, type CipherGCMTypes, type KeyObject } from 'node:crypto'
import { Unopenable } from '../codec.ts'
import { secretKey } from '../secret-key.ts'

/** Authenticated encryption with associated data (RFC 5116): the inside of the JSON envelope. */
export interface Aead {
  readonly name: string
  /** What the envelope's `alg` must be. */
  readonly alg: string
  readonly nonceBytes: number
  readonly tagBytes: number
  readonly load?: () => Promise<void>
  /** @throws {TypeError} as `Codec.importKey` */
  importKey(bytes: Buffer): KeyObject
  /** The ciphertext with its tag behind it. */
  encrypt(key: KeyObject, nonce: Buffer, plaintext: Buffer, associated: Buffer): Buffer
  /**
   * @param sealed the ciphertext with its tag behind it, at least `tagBytes` long
   * @throws {Unopenable} when anything was altered
   */
  decrypt(key: KeyObject, nonce: Buffer, sealed: Buffer, associated: Buffer): Buffer
}

const tagBytes = 16

/** An AEAD of Node with a key of 32 bytes, a nonce of 12 and a tag of 16. */
export function nativeAead(cipher: 'aes-256-gcm' | 'chacha20-poly1305', alg: string): Aead {
  // Node's types know the options for the longer name only; both ciphers take them.
  const type = cipher as CipherGCMTypes
  // Without its length given, Node would accept a GCM tag as short as four bytes.
  const options = { authTagLength: tagBytes }
  return {
    name: cipher,
    alg,
    nonceBytes: 12,
    tagBytes,
    importKey: bytes => secretKey(bytes, 32),

    encrypt(key, nonce, plaintext, associated) {
      const encryption = createCipheriv(type, key, nonce, options).setAAD(associated)
      return Buffer.concat([encryption.update(plaintext), encryption.final(), encryption.getAuthTag()])
    },

    decrypt(key, nonce, sealed, associated) {
      const decryption = createDecipheriv(type, key, nonce, options)
      decryption.setAAD(associated).setAuthTag(sealed.subarray(-tagBytes))
      try {
        return Buffer.concat([decryption.update(sealed.subarray(0, -tagBytes)), decryption.final()])
      } catch {
        throw new Unopenable('cipher')
      }
    }
  }
}
