import { createHash, generateKeyPairSync, randomBytes } from 'node:crypto'
import type { KeySettings, ProfileSettings } from '../../../../src/plugins/crypto-envelope/config.ts'
import { sealAead, type Alg } from './aead.ts'
import { sealJwe } from './jwe.ts'
import type { Message, Occasion } from './message.ts'
import { authenticate, encrypt, sealFeishu, sealWechatpay, sealWecom } from './partner.ts'

/** A format with its settings and a client that knows nothing of the plugin. */
export interface SampleFormat {
  readonly name: string
  readonly profile: Omit<ProfileSettings, 'keys'>
  readonly keys: Readonly<Record<string, KeySettings>>
  /** Seals a request, under the key `k` unless `key` says otherwise. */
  readonly send: (plaintext: string, at: Occasion, key?: Buffer) => Message | Promise<Message>
}

/** A key of the ring as hexadecimal. */
export function hexKey(key: Buffer, more: Partial<KeySettings> = {}): KeySettings {
  return { key: key.toString('hex'), encoding: 'hex', use: 'both', ...more }
}

const key = (bytes: number): Buffer => Buffer.from(Array.from({ length: bytes }, (_, index) => index + 1))
const macKey = 'a second secret of 32 characters'
const wecom = {
  aesKey: 'abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG',
  token: 'QDG6eK',
  receiverId: 'wx5823bf96d3bd56c7'
}
const encryptKey = 'test key'
const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const otherPair = generateKeyPairSync('ec', { namedCurve: 'P-256' })

function aead(codec: ProfileSettings['codec'], alg: Alg, bytes: number): SampleFormat {
  return {
    name: codec,
    profile: { codec },
    keys: { k: hexKey(key(bytes)) },
    send: (plaintext, at, secret = key(bytes)) => sealAead(alg, secret, 'k', plaintext, at)
  }
}

function token(alg: 'dir' | 'A256KW', enc: 'A256GCM' | 'A128CBC-HS256'): SampleFormat {
  return {
    name: `jwe, ${alg} and ${enc}`,
    profile: { codec: 'jwe', options: { alg, enc } },
    keys: { k: hexKey(key(32)) },
    send: (plaintext, at, secret = key(32)) => sealJwe(secret, plaintext, at, { alg, enc, kid: 'k' })
  }
}

function withMac(
  name: string,
  profile: Omit<ProfileSettings, 'keys'> & { readonly hmac: 'sha256' | 'sm3' },
  bodyOf: (plaintext: string, secret: Buffer) => string
): SampleFormat {
  return {
    name: `${name} and HMAC-${profile.hmac}`,
    profile,
    keys: { k: hexKey(key(16), { macKey }) },
    send(plaintext, at, secret = key(16)) {
      const message = { body: Buffer.from(bodyOf(plaintext, secret)), context: at }
      // Who has not the key has not the other secret either.
      const macOf = secret.equals(key(16)) ? macKey : createHash('sha256').update(secret).digest('hex')
      return authenticate(message, profile.hmac, { kid: 'k', macKey: macOf }, at.ts)
    }
  }
}

