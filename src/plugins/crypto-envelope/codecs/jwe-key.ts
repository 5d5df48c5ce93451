import type { KeyObject } from 'node:crypto'
import { Type, type Static } from 'typebox'
import type { KeyUse } from '../codec.ts'
import { readKeyPair } from '../key-pair.ts'
import { secretKey } from '../secret-key.ts'

export const JweOptions = Type.Object({
  alg: Type.Enum(['dir', 'A256KW', 'ECDH-ES'], {
    default: 'dir',
    description:
      'How the content key is agreed upon. dir: it is the key. A256KW: wrapped with it. ECDH-ES: keys come in pairs.'
  }),
  enc: Type.Enum(['A256GCM', 'A128GCM', 'A256CBC-HS512', 'A128CBC-HS256'], {
    default: 'A256GCM',
    description: 'How the content is encrypted.'
  }),
  bound: Type.Boolean({
    default: true,
    description:
      'Requests must carry iat, jti, method and path in their protected header, and answers carry rid.'
  })
})

const contentKeyBytes = { A256GCM: 32, A128GCM: 16, 'A256CBC-HS512': 64, 'A128CBC-HS256': 32 } as const
const wrappingKeyBytes = 32
const curves = new Set(['prime256v1', 'secp384r1', 'secp521r1'])

/**
 * Makes a key for one `alg` and `enc` of JWE (RFC 7518, 4 and 5).
 * @throws {TypeError} as `Codec.importKey`
 */
export function importJweKey(
  bytes: Buffer,
  use: KeyUse,
  { alg, enc }: Pick<Static<typeof JweOptions>, 'alg' | 'enc'>
): KeyObject {
  if (alg === 'dir') return secretKey(bytes, contentKeyBytes[enc])
  if (alg === 'A256KW') return secretKey(bytes, wrappingKeyBytes)
  const key = readKeyPair(bytes, use)
  const curve = key.asymmetricKeyDetails?.namedCurve ?? ''
  if (key.asymmetricKeyType !== 'x25519' && !curves.has(curve))
    throw new TypeError('is on none of the curves P-256, P-384, P-521 and X25519')
  return key
}
