import { createHash, randomBytes, timingSafeEqual, type KeyObject } from 'node:crypto'
import { Type, type Static } from 'typebox'
import type { Clock } from '../../../core/index.ts'
import { decryptBlocks, encryptBlocks, type BlockCipher } from '../block-cipher.ts'
import { openWithAny, Unopenable, type Codec, type NamedKey } from '../codec.ts'
import { decodeBytes } from '../encoded-bytes.ts'
import { readSeconds } from '../request-fields.ts'
import { secretKey } from '../secret-key.ts'
import { packMessage, unpackMessage } from './wecom-message.ts'
import { wecomText } from './wecom-text.ts'

export const WecomOptions = Type.Object({
  receiverId: Type.String({
    default: '',
    description:
      'What must stand behind each message: the corp id, suite id or app id. A bot of one’s own has none.'
  }),
  format: Type.Enum(['json', 'xml'], {
    default: 'json',
    description:
      'json: `{ encrypt }` around a JSON object. xml: the element `Encrypt` around XML, given as `{ xml }`.'
  })
})

/**
 * Callbacks of WeCom and of WeChat official accounts: AES-256-CBC, padded to 32 bytes, over 16 random bytes, the
 * length, the message and the receiver's id. SHA-1 over the sorted token, time, nonce and ciphertext is `msg_signature`
 * in the query. The key is the EncodingAESKey, its `macKey` the token.
 */
export function wecom(
  { receiverId, format }: Static<typeof WecomOptions>,
  clock: Clock,
  random: (size: number) => Buffer = randomBytes
): Codec {
  const text = wecomText(format)
  return {
    name: 'wecom',
    tagged: true,
    fresh: true,
    macKeyBytes: 1,
    importKey: bytes => secretKey(fromEncodingAesKey(bytes), 32),

    open(message, keys, { query = '' }) {
      const fields = new URLSearchParams(query)
      const [time, nonce, signature] = ['timestamp', 'nonce', 'msg_signature'].map(
        name => fields.get(name) ?? ''
      )
      const encrypt = text.unwrap(message)
      const ts = readSeconds(time ?? '')
      if (!signature || !/^[0-9a-f]{40}$/.test(signature)) throw new Unopenable('format')
      const sealed = decodeBytes(encrypt, 'base64')
      return openWithAny(keys, key => {
        const expected = signatureOf(key, [time ?? '', nonce ?? '', encrypt])
        if (!timingSafeEqual(expected, Buffer.from(signature, 'hex'))) throw new Unopenable('mac')
        const { content, receiver } = unpackMessage(decryptBlocks(cipherOf(key.key), sealed))
        if (receiver !== receiverId) throw new Unopenable('context')
        // What is signed is run together: only the signature itself is unambiguous.
        return { kid: key.kid, value: text.parse(content), binding: {}, freshness: { ts, nonce: signature } }
      })
    },

    seal(value, key) {
      const packed = packMessage(random(16), text.stringify(value), receiverId)
      const encrypt = encryptBlocks(cipherOf(key.key), packed).toString('base64')
      const time = String(Math.floor(clock.now() / 1000))
      const nonce = random(8).toString('hex')
      const signature = signatureOf(key, [time, nonce, encrypt]).toString('hex')
      return { body: text.wrap({ encrypt, signature, time, nonce }) }
    }
  }
}

// Of the 258 bits in its 43 characters, which are drawn at random, the last two mean nothing.
function fromEncodingAesKey(bytes: Buffer): Buffer {
  const text = bytes.toString('latin1')
  return /^[A-Za-z0-9+/]{43}$/.test(text) ? Buffer.from(text, 'base64') : bytes
}

function cipherOf(key: KeyObject): BlockCipher {
  return { cipher: 'aes-256-cbc', key, iv: key.export().subarray(0, 16), padding: false }
}

function signatureOf({ mac }: NamedKey, fields: readonly string[]): Buffer {
  if (!mac) throw new Unopenable('key')
  const sorted = [mac.export().toString('utf8'), ...fields].toSorted()
  return createHash('sha1').update(sorted.join('')).digest()
}
