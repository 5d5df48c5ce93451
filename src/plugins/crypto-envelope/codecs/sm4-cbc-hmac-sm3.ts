import { createHmac, createSecretKey, hkdfSync, timingSafeEqual, type KeyObject } from 'node:crypto'
import { blockBytes, decryptBlocks, encryptBlocks } from '../block-cipher.ts'
import { Unopenable } from '../codec.ts'
import { secretKey } from '../secret-key.ts'
import type { Aead } from './aead.ts'

const cipher = 'sm4-cbc'
const cipherKeyBytes = 16
const tagBytes = 32

/**
 * SM4-CBC with PKCS#7, then HMAC-SM3 over it (GB/T 32907, GB/T 32905), composed as RFC 7518, 5.2.2 composes AES-CBC
 * and HMAC-SHA-2, with the whole MAC for a tag. The keys for the cipher (16 bytes) and for the MAC (32 bytes) are
 * HKDF-SM3 (RFC 5869) of the key, without salt, with the text `SM4CBC-HSM3` for info.
 */
export const sm4CbcHmacSm3: Aead = {
  name: 'sm4-cbc-hmac-sm3',
  alg: 'SM4CBC-HSM3',
  nonceBytes: blockBytes,
  tagBytes,

  importKey(bytes) {
    const key = secretKey(bytes, 32)
    const derived = hkdfSync('sm3', key, Buffer.alloc(0), 'SM4CBC-HSM3', cipherKeyBytes + tagBytes)
    return createSecretKey(Buffer.from(derived))
  },

  encrypt(key, iv, plaintext, associated) {
    const [cipherKey, macKey] = split(key)
    const ciphertext = encryptBlocks({ cipher, key: cipherKey, iv }, plaintext)
    return Buffer.concat([ciphertext, macOf(macKey, iv, ciphertext, associated)])
  },

  decrypt(key, iv, sealed, associated) {
    const [cipherKey, macKey] = split(key)
    const ciphertext = sealed.subarray(0, -tagBytes)
    const expected = macOf(macKey, iv, ciphertext, associated)
    if (!timingSafeEqual(expected, sealed.subarray(-tagBytes))) throw new Unopenable('cipher')
    return decryptBlocks({ cipher, key: cipherKey, iv }, ciphertext)
  }
}

function split(key: KeyObject): [KeyObject, KeyObject] {
  const bytes = key.export()
  return [createSecretKey(bytes.subarray(0, cipherKeyBytes)), createSecretKey(bytes.subarray(cipherKeyBytes))]
}

// The length of the associated data, last, tells where they end.
function macOf(key: KeyObject, iv: Buffer, ciphertext: Buffer, associated: Buffer): Buffer {
  const bits = Buffer.alloc(8)
  bits.writeBigUInt64BE(8n * BigInt(associated.length))
  const mac = createHmac('sm3', key).update(associated).update(iv).update(ciphertext).update(bits)
  return mac.digest()
}
