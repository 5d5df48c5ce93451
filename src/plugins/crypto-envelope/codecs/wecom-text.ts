import { isUtf8 } from 'node:buffer'
import { encryptedIn, envelopeXml, type SealedFields } from '../../../wechat/envelope-xml.ts'
import { Unopenable } from '../codec.ts'
import { parseJsonObject, stringifyJson } from '../json-object.ts'
import type { Sealed } from '../service.ts'

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

const xml: WecomText = {
  unwrap(message) {
    const encrypt = encryptedIn(message.toString('latin1'))
    if (encrypt === undefined) throw new Unopenable('format')
    return encrypt
  },
  wrap: envelopeXml,
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
