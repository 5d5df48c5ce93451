import { createCipheriv, createDecipheriv, createSecretKey, randomBytes, type KeyObject } from 'node:crypto'
import type { Clock } from '../../core/index.ts'
import { Unopenable, type Codec } from './codec.ts'
import { parseJsonObject, stringifyJson } from './json-object.ts'
import type { EnvelopeContext } from './service.ts'

const cipherName = 'aes-256-gcm'
const version = 1
const algorithm = 'A256GCM'
const keyBytes = 32
const nonceBytes = 12
const tagBytes = 16

interface Header {
  readonly kid: string
  /** Milliseconds since the Unix epoch. */
  readonly ts: number
  /** Base64url of 12 bytes. */
  readonly nonce: string
}

/**
 * JSON envelopes `{ v, alg, kid, ts, nonce, ct }` over AES-256-GCM (NIST SP 800-38D) with a random 96-bit nonce and a
 * 128-bit tag. Everything outside `ct` is authenticated, and so are method, path and direction; an answer also
 * authenticates the nonce of its request.
 */
export function aes256Gcm(clock: Clock, random: (size: number) => Buffer = randomBytes): Codec {
  return {
    name: 'aes-256-gcm',
    fresh: true,

    importKey(bytes) {
      if (bytes.length !== keyBytes) throw new TypeError(`has ${bytes.length} bytes instead of ${keyBytes}`)
      if (bytes.every(byte => byte === 0)) throw new TypeError('is all zero bytes')
      return createSecretKey(bytes)
    },

    open(message, keys, context) {
      const { kid, ts, nonce, ct } = readEnvelope(message)
      const iv = decodeBase64url(nonce)
      const sealed = decodeBase64url(ct)
      if (iv.length !== nonceBytes || sealed.length < tagBytes) throw new Unopenable('format')
      const key = keys.find(kid)
      if (!key) throw new Unopenable('key')
      const additional = associatedData({ kid, ts, nonce }, context, ['req'])
      const value = parseJsonObject(decrypt(sealed, key.key, iv, additional), 'content')
      return { kid, value, binding: { nonce }, freshness: { ts, nonce } }
    },

    seal(value, { kid, key }, { context, binding }) {
      if (!binding['nonce']) throw new TypeError('the request was not opened by this codec')
      const nonce = random(nonceBytes)
      const header = { kid, ts: clock.now(), nonce: nonce.toString('base64url') }
      const cipher = createCipheriv(cipherName, key, nonce, { authTagLength: tagBytes })
      cipher.setAAD(associatedData(header, context, ['res', binding['nonce']]))
      const ciphertext = [cipher.update(stringifyJson(value), 'utf8'), cipher.final(), cipher.getAuthTag()]
      return { v: version, alg: algorithm, ...header, ct: Buffer.concat(ciphertext).toString('base64url') }
    }
  }
}

/**
 * The additional data, one field a line. No field can hold a line feed, and the direction says how many there are, so
 * that two different messages never have the same.
 * @throws {TypeError} when a field holds a line feed
 */
export function associatedData(
  { kid, ts, nonce }: Header,
  { method, path }: EnvelopeContext,
  direction: readonly ['req'] | readonly ['res', requestNonce: string]
): Buffer {
  const fields = [String(version), algorithm, kid, String(ts), nonce, method, path, ...direction]
  if (fields.some(field => field.includes('\n'))) throw new TypeError('a field holds a line feed')
  return Buffer.from(fields.join('\n'), 'utf8')
}

function readEnvelope(message: Buffer): Header & { readonly ct: string } {
  const { v, alg, kid, ts, nonce, ct, ...others } = parseJsonObject(message, 'format')
  if (v !== version || Object.keys(others).length > 0) throw new Unopenable('format')
  if (alg !== algorithm) throw new Unopenable('algorithm')
  if (typeof kid !== 'string' || typeof nonce !== 'string' || typeof ct !== 'string')
    throw new Unopenable('format')
  if (typeof ts !== 'number' || !Number.isSafeInteger(ts) || ts < 0) throw new Unopenable('format')
  return { kid, ts, nonce, ct }
}

function decrypt(sealed: Buffer, key: KeyObject, iv: Buffer, additional: Buffer): Buffer {
  // Without its length given, Node would accept a tag as short as four bytes.
  const decipher = createDecipheriv(cipherName, key, iv, { authTagLength: tagBytes })
  decipher.setAAD(additional).setAuthTag(sealed.subarray(-tagBytes))
  try {
    return Buffer.concat([decipher.update(sealed.subarray(0, -tagBytes)), decipher.final()])
  } catch {
    throw new Unopenable('cipher')
  }
}

// Node skips what is not base64 and ignores spare bits: only text that encodes back to itself is taken.
function decodeBase64url(text: string): Buffer {
  if (!/^[\w-]+$/.test(text)) throw new Unopenable('encoding')
  const bytes = Buffer.from(text, 'base64url')
  if (bytes.toString('base64url') !== text) throw new Unopenable('encoding')
  return bytes
}
