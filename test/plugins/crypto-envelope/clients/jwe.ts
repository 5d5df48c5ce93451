import { randomUUID, type KeyObject } from 'node:crypto'
import { CompactEncrypt } from 'jose'
import type { Message, Occasion } from './message.ts'

/** A request as a compact JWE; `header` is added to, or overrides, what the format asks for. */
export async function sealJwe(
  key: KeyObject | Buffer,
  plaintext: string,
  at: Occasion,
  header: { readonly alg: string; readonly enc: string } & Readonly<Record<string, unknown>>
): Promise<Message> {
  const { method, path, ts } = at
  const claims = { iat: Math.floor(ts / 1000), jti: randomUUID(), method, path }
  const token = await new CompactEncrypt(Buffer.from(plaintext))
    .setProtectedHeader({ ...claims, ...header })
    .encrypt(key)
  return { body: Buffer.from(token), context: { method, path } }
}
