import { isUtf8 } from 'node:buffer'
import { Unopenable } from '../codec.ts'
import { parseJsonObject, stringifyJson } from '../json-object.ts'
import type { Sealed } from '../service.ts'

interface SealedFields {
  readonly encrypt: string
  readonly signature: string
  readonly time: string
  readonly nonce: string
}

/** How ciphertext and content are written. */
export interface WecomText {
  /** @throws {Unopenable} */
  unwrap(message: Buffer): string
  wrap(fields: SealedFields): Sealed
  /** @throws {Unopenable} */
  parse(content: Buffer): Record<string, unknown>
  /** @throws {TypeError} */
  stringify(value: unknown): Buffer
}

/** The two ways in which WeCom writes. XML is not parsed: the handler gets its text, once it is known to be genuine. */
export function wecomText(format: 'json' | 'xml'): WecomText {
  return format === 'json' ? json : xml
}

const json: WecomText = {
  unwrap(message) {
    const { encrypt } = parseJsonObject(message, 'format')
    if (typeof encrypt !== 'string') throw new Unopenable('format')
    return encrypt
  },
  wrap: ({ encrypt, signature, time, nonce }) => {
    return { encrypt, msgsignature: signature, timestamp: Number(time), nonce }
  },
  parse: content => parseJsonObject(content, 'content'),
  stringify: value => Buffer.from(stringifyJson(value))
}

const element = /<Encrypt>\s*(?:<!\[CDATA\[([\w+/=]+)\]\]>|([\w+/=]+))\s*<\/Encrypt>/g

const xml: WecomText = {
  unwrap(message) {
    const [found, ...others] = message.toString('latin1').matchAll(element)
    if (!found || others.length > 0) throw new Unopenable('format')
    return found[1] ?? found[2] ?? ''
  },
  wrap: ({ encrypt, signature, time, nonce }) =>
    `<xml><Encrypt><![CDATA[${encrypt}]]></Encrypt><MsgSignature><![CDATA[${signature}]]></MsgSignature>` +
    `<TimeStamp>${time}</TimeStamp><Nonce><![CDATA[${nonce}]]></Nonce></xml>`,
  parse(content) {
    if (!isUtf8(content)) throw new Unopenable('content')
    return { xml: content.toString('utf8') }
  },
  stringify(value) {
    const text = typeof value === 'object' && value !== null && 'xml' in value ? value.xml : value
    if (typeof text !== 'string') throw new TypeError('the answer must be { xml: string }')
    return Buffer.from(text)
  }
}
