import { createCipheriv, createHash, createHmac, randomBytes, type Hmac } from 'node:crypto'
import type { Message, Occasion } from './message.ts'

/** A cipher of Node in one go. */
export function encrypt(
  cipher: string,
  key: Buffer,
  iv: Buffer | null,
  plaintext: Buffer,
  padding = true
): Buffer {
  const encryption = createCipheriv(cipher, key, iv).setAutoPadding(padding)
  return Buffer.concat([encryption.update(plaintext), encryption.final()])
}

/** A resource of WeChat Pay, as it stands in a notification. */
export function sealWechatpay(key: Buffer, plaintext: string, at: Occasion, data = 'transaction'): Message {
  const nonce = randomBytes(6).toString('hex')
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(data))
  const sealed = Buffer.concat([cipher.update(plaintext, 'utf8'), cipher.final(), cipher.getAuthTag()])
  const resource = {
    original_type: 'transaction',
    algorithm: 'AEAD_AES_256_GCM',
    ciphertext: sealed.toString('base64'),
    associated_data: data,
    nonce
  }
  return { body: Buffer.from(JSON.stringify(resource)), context: at }
}

/** An event of Feishu, signed. */
export function sealFeishu(encryptKey: string, plaintext: string, at: Occasion): Message {
  const iv = randomBytes(16)
  const key = createHash('sha256').update(encryptKey).digest()
  const ciphertext = encrypt('aes-256-cbc', key, iv, Buffer.from(plaintext))
  const body = JSON.stringify({ encrypt: Buffer.concat([iv, ciphertext]).toString('base64') })
  const time = String(Math.floor(at.ts / 1000))
  const nonce = String(randomBytes(4).readUInt32BE())
  const signature = createHash('sha256')
    .update(time + nonce + encryptKey + body)
    .digest('hex')
  const headers = {
    'x-lark-request-timestamp': time,
    'x-lark-request-nonce': nonce,
    'x-lark-signature': signature
  }
  return { body: Buffer.from(body), context: { ...at, headers } }
}

export interface WecomSecrets {
  /** The EncodingAESKey. */
  readonly aesKey: string
  readonly token: string
  readonly receiverId: string
}

/** A callback of WeCom; `wrap` makes the body of the ciphertext. */
export function sealWecom(
  { aesKey, token, receiverId }: WecomSecrets,
  content: string,
  at: Occasion,
  wrap = (encrypted: string): string => JSON.stringify({ encrypt: encrypted })
): Message {
  const key = Buffer.from(`${aesKey}=`, 'base64')
  const length = Buffer.alloc(4)
  length.writeUInt32BE(Buffer.byteLength(content))
  const message = Buffer.concat([randomBytes(16), length, Buffer.from(content + receiverId)])
  const pad = 32 - (message.length % 32)
  const padded = Buffer.concat([message, Buffer.alloc(pad, pad)])
  const encrypted = encrypt('aes-256-cbc', key, key.subarray(0, 16), padded, false).toString('base64')
  const time = String(Math.floor(at.ts / 1000))
  const nonce = String(randomBytes(4).readUInt32BE())
  const sorted = [token, time, nonce, encrypted].toSorted().join('')
  const signature = createHash('sha1').update(sorted).digest('hex')
  const query = new URLSearchParams({ msg_signature: signature, timestamp: time, nonce })
  return { body: Buffer.from(wrap(encrypted)), context: { ...at, query: String(query) } }
}

/** Adds the MAC in headers to a request without a tag. */
export function authenticate(
  { body, context }: Message,
  hash: 'sha256' | 'sm3',
  { kid, macKey }: { readonly kid: string; readonly macKey: string },
  ts: number
): Message {
  const nonce = randomBytes(16).toString('hex')
  const mac: Hmac = createHmac(hash, macKey)
  mac.update(`HMAC-${hash.toUpperCase()}\n${kid}\n${ts}\n${nonce}\n${context.method}\n${context.path}\nreq\n`)
  const headers = {
    'envelope-key-id': kid,
    'envelope-timestamp': String(ts),
    'envelope-nonce': nonce,
    'envelope-mac': mac.update(body).digest('hex')
  }
  return { body, context: { ...context, headers } }
}
