import { createCipheriv, createDecipheriv, createSecretKey, type KeyObject } from 'node:crypto'
import { openWithAny, Unopenable, type Codec } from './codec.ts'
import { parseJsonObject, stringifyJson } from './json-object.ts'

const blockBytes = 16

/**
 * `HEX(AES_ENCRYPT(json, key))` of MySQL with its default `block_encryption_mode`: AES-128-ECB, PKCS#7, hexadecimal.
 * Answers are written in upper case over JSON with a space after each comma and colon.
 */
export const mysqlEcbHex: Codec = {
  name: 'mysql-ecb-hex',
  weakness: 'equal blocks look equal, and anybody can alter, cut or replay a message unnoticed',
  fresh: false,

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
      const value = parseJsonObject(decrypt(ciphertext, key), 'content')
      return { kid, value, binding: {} }
    })
  },

  seal(value, { key }) {
    const cipher = createCipheriv('aes-128-ecb', key, null)
    const sealed = Buffer.concat([cipher.update(spacedJson(value), 'utf8'), cipher.final()])
    return sealed.toString('hex').toUpperCase()
  }
}

/** MySQL's key folding: byte `i` of the key is XORed into byte `i` mod 16 of sixteen zero bytes. */
export function foldKey(bytes: Buffer): Buffer {
  const folded = Buffer.alloc(blockBytes)
  for (const [index, byte] of bytes.entries()) folded[index % blockBytes]! ^= byte
  return folded
}

function decrypt(ciphertext: Buffer, key: KeyObject): Buffer {
  const decipher = createDecipheriv('aes-128-ecb', key, null)
  try {
    return Buffer.concat([decipher.update(ciphertext), decipher.final()])
  } catch {
    throw new Unopenable('cipher')
  }
}

// Indented JSON already has the space after the colon, and no string in it holds a raw line feed.
function spacedJson(value: unknown): string {
  return stringifyJson(value, 1).replaceAll(/,\n */g, ', ').replaceAll(/\n */g, '')
}
