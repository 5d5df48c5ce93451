import { randomBytes } from 'node:crypto'
import { openWithAny, Unopenable, type Codec } from '../codec.ts'
import { decodeBytes } from '../encoded-bytes.ts'
import { parseJsonObject, stringifyJson } from '../json-object.ts'
import { nativeAead } from './aead.ts'

const algorithm = 'AEAD_AES_256_GCM'
const aead = nativeAead('aes-256-gcm', algorithm)
/** What answers authenticate, so that none is taken for a request. */
const answerData = 'response'

/**
 * The encrypted resource of WeChat Pay's notifications (API v3): `{ algorithm, ciphertext, nonce, associated_data }`,
 * bare or as the member `resource`. The key is the API v3 key of 32 bytes; the nonce is 12 characters of text. It says
 * nothing of the signature in `Wechatpay-Signature`.
 */
export function wechatpayV3(random: (size: number) => Buffer = randomBytes): Codec {
  return {
    name: 'wechatpay-v3',
    tagged: true,
    fresh: false,
    importKey: bytes => aead.importKey(bytes),

    open(message, keys) {
      const { nonce, sealed, associated } = readResource(parseJsonObject(message, 'format'))
      return openWithAny(keys, ({ kid, key }) => {
        const value = parseJsonObject(aead.decrypt(key, nonce, sealed, associated), 'content')
        return { kid, value, binding: {} }
      })
    },

    seal(value, { key }) {
      // Nine random bytes are twelve characters.
      const nonce = random(9).toString('base64url')
      const plaintext = Buffer.from(stringifyJson(value))
      const sealed = aead.encrypt(key, Buffer.from(nonce), plaintext, Buffer.from(answerData))
      const ciphertext = sealed.toString('base64')
      return { body: { original_type: 'answer', algorithm, ciphertext, nonce, associated_data: answerData } }
    }
  }
}

function readResource(message: Record<string, unknown>): Record<'nonce' | 'sealed' | 'associated', Buffer> {
  const { resource = message } = message
  if (typeof resource !== 'object' || resource === null) throw new Unopenable('format')
  const fields = resource as Record<string, unknown>
  if (fields['algorithm'] !== algorithm) throw new Unopenable('algorithm')
  const { ciphertext, nonce, associated_data: data = '' } = fields
  if (typeof ciphertext !== 'string' || typeof nonce !== 'string' || typeof data !== 'string')
    throw new Unopenable('format')
  const [iv, sealed] = [Buffer.from(nonce), decodeBytes(ciphertext, 'base64')]
  if (iv.length !== aead.nonceBytes || sealed.length < aead.tagBytes) throw new Unopenable('format')
  if (data === answerData) throw new Unopenable('context')
  return { nonce: iv, sealed, associated: Buffer.from(data) }
}
