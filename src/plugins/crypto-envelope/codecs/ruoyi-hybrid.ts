import { createSecretKey, randomBytes, type KeyObject } from 'node:crypto'
import { Type, type Static } from 'typebox'
import { decryptBlocks, encryptBlocks } from '../block-cipher.ts'
import { openWithAny, Unopenable, type Codec } from '../codec.ts'
import { decodeBody, decodeBytes } from '../encoded-bytes.ts'
import { parseJsonObject, stringifyJson } from '../json-object.ts'
import { readKeyPair } from '../key-pair.ts'
import { singleHeader } from '../request-fields.ts'
import { rsaDecrypt, rsaEncrypt } from './rsa-password.ts'

export const RuoyiHybridOptions = Type.Object({
  header: Type.String({
    default: 'encrypt-key',
    pattern: '^[a-z0-9-]{1,64}$',
    description: 'The header with the encrypted password, in lower case.'
  })
})

const cipher = 'aes-256-ecb'
const passwordLength = 32
const leastModulusBits = 2048
const base64Length = 44

/**
 * The hybrid of RuoYi-Vue-Plus: AES-256-ECB under a password of 32 characters in base64; base64 of the password, under
 * RSA with PKCS#1 v1.5 padding, in a header. Keys come in pairs: a private one opens, the front end's public one seals.
 */
export function ruoyiHybrid(
  { header }: Static<typeof RuoyiHybridOptions>,
  random: (size: number) => Buffer = randomBytes
): Codec {
  return {
    name: 'ruoyi-hybrid',
    tagged: false,
    fresh: false,
    caveat: 'equal blocks look equal, whoever has the public key can write messages',

    importKey(bytes, use) {
      const key = readKeyPair(bytes, use)
      const { modulusLength = 0 } = key.asymmetricKeyDetails ?? {}
      if (key.asymmetricKeyType !== 'rsa') throw new TypeError('is no RSA key')
      if (modulusLength < leastModulusBits)
        throw new TypeError(`has ${modulusLength} bits instead of ${leastModulusBits} or more`)
      return key
    },

    open(message, keys, { headers = {} }) {
      const sealedPassword = decodeBytes(singleHeader(headers, header) ?? '', 'base64')
      const ciphertext = decodeBody(message, 'base64')
      return openWithAny(keys, ({ kid, key }) => {
        const plaintext = decryptBlocks({ cipher, key: openPassword(key, sealedPassword) }, ciphertext)
        return { kid, value: parseJsonObject(plaintext, 'content'), binding: {} }
      })
    },

    seal(value, { key }) {
      // 24 random bytes are 32 characters.
      const password = Buffer.from(random(24).toString('base64url'))
      const plaintext = Buffer.from(stringifyJson(value))
      const sealed = encryptBlocks({ cipher, key: createSecretKey(password) }, plaintext)
      const sealedPassword = rsaEncrypt(key, Buffer.from(password.toString('base64')))
      return { body: sealed.toString('base64'), headers: { [header]: sealedPassword.toString('base64') } }
    }
  }
}

function openPassword(key: KeyObject, sealed: Buffer): KeyObject {
  let text: Buffer
  try {
    text = rsaDecrypt(key, sealed, base64Length)
  } catch {
    throw new Unopenable('cipher')
  }
  // What is no base64 gives some key as well: one that opens nothing.
  const password = Buffer.alloc(passwordLength)
  Buffer.from(text.toString('latin1'), 'base64').copy(password)
  return createSecretKey(password)
}
