import { createHmac, randomBytes, timingSafeEqual, type KeyObject } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import type { Clock } from '../../core/index.ts'
import { Unopenable, type Codec } from './codec.ts'
import { singleHeader } from './request-fields.ts'
import type { EnvelopeContext } from './service.ts'

/** The hash functions under HMAC, and what they are called in the text that is authenticated. */
const labels = { sha256: 'HMAC-SHA256', sm3: 'HMAC-SM3' } as const
const nonceBytes = 16

interface MacHeader {
  readonly kid: string
  /** Milliseconds since the Unix epoch. */
  readonly ts: number
  readonly nonce: string
}

/**
 * Puts an HMAC (RFC 2104) in front of a format without a tag, in headers of the message: nothing is decrypted before
 * the MAC was right. It covers key id, time, nonce, method, path, direction and body; that of an answer also the nonce
 * of its request.
 */
export function withHmac(
  codec: Codec,
  hash: keyof typeof labels,
  clock: Clock,
  random: (size: number) => Buffer = randomBytes
): Codec {
  const macOf = (
    key: KeyObject,
    { kid, ts, nonce }: MacHeader,
    { method, path }: EnvelopeContext,
    direction: readonly string[],
    body: Buffer | string
  ): Buffer => {
    const fields = [labels[hash], kid, String(ts), nonce, method, path, ...direction]
    if (fields.some(field => field.includes('\n'))) throw new TypeError('a field holds a line feed')
    return createHmac(hash, key)
      .update(`${fields.join('\n')}\n`)
      .update(body)
      .digest()
  }

  return {
    ...codec,
    tagged: true,
    fresh: true,
    macKeyBytes: 16,

    async open(message, keys, context) {
      const { mac, ...header } = readHeaders(context.headers ?? {})
      const key = keys.find(header.kid)
      if (!key?.mac) throw new Unopenable('key')
      const expected = macOf(key.mac, header, context, ['req'], message)
      if (!timingSafeEqual(expected, mac)) throw new Unopenable('mac')
      const { nonce, ts } = header
      const opening = await codec.open(message, { find: () => key, candidates: () => [key] }, context)
      return { ...opening, binding: { ...opening.binding, requestNonce: nonce }, freshness: { ts, nonce } }
    },

    async seal(value, key, answered) {
      const { requestNonce } = answered.binding
      if (!key.mac || !requestNonce) throw new TypeError('the request was not opened by this codec')
      const { body } = await codec.seal(value, key, answered)
      const text = typeof body === 'string' ? body : JSON.stringify(body)
      const header = { kid: key.kid, ts: clock.now(), nonce: random(nonceBytes).toString('base64url') }
      const mac = macOf(key.mac, header, answered.context, ['res', requestNonce], text)
      return {
        body,
        headers: {
          'envelope-key-id': header.kid,
          'envelope-timestamp': String(header.ts),
          'envelope-nonce': header.nonce,
          'envelope-mac': mac.toString('hex')
        }
      }
    }
  }
}

function readHeaders(headers: IncomingHttpHeaders): MacHeader & { readonly mac: Buffer } {
  const read = (name: string, pattern: RegExp): string => {
    const value = singleHeader(headers, `envelope-${name}`)
    if (value === undefined || !pattern.test(value)) throw new Unopenable('format')
    return value
  }
  return {
    kid: read('key-id', /^[\w.-]{1,64}$/),
    ts: Number(read('timestamp', /^\d{13}$/)),
    nonce: read('nonce', /^[\w-]{16,64}$/),
    mac: Buffer.from(read('mac', /^[0-9a-f]{64}$/), 'hex')
  }
}
