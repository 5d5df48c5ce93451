import type { CacheUser } from './service.ts'

/** Keeps values of one user and key as ciphertext. */
export interface Box {
  /**
   * The ciphertext, and what makes copies of what will come out of it.
   * @throws {TypeError} for what JSON cannot hold
   */
  seal(value: unknown): { readonly sealed: Uint8Array; readonly copy: () => unknown }
  /**
   * A copy, for one reader alone.
   * @throws when it is not this user's, or not of this key
   */
  open(sealed: Uint8Array): unknown
}

const jsonText = 0
const bytesAsTheyAre = 1

/** A box of a user for the key that is known as `id`, which is authenticated with the value. */
export function boxOf(user: CacheUser, id: string): Box {
  const aad = Buffer.from(id)
  return {
    seal(value) {
      const bytes = encode(value)
      return { sealed: user.seal(bytes, aad), copy: () => decode(bytes) }
    },
    open: sealed => decode(user.open(sealed, aad))
  }
}

function encode(value: unknown): Buffer {
  if (value instanceof Uint8Array) return Buffer.concat([Buffer.of(bytesAsTheyAre), value])
  const text = JSON.stringify(value) as string | undefined
  if (text === undefined) throw new TypeError('has no JSON')
  const bytes = Buffer.allocUnsafe(1 + Buffer.byteLength(text))
  bytes[0] = jsonText
  bytes.write(text, 1)
  return bytes
}

function decode(bytes: Uint8Array): unknown {
  const body = Buffer.from(bytes.buffer, bytes.byteOffset + 1, bytes.byteLength - 1)
  return bytes[0] === bytesAsTheyAre ? Buffer.from(body) : JSON.parse(body.toString())
}
