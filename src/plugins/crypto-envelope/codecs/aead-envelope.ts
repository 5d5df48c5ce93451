import { randomBytes } from 'node:crypto'
import type { Clock } from '../../../core/index.ts'
import { Unopenable, type Codec } from '../codec.ts'
import { decodeBytes } from '../encoded-bytes.ts'
import { parseJsonObject, stringifyJson } from '../json-object.ts'
import type { EnvelopeContext } from '../service.ts'
import type { Aead } from './aead.ts'

const version = 1

interface Header {
  readonly alg: string
  readonly kid: string
  /** Milliseconds since the Unix epoch. */
  readonly ts: number
  /** Base64url. */
  readonly nonce: string
}

/**
 * JSON envelopes `{ v, alg, kid, ts, nonce, ct }` with a random nonce. Everything outside `ct` is authenticated, and
 * so are method, path and direction; an answer also authenticates the nonce of its request.
 */
export function aeadEnvelope(
  aead: Aead,
  clock: Clock,
  random: (size: number) => Buffer = randomBytes
): Codec {
  const { name, alg, nonceBytes, tagBytes, load } = aead
  return {
    name,
    tagged: true,
    fresh: true,
    ...(load && { load }),
    importKey: bytes => aead.importKey(bytes),

    open(message, keys, context) {
      const { ct, ...header } = readEnvelope(message, alg)
      const iv = decodeBytes(header.nonce, 'base64url')
      const sealed = decodeBytes(ct, 'base64url')
      if (iv.length !== nonceBytes || sealed.length < tagBytes) throw new Unopenable('format')
      const { kid, ts, nonce } = header
      const key = keys.find(kid)
      if (!key) throw new Unopenable('key')
      const plaintext = aead.decrypt(key.key, iv, sealed, associatedData(header, context, ['req']))
      const value = parseJsonObject(plaintext, 'content')
      return { kid, value, binding: { nonce }, freshness: { ts, nonce } }
    },

    seal(value, { kid, key }, { context, binding }) {
      if (!binding['nonce']) throw new TypeError('the request was not opened by this codec')
      const nonce = random(nonceBytes)
      const header = { alg, kid, ts: clock.now(), nonce: nonce.toString('base64url') }
      const associated = associatedData(header, context, ['res', binding['nonce']])
      const sealed = aead.encrypt(key, nonce, Buffer.from(stringifyJson(value)), associated)
      return { body: { v: version, ...header, ct: sealed.toString('base64url') } }
    }
  }
}

/**
 * The associated data, one field a line. No field can hold a line feed, and the direction says how many there are, so
 * that two different messages never have the same.
 * @throws {TypeError} when a field holds a line feed
 */
export function associatedData(
  { alg, kid, ts, nonce }: Header,
  { method, path }: EnvelopeContext,
  direction: readonly ['req'] | readonly ['res', requestNonce: string]
): Buffer {
  const fields = [String(version), alg, kid, String(ts), nonce, method, path, ...direction]
  if (fields.some(field => field.includes('\n'))) throw new TypeError('a field holds a line feed')
  return Buffer.from(fields.join('\n'), 'utf8')
}

function readEnvelope(message: Buffer, expected: string): Header & { readonly ct: string } {
  const { v, alg, kid, ts, nonce, ct, ...others } = parseJsonObject(message, 'format')
  if (v !== version || Object.keys(others).length > 0) throw new Unopenable('format')
  if (alg !== expected) throw new Unopenable('algorithm')
  if (typeof kid !== 'string' || typeof nonce !== 'string' || typeof ct !== 'string')
    throw new Unopenable('format')
  if (typeof ts !== 'number' || !Number.isSafeInteger(ts) || ts < 0) throw new Unopenable('format')
  return { alg: expected, kid, ts, nonce, ct }
}
