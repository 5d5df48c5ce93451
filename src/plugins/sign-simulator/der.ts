/**
 * Encodes one value in DER (X.690): a tag, the length of the content, the content.
 * @param tag one byte: class, constructed bit and a number below 31
 */
export function der(tag: number, ...content: readonly Uint8Array[]): Buffer {
  const body = Buffer.concat(content)
  if (body.length < 0x80) return Buffer.concat([Buffer.of(tag, body.length), body])
  const length = bigEndian(BigInt(body.length))
  return Buffer.concat([Buffer.of(tag, 0x80 | length.length), length, body])
}

/** A SEQUENCE of encoded values. */
export const sequence = (...values: readonly Uint8Array[]): Buffer => der(0x30, ...values)

/** A SET of one encoded value; several would have to be sorted. */
export const setOf = (value: Uint8Array): Buffer => der(0x31, value)

export const nullValue = (): Buffer => der(0x05)
export const utf8String = (text: string): Buffer => der(0x0c, Buffer.from(text))
export const printableString = (text: string): Buffer => der(0x13, Buffer.from(text, 'latin1'))

/** A BIT STRING of whole bytes. */
export const bitString = (bytes: Uint8Array): Buffer => der(0x03, Buffer.of(0), bytes)

/** A non-negative INTEGER. A zero byte goes in front where the first bit would read as a sign. */
export function integer(value: bigint): Buffer {
  const bytes = bigEndian(value)
  return der(0x02, bytes.readUInt8(0) & 0x80 ? Buffer.concat([Buffer.of(0), bytes]) : bytes)
}

/** An OBJECT IDENTIFIER from its dotted form: `1.2.840.113549.1.1.11`. */
export function objectIdentifier(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number)
  return der(0x06, Buffer.from([first * 40 + second, ...rest].flatMap(base128)))
}

/** A time in UTC with seconds: UTCTime until 2049, GeneralizedTime after (RFC 5280, 4.1.2.5). */
export function time(date: Date): Buffer {
  const digits = date.toISOString().replaceAll(/[-:T]|\..*/g, '')
  return date.getUTCFullYear() < 2050
    ? der(0x17, Buffer.from(`${digits.slice(2)}Z`))
    : der(0x18, Buffer.from(`${digits}Z`))
}

/** DER as PEM, with lines of 64 characters (RFC 7468). */
export function toPem(label: string, bytes: Buffer): string {
  const lines = bytes.toString('base64').match(/.{1,64}/g) ?? []
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ''].join('\n')
}

function bigEndian(value: bigint): Buffer {
  const hex = value.toString(16)
  return Buffer.from(hex.length % 2 ? `0${hex}` : hex, 'hex')
}

function base128(arc: number): number[] {
  const digits = [arc % 128]
  for (let rest = Math.floor(arc / 128); rest > 0; rest = Math.floor(rest / 128))
    digits.unshift((rest % 128) | 0x80)
  return digits
}
