import { harmlessHeaders } from '../../core/index.ts'

/** Those that the connection needs, or that would make another request of it. */
const reserved = new Set([
  'connection',
  'content-length',
  'expect',
  'host',
  'keep-alive',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade'
])

/** Headers of a request by their names in lower case. */
export type Headers = Readonly<Record<string, string>>

const token = /^[!#$%&'*+.^_`|~0-9a-z-]+$/
const text = /^[\t\u0020-\u007e\u0080-\u00ff]*$/

/**
 * Headers as a caller gives them.
 * @throws {TypeError} for those that are not the caller's to set, or cannot be sent
 */
export function headersOf(given: Readonly<Record<string, string | undefined>> = {}): Headers {
  const entries = Object.entries(given).flatMap(([name, value]) =>
    value === undefined ? [] : [[name.toLowerCase(), value] as const]
  )
  const wrong = entries.find(([name]) => reserved.has(name))
  if (wrong) throw new TypeError(`The header '${wrong[0]}' is not the caller's to set`)
  if (!entries.every(([name, value]) => token.test(name) && text.test(value)))
    throw new TypeError('A header holds what no header can hold')
  return Object.fromEntries(entries)
}

/** What of them an origin may see that the caller did not name. */
export function harmlessOf(headers: Headers): Headers {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => harmlessHeaders.has(name)))
}
