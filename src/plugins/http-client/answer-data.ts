import { parse } from 'secure-json-parse'
import { charsetOf, decode, isBinary, known, type CharsetSettings } from './charset.ts'
import { contentTypeOf, isJsonType, isTextType } from './content-type.ts'
import type { HttpOptions } from './service.ts'

/** What decides how a body is read. */
export type DataOptions = Pick<HttpOptions, 'as' | 'charset'>

/**
 * A body as its receiver wants it. By itself (`auto`) text is what is said to be text, or is said to be nothing and
 * looks like it; and text that is JSON is a value, whatever it is said to be.
 * @throws {SyntaxError} where JSON was asked for and something else came; it does not quote what came
 */
export function dataOf(
  bytes: Uint8Array,
  header: string | undefined,
  { as = 'auto', charset }: DataOptions,
  settings: CharsetSettings
): unknown {
  const { type, charset: declared } = contentTypeOf(header)
  const isText = isTextType(type) || type === ''
  if (as === 'buffer' || (as === 'auto' && (!isText || isBinary(bytes, charset ?? declared))))
    return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const isJson = isJsonType(type)
  const hints = { declared, markup: !isJson }
  const text = decode(bytes, known(charset) ?? charsetOf(bytes, hints, settings))
  if (as === 'text') return text
  if (as === 'json') return jsonIn(text)
  if (!isJson && !/^\s*[[{]/.test(text)) return text
  try {
    return jsonIn(text)
  } catch {
    return text
  }
}

/** Without members that would become prototypes where somebody merges them. */
function jsonIn(text: string): unknown {
  try {
    return parse(text, undefined, { protoAction: 'remove', constructorAction: 'remove' })
  } catch {
    throw new SyntaxError('what came is no JSON')
  }
}
