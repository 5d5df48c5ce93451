import { randomBytes, type KeyObject } from 'node:crypto'
import { Type, type Static } from 'typebox'
import { aes, blockBytes, decryptBlocks, encryptBlocks, type BlockCipher } from '../block-cipher.ts'
import { openWithAny, Unopenable, type Codec } from '../codec.ts'
import { parseJsonObject, stringifyJson } from '../json-object.ts'
import { aesKey, aesOptions } from './aes-key.ts'
import { ivLayout, ivOptions } from './iv-layout.ts'

export const AesCbcOptions = Type.Object({
  ...aesOptions,
  ...ivOptions,
  padding: Type.Enum(['pkcs7', 'zero'], {
    default: 'pkcs7',
    description: 'zero: filled up with zero bytes, none if the blocks are full.'
  })
})

/**
 * AES-CBC over JSON, in the layouts that are in use between partners.
 * @throws {TypeError} when the options contradict each other
 */
export function aesCbc(
  options: Static<typeof AesCbcOptions>,
  random: (size: number) => Buffer = randomBytes
): Codec {
  const { derive, encoding, padding, iv } = options
  const layout = ivLayout(options, encoding, random)
  const cipherOf = (key: KeyObject, vector: Buffer): BlockCipher => {
    return { cipher: aes('cbc', key), key, iv: vector, ...(padding === 'zero' && { padding: false }) }
  }
  return {
    name: 'aes-cbc',
    tagged: false,
    fresh: false,
    takesHmac: true,
    ...(iv !== 'prefix' && iv !== 'field' && { caveat: 'equal beginnings look equal' }),
    importKey: bytes => aesKey(bytes, derive),

    open(message, keys) {
      const parted = layout.part(message)
      return openWithAny(keys, ({ kid, key }) => {
        const { vector, ciphertext } = parted(key)
        if (ciphertext.length === 0) throw new Unopenable('format')
        const plaintext = decryptBlocks(cipherOf(key, vector), ciphertext)
        const json = padding === 'zero' ? withoutZeros(plaintext) : plaintext
        return { kid, value: parseJsonObject(json, 'content'), binding: {} }
      })
    },

    seal(value, { key }) {
      const vector = layout.vector(key)
      const json = Buffer.from(stringifyJson(value))
      const plaintext = padding === 'zero' ? withZeros(json) : json
      return { body: layout.join(vector, encryptBlocks(cipherOf(key, vector), plaintext)) }
    }
  }
}

function withZeros(bytes: Buffer): Buffer {
  return Buffer.concat([bytes, Buffer.alloc(-bytes.length & (blockBytes - 1))])
}

function withoutZeros(bytes: Buffer): Buffer {
  let end = bytes.length
  while (bytes[end - 1] === 0) end--
  return bytes.subarray(0, end)
}