/** The formats whose messages nobody without a key can alter. */
export const taggedFormats: readonly SampleFormat[] = [
  aead('aes-256-gcm', 'A256GCM', 32),
  aead('chacha20-poly1305', 'C20P', 32),
  aead('sm4-gcm', 'SM4GCM', 16),
  aead('sm4-cbc-hmac-sm3', 'SM4CBC-HSM3', 32),
  token('dir', 'A256GCM'),
  token('dir', 'A128CBC-HS256'),
  token('A256KW', 'A256GCM'),
  {
    name: 'jwe, ECDH-ES',
    profile: { codec: 'jwe', options: { alg: 'ECDH-ES' }, answers: 'plain' },
    keys: {
      k: {
        key: pair.privateKey.export({ format: 'pem', type: 'pkcs8' }).toString(),
        encoding: 'utf8',
        use: 'open'
      }
    },
    send: (plaintext, at, secret) => {
      const { publicKey } = secret ? otherPair : pair
      return sealJwe(publicKey, plaintext, at, { alg: 'ECDH-ES', enc: 'A256GCM', kid: 'k' })
    }
  },
  {
    name: 'wechatpay-v3',
    profile: { codec: 'wechatpay-v3' },
    keys: { k: hexKey(key(32)) },
    send: (plaintext, at, secret = key(32)) => sealWechatpay(secret, plaintext, at)
  },
  {
    name: 'wecom',
    profile: { codec: 'wecom', options: { receiverId: wecom.receiverId } },
    keys: { k: { key: wecom.aesKey, encoding: 'utf8', use: 'both', macKey: wecom.token } },
    send(plaintext, at, secret) {
      const aesKey = secret ? Buffer.alloc(32, secret).toString('base64').slice(0, 43) : wecom.aesKey
      return sealWecom({ ...wecom, aesKey, token: secret ? 'another' : wecom.token }, plaintext, at)
    }
  },
  {
    name: 'feishu',
    profile: { codec: 'feishu' },
    keys: { k: { key: encryptKey, encoding: 'utf8', use: 'both' } },
    send: (plaintext, at, secret) => sealFeishu(secret ? secret.toString('hex') : encryptKey, plaintext, at)
  },
  withMac('mysql-ecb-hex', { codec: 'mysql-ecb-hex', hmac: 'sha256' }, (plaintext, secret) =>
    encrypt('aes-128-ecb', secret, null, Buffer.from(plaintext)).toString('hex')
  ),
  withMac('aes-ecb', { codec: 'aes-ecb', hmac: 'sm3' }, (plaintext, secret) =>
    encrypt('aes-128-ecb', secret, null, Buffer.from(plaintext)).toString('base64')
  ),
  withMac('aes-cbc', { codec: 'aes-cbc', hmac: 'sha256' }, (plaintext, secret) => {
    const iv = randomBytes(16)
    return Buffer.concat([iv, encrypt('aes-128-cbc', secret, iv, Buffer.from(plaintext))]).toString('base64')
  }),
  withMac(
    'aes-cbc with iv in a field',
    { codec: 'aes-cbc', hmac: 'sm3', options: { iv: 'field' } },
    (plaintext, secret) => {
      const iv = randomBytes(16)
      const data = encrypt('aes-128-cbc', secret, iv, Buffer.from(plaintext)).toString('base64')
      return JSON.stringify({ iv: iv.toString('base64'), data })
    }
  )
]

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 })

/** The formats whose messages anybody can alter. */
export const untaggedFormats: readonly SampleFormat[] = [
  {
    name: 'mysql-ecb-hex',
    profile: { codec: 'mysql-ecb-hex' },
    keys: { k: hexKey(key(16)) },
    send: (plaintext, at, secret = key(16)) => {
      const body = encrypt('aes-128-ecb', secret, null, Buffer.from(plaintext))
      return { body: Buffer.from(body.toString('hex')), context: at }
    }
  },
  {
    name: 'aes-cbc',
    profile: { codec: 'aes-cbc', options: { iv: 'zero' } },
    keys: { k: hexKey(key(32)) },
    send: (plaintext, at, secret = key(32)) => {
      const body = encrypt('aes-256-cbc', secret, Buffer.alloc(16), Buffer.from(plaintext))
      return { body: Buffer.from(body.toString('base64')), context: at }
    }
  },
  {
    name: 'ruoyi-hybrid',
    profile: { codec: 'ruoyi-hybrid' },
    keys: {
      k: {
        key: rsa.privateKey.export({ format: 'pem', type: 'pkcs8' }).toString(),
        encoding: 'utf8',
        use: 'open'
      }
    },
    send: (plaintext, at) => {
      const body = encrypt('aes-256-ecb', key(32), null, Buffer.from(plaintext)).toString('base64')
      const headers = { 'encrypt-key': Buffer.alloc(256, 1).toString('base64') }
      return { body: Buffer.from(body), context: { ...at, headers } }
    }
  }
]
