import { Unopenable } from './codec.ts'

/** How bytes are written as text. `base64url` has no padding. */
export type TextEncoding = 'hex' | 'base64' | 'base64url'

/**
 * Reads bytes, or `undefined` where the text is not exactly what those bytes are written as. Node skips what is no
 * digit of the encoding and ignores spare bits. Hexadecimal may be of either case.
 */
export function tryDecode(text: string, encoding: TextEncoding): Buffer | undefined {
  const bytes = Buffer.from(text, encoding)
  return bytes.toString(encoding) === (encoding === 'hex' ? text.toLowerCase() : text) ? bytes : undefined
}

/**
 * Reads bytes of a message.
 * @throws {Unopenable} for what is nothing, or not exactly what the bytes are written as
 */
export function decodeBytes(text: string, encoding: TextEncoding): Buffer {
  const bytes = tryDecode(text, encoding)
  if (!bytes?.length) throw new Unopenable('encoding')
  return bytes
}

/**
 * Reads a body that is one encoded text: white space around it, the quotes of a JSON string, line breaks within it
 * and the padding of base64url are passed over, because senders' libraries add them.
 * @throws {Unopenable} as {@link decodeBytes}
 */
export function decodeBody(message: Buffer, encoding: TextEncoding): Buffer {
  const text = message.toString('latin1').trim()
  const bare = (/^"(.*)"$/s.exec(text)?.[1] ?? text).replaceAll(/\r?\n/g, '')
  return decodeBytes(encoding === 'base64url' ? bare.replace(/={1,2}$/, '') : bare, encoding)
}
