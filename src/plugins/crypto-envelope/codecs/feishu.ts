import { createHash, createSecretKey, randomBytes, timingSafeEqual, type KeyObject } from 'node:crypto'
import { blockBytes, decryptBlocks, encryptBlocks, type BlockCipher } from '../block-cipher.ts'
import { openWithAny, Unopenable, type Codec } from '../codec.ts'
import { decodeBytes } from '../encoded-bytes.ts'
import { parseJsonObject, stringifyJson } from '../json-object.ts'
import { readSeconds, singleHeader } from '../request-fields.ts'
import type { EnvelopeContext } from '../service.ts'

/**
 * Events of Feishu (Lark): `{ encrypt }` holds base64 of IV and AES-256-CBC ciphertext under SHA-256 of the Encrypt
 * Key, and the header `X-Lark-Signature` is SHA-256 of time, nonce, Encrypt Key and body. Only the check of a new
 * address (`type: url_verification`) comes without a signature, and only that is opened without one.
 */
export function feishu(random: (size: number) => Buffer = randomBytes): Codec {
  return {
    name: 'feishu',
    tagged: true,
    fresh: true,

    importKey(bytes) {
      if (bytes.length === 0) throw new TypeError('is empty')
      return createSecretKey(bytes)
    },

    open(message, keys, { headers = {} }) {
      const signed = readSignature(headers)
      const { encrypt } = parseJsonObject(message, 'format')
      if (typeof encrypt !== 'string') throw new Unopenable('format')
      const bytes = decodeBytes(encrypt, 'base64')
      if (bytes.length <= blockBytes) throw new Unopenable('format')
      return openWithAny(keys, ({ kid, key }) => {
        if (signed && !timingSafeEqual(signatureOf(signed, key, message), signed.signature))
          throw new Unopenable('mac')
        const plaintext = decryptBlocks(
          cipherOf(key, bytes.subarray(0, blockBytes)),
          bytes.subarray(blockBytes)
        )
        const value = parseJsonObject(plaintext, 'content')
        if (!signed && value['type'] !== 'url_verification') throw new Unopenable('mac')
        if (!signed) return { kid, value, binding: {} }
        // The nonce and the time run into each other in what is signed: only the signature is unambiguous.
        return {
          kid,
          value,
          binding: {},
          freshness: { ts: signed.ts, nonce: signed.signature.toString('hex') }
        }
      })
    },

    seal(value, { key }) {
      const iv = random(blockBytes)
      const ciphertext = encryptBlocks(cipherOf(key, iv), Buffer.from(stringifyJson(value)))
      return { body: { encrypt: Buffer.concat([iv, ciphertext]).toString('base64') } }
    }
  }
}

interface Signature {
  /** Time and nonce as they were sent, one behind the other. */
  readonly head: string
  readonly ts: number
  readonly signature: Buffer
}

function readSignature(headers: NonNullable<EnvelopeContext['headers']>): Signature | undefined {
  const signature = singleHeader(headers, 'x-lark-signature')
  if (signature === undefined) return undefined
  const time = singleHeader(headers, 'x-lark-request-timestamp') ?? ''
  const nonce = singleHeader(headers, 'x-lark-request-nonce') ?? ''
  if (!/^[0-9a-f]{64}$/.test(signature)) throw new Unopenable('format')
  return { head: time + nonce, ts: readSeconds(time), signature: Buffer.from(signature, 'hex') }
}

function signatureOf({ head }: Signature, key: KeyObject, message: Buffer): Buffer {
  return createHash('sha256').update(head).update(key.export()).update(message).digest()
}

function cipherOf(encryptKey: KeyObject, iv: Buffer): BlockCipher {
  const digest = createHash('sha256').update(encryptKey.export()).digest()
  return { cipher: 'aes-256-cbc', key: createSecretKey(digest), iv }
}
