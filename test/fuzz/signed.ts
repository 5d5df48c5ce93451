import { CompactSign } from 'jose'

/** A token with any bytes for its claims, and a signature that is right. */
export async function signed(claims: Buffer, key: string): Promise<string> {
  return new CompactSign(claims).setProtectedHeader({ alg: 'HS256' }).sign(new TextEncoder().encode(key))
}
