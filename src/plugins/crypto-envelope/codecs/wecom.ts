import { randomBytes, type KeyObject } from 'node:crypto'
import { Type, type Static } from 'typebox'
import type { Clock } from '../../../core/index.ts'
import { keyBytes, openMessage, sealMessage } from '../../../wechat/message-crypt.ts'
import { MessageError, type MessageFault } from '../../../wechat/message-error.ts'
import { isSignature, signatureOf } from '../../../wechat/signature.ts'
import { openWithAny, Unopenable, type Codec, type Failure, type NamedKey } from '../codec.ts'
import { readSeconds } from '../request-fields.ts'
import { secretKey } from '../secret-key.ts'
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
      const [time = '', nonce = '', signature = ''] = ['timestamp', 'nonce', 'msg_signature'].map(
        name => fields.get(name) ?? ''
      )
      const encrypt = text.unwrap(message)
      const ts = readSeconds(time)
      if (!/^[0-9a-f]{40}$/.test(signature)) throw new Unopenable('format')
      return openWithAny(keys, key => {
        if (!isSignature(signature, tokenOf(key), time, nonce, encrypt)) throw new Unopenable('mac')
        const content = opened(key.key, encrypt, receiverId)
        // What is signed is run together: only the signature itself is unambiguous.
        return { kid: key.kid, value: text.parse(content), binding: {}, freshness: { ts, nonce: signature } }
      })
    },

    seal(value, key) {
      const encrypt = sealMessage(key.key, text.stringify(value), receiverId, random)
      const time = String(Math.floor(clock.now() / 1000))
      const nonce = random(8).toString('hex')
      const signature = signatureOf(tokenOf(key), time, nonce, encrypt)
      return { body: text.wrap({ encrypt, signature, time, nonce }) }
    }
  }
}

function fromEncodingAesKey(bytes: Buffer): Buffer {
  const text = bytes.toString('latin1')
  return text.length === 43 ? keyBytes(text) : bytes
}

const failures: Readonly<Record<MessageFault, Failure>> = {
  encoding: 'encoding',
  cipher: 'cipher',
  content: 'content',
  receiver: 'context'
}

function opened(key: KeyObject, encrypt: string, receiver: string): Buffer {
  try {
    return openMessage(key, encrypt, receiver)
  } catch (error) {
    throw error instanceof MessageError ? new Unopenable(failures[error.fault]) : error
  }
}

function tokenOf({ mac }: NamedKey): string {
  if (!mac) throw new Unopenable('key')
  return mac.export().toString('utf8')
}
