import { createSecretKey, type KeyObject } from 'node:crypto'
import type { Codec } from './codec.ts'
import type { KeySettings } from './config.ts'
import { tryDecode } from './encoded-bytes.ts'
import type { RingKey } from './key-ring.ts'

/** What is wrong with one setting of a key. It never repeats the key. */
export class KeyProblem extends Error {
  readonly setting: keyof KeySettings

  constructor(setting: keyof KeySettings, message: string) {
    super(message)
    this.setting = setting
  }
}

/**
 * Makes a key of its settings.
 * @throws {KeyProblem}
 */
export function importRingKey(kid: string, settings: KeySettings, codec: Codec): RingKey {
  const bytes = decodeKey(settings.key, settings.encoding)
  const notBefore = parseTime(settings, 'notBefore') ?? -Infinity
  const notAfter = parseTime(settings, 'notAfter') ?? Infinity
  if (notAfter <= notBefore) throw new KeyProblem('notAfter', 'must be later than notBefore')
  const mac = importMacKey(settings, bytes, codec)
  try {
    const key = codec.importKey(bytes, settings.use)
    return { kid, key, use: settings.use, notBefore, notAfter, ...(mac && { mac }) }
  } catch (error) {
    throw new KeyProblem('key', `is no key for ${codec.name}: it ${(error as TypeError).message}`)
  }
}

function decodeKey(text: string, encoding: KeySettings['encoding']): Buffer {
  if (encoding === 'utf8') return Buffer.from(text)
  const bytes = encoding === 'hex' ? tryDecode(text, encoding) : tryDecode(toBase64url(text), 'base64url')
  if (!bytes) throw new KeyProblem('key', `is not ${encoding}`)
  return bytes
}

function toBase64url(text: string): string {
  return text
    .replace(/={1,2}$/, '')
    .replaceAll('+', '-')
    .replaceAll('/', '_')
}

function importMacKey({ macKey }: KeySettings, key: Buffer, codec: Codec): KeyObject | undefined {
  const least = codec.macKeyBytes
  if (least === undefined) return undefined
  if (macKey === undefined) throw new KeyProblem('macKey', 'is missing')
  const bytes = Buffer.from(macKey)
  if (bytes.length < least)
    throw new KeyProblem('macKey', `has ${bytes.length} bytes instead of ${least} or more`)
  if (bytes.equals(key)) throw new KeyProblem('macKey', 'must be another secret than the key')
  return createSecretKey(bytes)
}

const isoTime = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d))?$/

function parseTime(settings: KeySettings, name: 'notBefore' | 'notAfter'): number | undefined {
  const text = settings[name]
  if (text === undefined) return undefined
  const time = isoTime.test(text) ? Date.parse(text) : NaN
  if (Number.isNaN(time))
    throw new KeyProblem(name, 'must be a date or a time with zone, as 2026-12-31 or 2026-12-31T08:00:00Z')
  return time
}
