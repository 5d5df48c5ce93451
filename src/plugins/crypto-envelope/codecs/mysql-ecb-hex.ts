import { createSecretKey } from 'node:crypto'
import { blockBytes, decryptBlocks, encryptBlocks } from '../block-cipher.ts'
import { openWithAny, Unopenable, type Codec } from '../codec.ts'
import { parseJsonObject, stringifyJson } from '../json-object.ts'

const cipher = 'aes-128-ecb'

/**
 * `HEX(AES_ENCRYPT(json, key))` of MySQL with its default `block_encryption_mode`: AES-128-ECB, PKCS#7, hexadecimal.
 * Answers are written in upper case over JSON with a space after each comma and colon.
 */
export const mysqlEcbHex: Codec = {
  name: 'mysql-ecb-hex',
  tagged: false,
  fresh: false,
  takesHmac: true,
  caveat: 'equal blocks look equal',

  importKey(bytes) {
    const key = foldKey(bytes)
    if (key.every(byte => byte === 0))
      throw new TypeError('folds to all zero bytes, because its 16-byte pieces cancel out')
    return createSecretKey(key)
  },

  open(message, keys) {
    const hex = message.toString('latin1').trim()
    if (hex.length % (2 * blockBytes) !== 0 || !/^[0-9a-f]+$/i.test(hex)) throw new Unopenable('encoding')
    const ciphertext = Buffer.from(hex, 'hex')
    return openWithAny(keys, ({ kid, key }) => {
      const value = parseJsonObject(decryptBlocks({ cipher, key }, ciphertext), 'content')
      return { kid, value, binding: {} }
    })
  },

  seal(value, { key }) {
    const sealed = encryptBlocks({ cipher, key }, Buffer.from(spacedJson(value)))
    return { body: sealed.toString('hex').toUpperCase() }
  }
}

/** MySQL's key folding: byte `i` of the key is XORed into byte `i` mod 16 of sixteen zero bytes. */
export function foldKey(bytes: Buffer): Buffer {
  const folded = Buffer.alloc(blockBytes)
  for (const [index, byte] of bytes.entries()) folded[index % blockBytes]! ^= byte
  return folded
}

// Indented JSON already has the space after the colon, and no string in it holds a raw line feed.
function spacedJson(value: unknown): string {
  return stringifyJson(value, 1).replaceAll(/,\n */g, ', ').replaceAll(/\n */g, '')
}
