import type { Codec } from './codec.ts'
import type { KeySettings } from './config.ts'
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
  try {
    return { kid, key: codec.importKey(bytes), use: settings.use, notBefore, notAfter }
  } catch (error) {
    throw new KeyProblem('key', `is no key for ${codec.name}: it ${(error as TypeError).message}`)
  }
}

// Node skips what it cannot decode: only text that encodes back to itself was read whole.
function decodeKey(text: string, encoding: KeySettings['encoding']): Buffer {
  const bytes = Buffer.from(text, encoding)
  const intact = {
    utf8: () => true,
    hex: () => bytes.toString('hex') === text.toLowerCase(),
    base64: () => bytes.toString('base64url') === toBase64url(text)
  }
  if (!intact[encoding]()) throw new KeyProblem('key', `is not ${encoding}`)
  return bytes
}

function toBase64url(text: string): string {
  return text
    .replace(/={1,2}$/, '')
    .replaceAll('+', '-')
    .replaceAll('/', '_')
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
