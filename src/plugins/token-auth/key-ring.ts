import { createHash, createPrivateKey, createPublicKey, createSecretKey, type KeyObject } from 'node:crypto'
import type { TokenSettings } from './config.ts'

/** A key, ready for use. */
export interface RingKey {
  readonly kid: string
  /** Absent: it can only check tokens. */
  readonly signs?: KeyObject
  readonly checks: KeyObject
}

type KeySettings = TokenSettings['keys'][number]

/**
 * The keys of the settings, that of `secret` first.
 * @throws {TypeError} when one cannot be read, does not fit the algorithm, or two have the same name
 */
export function readKeys({
  algorithm,
  secret,
  keys
}: Pick<TokenSettings, 'algorithm' | 'secret' | 'keys'>): RingKey[] {
  const own = secret === undefined ? [] : [{ kid: '', secret, privateKey: '', publicKey: '' }]
  const ring = [...own, ...keys].map(key => (algorithm === 'HS256' ? secretKey(key) : signatureKey(key)))
  const names = ring.map(({ kid }) => kid)
  const twice = names.find((kid, index) => names.indexOf(kid) !== index)
  if (twice !== undefined) throw new TypeError(`two keys are called '${twice}'`)
  return ring
}

/** A key that dies with the process. */
export function passingKey(secret: Buffer): RingKey {
  const key = createSecretKey(secret)
  return { kid: kidOf(secret), signs: key, checks: key }
}

function secretKey({ kid, secret }: KeySettings): RingKey {
  if (secret.length < 32) throw new TypeError('a key of HS256 needs a secret of at least 32 characters')
  const bytes = Buffer.from(secret)
  return { ...passingKey(bytes), kid: kid || kidOf(bytes) }
}

function signatureKey({ kid, privateKey, publicKey, secret }: KeySettings): RingKey {
  if (secret !== '') throw new TypeError('a secret is no key of EdDSA')
  const signs = privateKey === '' ? undefined : read(() => createPrivateKey(privateKey))
  const checks = read(() => createPublicKey(signs ?? publicKey))
  if (checks.asymmetricKeyType !== 'ed25519') throw new TypeError('a key of EdDSA must be one of Ed25519')
  const name = kid || kidOf(checks.export({ type: 'spki', format: 'der' }))
  return { kid: name, checks, ...(signs && { signs }) }
}

/** What crypto says of a key it cannot read may quote it. */
function read(parse: () => KeyObject): KeyObject {
  try {
    return parse()
  } catch {
    throw new TypeError('a key cannot be read: it must be PEM')
  }
}

function kidOf(bytes: Buffer): string {
  return createHash('sha256').update('paifang.kid').update(bytes).digest('base64url').slice(0, 8)
}
