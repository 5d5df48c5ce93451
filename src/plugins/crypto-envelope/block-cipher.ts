import { createCipheriv, createDecipheriv, type KeyObject } from 'node:crypto'
import { Unopenable } from './codec.ts'

/** Bytes in a block of AES and of SM4. */
export const blockBytes = 16

/** A block cipher of Node by name, its key, and its initialization vector if the mode has one. */
export interface BlockCipher {
  readonly cipher: string
  readonly key: KeyObject
  readonly iv?: Buffer
  /** `false` where the caller pads to whole blocks itself; PKCS#7 otherwise. */
  readonly padding?: false
}

/** Encrypts with PKCS#7 padding, unless told otherwise. */
export function encryptBlocks({ cipher, key, iv, padding }: BlockCipher, plaintext: Buffer): Buffer {
  const encryption = createCipheriv(cipher, key, iv ?? null).setAutoPadding(padding ?? true)
  return Buffer.concat([encryption.update(plaintext), encryption.final()])
}

/** @throws {Unopenable} when the ciphertext is not whole blocks, or its padding is wrong */
export function decryptBlocks({ cipher, key, iv, padding }: BlockCipher, ciphertext: Buffer): Buffer {
  const decryption = createDecipheriv(cipher, key, iv ?? null).setAutoPadding(padding ?? true)
  try {
    return Buffer.concat([decryption.update(ciphertext), decryption.final()])
  } catch {
    throw new Unopenable('cipher')
  }
}

/** The AES of this key's length, as Node names it: `aes('cbc', key)`. */
export function aes(mode: 'ecb' | 'cbc', key: KeyObject): string {
  return `aes-${8 * (key.symmetricKeySize ?? 0)}-${mode}`
}
