import { analyse } from 'chardet'

/** Which encodings are taken into account where nothing says which it is. */
export interface CharsetSettings {
  /** Labels, the most likely first. */
  readonly charsetCandidates: readonly string[]
  readonly defaultCharset: string
}

/** What else is known of a text. */
export interface CharsetHints {
  /** `charset` of its Content-Type. */
  readonly declared: string | undefined
  /** Whether it may name its own encoding: HTML and XML do. */
  readonly markup: boolean
}

const declarationBytes = 1_024
const sampleBytes = 1_024

const charsetInMeta = /<meta\b[^>]*?\bcharset\s*=\s*["']?\s*([^\s"'/>;]+)/i
const encodingInXml = /^\s*<\?xml\b[^>]*?\bencoding\s*=\s*["']([^"']+)["']/i

/**
 * The encoding of a text, in the order in which the signs of it are to be trusted: its byte order mark, its Content-Type,
 * what it says of itself at its beginning, whether it is UTF-8, what a detector says of those that are likely, and the
 * default. The detector's confidence is compared, never trusted: of short texts it is sure of nothing.
 * @returns a label that `TextDecoder` knows
 */
export function charsetOf(bytes: Uint8Array, hints: CharsetHints, settings: CharsetSettings): string {
  return (
    charsetOfMark(bytes) ??
    known(hints.declared) ??
    (hints.markup ? known(charsetInText(bytes)) : undefined) ??
    (isUtf8(bytes) ? 'utf-8' : detected(bytes, settings))
  )
}

/** Decodes a text; what its encoding does not allow becomes U+FFFD. The byte order mark is no part of it. */
export function decode(bytes: Uint8Array, charset: string): string {
  return new TextDecoder(charset).decode(bytes)
}

/** Whether it is an image or something like that, whatever its type says: only UTF-16 and UTF-32 have zeros in texts. */
export function isBinary(bytes: Uint8Array, declared: string | undefined): boolean {
  const wide = /^utf-?(?:16|32)/i.test(declared ?? '') || charsetOfMark(bytes)?.startsWith('utf-16')
  return !wide && bytes.subarray(0, sampleBytes).includes(0)
}

/** The label as `TextDecoder` takes it: GB 18030 holds all of its predecessors. `undefined` for one that nobody knows. */
export function known(label: string | undefined): string | undefined {
  if (label === undefined) return undefined
  const name = label.trim().toLowerCase()
  if (/^(?:x-)?gb(?:k|_?2312(?:-80)?|18030)$/.test(name)) return 'gb18030'
  try {
    return new TextDecoder(name).encoding
  } catch {
    return undefined
  }
}

/** Whether the bytes are UTF-8 without a fault. */
export function isUtf8(bytes: Uint8Array): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes)
    return true
  } catch {
    return false
  }
}

function charsetOfMark(bytes: Uint8Array): string | undefined {
  const [a, b, c] = bytes
  if (a === 0xef && b === 0xbb && c === 0xbf) return 'utf-8'
  if (a === 0xff && b === 0xfe) return 'utf-16le'
  return a === 0xfe && b === 0xff ? 'utf-16be' : undefined
}

/** What could be read by whoever did not know the encoding cannot be UTF-16 (HTML §4.2.5.4). */
function charsetInText(bytes: Uint8Array): string | undefined {
  const head = Buffer.from(bytes.subarray(0, declarationBytes)).toString('latin1')
  const label = encodingInXml.exec(head)?.[1] ?? charsetInMeta.exec(head)?.[1]
  return label && /^utf-?16/i.test(label) ? 'utf-8' : label
}

function detected(bytes: Uint8Array, { charsetCandidates, defaultCharset }: CharsetSettings): string {
  const candidates = charsetCandidates.map(known)
  const matches = analyse(sampleOf(bytes))
    .map(({ name, confidence }) => ({ charset: known(name), confidence }))
    .filter(({ charset }) => candidates.includes(charset))
  const best = Math.max(...matches.map(({ confidence }) => confidence))
  const equal = new Set(matches.filter(({ confidence }) => confidence === best).map(({ charset }) => charset))
  return candidates.find(candidate => equal.has(candidate)) ?? known(defaultCharset) ?? 'gb18030'
}

/** The characters of two bytes, close together: the markup and the figures between them say nothing. */
function sampleOf(bytes: Uint8Array): Uint8Array {
  const sample: number[] = []
  for (let at = 0; at < bytes.length && sample.length < sampleBytes; at++) {
    const byte = bytes[at] ?? 0
    if (byte >= 0x80) sample.push(byte, bytes[++at] ?? 0x20)
  }
  return Uint8Array.from(sample)
}
