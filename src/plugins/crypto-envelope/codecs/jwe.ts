import type * as Jose from 'jose'
import type { Static } from 'typebox'
import type { Clock } from '../../../core/index.ts'
import { Unopenable, type Codec, type NamedKey, type OpeningKeys, type Opening } from '../codec.ts'
import { parseJsonObject, stringifyJson } from '../json-object.ts'
import { bindingOf, headerOf } from './jwe-header.ts'
import { importJweKey, type JweOptions } from './jwe-key.ts'

const compact = /^[\w-]+\.[\w-]*\.[\w-]+\.[\w-]*\.[\w-]+$/

/** JWE in compact serialization (RFC 7516), with one `alg` and one `enc`, whatever a message may ask for. */
export function jwe({ alg, enc, bound }: Static<typeof JweOptions>, clock: Clock): Codec {
  let jose: typeof Jose | undefined
  const loaded = (): typeof Jose => {
    if (!jose) throw new TypeError('jwe was not loaded')
    return jose
  }

  async function decrypt(token: string, { kid, key }: NamedKey): Promise<Opening> {
    const only = { keyManagementAlgorithms: [alg], contentEncryptionAlgorithms: [enc] }
    const { plaintext } = await loaded()
      .compactDecrypt(token, key, only)
      .catch(() => Promise.reject(new Unopenable('cipher')))
    return { kid, value: parseJsonObject(Buffer.from(plaintext), 'content'), binding: {} }
  }

  return {
    name: 'jwe',
    tagged: true,
    fresh: bound,
    ...(alg === 'ECDH-ES' && { caveat: 'whoever has the public key can write messages' }),
    importKey: (bytes, use) => importJweKey(bytes, use, { alg, enc }),

    async load() {
      jose = await import('jose')
    },

    async open(message, keys, context) {
      const token = message.toString('latin1').trim()
      if (!compact.test(token)) throw new Unopenable('encoding')
      const header = headerOf(token)
      if (header['alg'] !== alg || header['enc'] !== enc) throw new Unopenable('algorithm')
      const opening = await firstOpening(keysFor(header['kid'], keys), key => decrypt(token, key))
      return bound ? { ...opening, ...bindingOf(header, context) } : opening
    },

    async seal(value, { kid, key }, { binding }) {
      const requestId = binding['jti']
      if (bound && !requestId) throw new TypeError('the request was not opened by this codec')
      const answer = bound ? { iat: Math.floor(clock.now() / 1000), rid: requestId } : {}
      const { CompactEncrypt } = loaded()
      const body = await new CompactEncrypt(Buffer.from(stringifyJson(value)))
        .setProtectedHeader({ alg, enc, kid, ...answer })
        .encrypt(key)
      return { body }
    }
  }
}

function keysFor(kid: unknown, keys: OpeningKeys): readonly NamedKey[] {
  if (kid === undefined) return keys.candidates()
  const key = typeof kid === 'string' ? keys.find(kid) : undefined
  return key ? [key] : []
}

async function firstOpening(
  keys: readonly NamedKey[],
  attempt: (key: NamedKey) => Promise<Opening>
): Promise<Opening> {
  let failure = new Unopenable('key')
  for (const key of keys) {
    try {
      return await attempt(key)
    } catch (error) {
      if (!(error instanceof Unopenable)) throw error
      failure = error
    }
  }
  throw failure
}
