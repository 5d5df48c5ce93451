import { Type, type Static } from 'typebox'
import { aes, decryptBlocks, encryptBlocks } from '../block-cipher.ts'
import { openWithAny, type Codec } from '../codec.ts'
import { decodeBody } from '../encoded-bytes.ts'
import { parseJsonObject, stringifyJson } from '../json-object.ts'
import { aesKey, aesOptions } from './aes-key.ts'

export const AesEcbOptions = Type.Object(aesOptions)

/** AES-ECB with PKCS#7 padding over JSON, the body being nothing but the encoded ciphertext. */
export function aesEcb({ encoding, derive }: Static<typeof AesEcbOptions>): Codec {
  return {
    name: 'aes-ecb',
    tagged: false,
    fresh: false,
    takesHmac: true,
    caveat: 'equal blocks look equal',
    importKey: bytes => aesKey(bytes, derive),

    open(message, keys) {
      const ciphertext = decodeBody(message, encoding)
      return openWithAny(keys, ({ kid, key }) => {
        const plaintext = decryptBlocks({ cipher: aes('ecb', key), key }, ciphertext)
        return { kid, value: parseJsonObject(plaintext, 'content'), binding: {} }
      })
    },

    seal(value, { key }) {
      const sealed = encryptBlocks({ cipher: aes('ecb', key), key }, Buffer.from(stringifyJson(value)))
      return { body: sealed.toString(encoding) }
    }
  }
}
