import { Unopenable, type Opening } from '../codec.ts'
import { parseJsonObject } from '../json-object.ts'
import type { EnvelopeContext } from '../service.ts'

/**
 * The protected header of a token. What it says counts only once the token was decrypted, because it is authenticated
 * with the content.
 * @throws {Unopenable} when it is no JSON object
 */
export function headerOf(token: string): Record<string, unknown> {
  return parseJsonObject(Buffer.from(token.slice(0, token.indexOf('.')), 'base64url'), 'format')
}

/**
 * What the protected header says of when the token was made, and for which route. `iat` and `jti` are those of RFC
 * 7519; `method` and `path` are private names (RFC 7516, 4.3).
 * @throws {Unopenable} when something is missing, or the token was made for another route
 */
export function bindingOf(
  { iat, jti, method, path }: Record<string, unknown>,
  context: EnvelopeContext
): Pick<Opening, 'binding' | 'freshness'> {
  if (typeof iat !== 'number' || !Number.isSafeInteger(iat)) throw new Unopenable('format')
  if (typeof jti !== 'string' || !/^[\w-]{8,64}$/.test(jti)) throw new Unopenable('format')
  if (method !== context.method || path !== context.path) throw new Unopenable('context')
  return { binding: { jti }, freshness: { ts: iat * 1000, nonce: jti } }
}
