import { X509Certificate, type KeyObject } from 'node:crypto'

/** SubjectPublicKeyInfo of an SM2 key (GM/T 0015) up to the point, which is 65 bytes. */
const sm2Prefix = Buffer.from('3059301306072a8648ce3d020106082a811ccf5501822d034200', 'hex')
const pointLength = 65

/** A key that upload signatures are made with: RSA as it is, SM2 as its point (`04`, x, y). */
export type CardKey =
  | { readonly algorithm: 'rsa-sha1'; readonly key: KeyObject; readonly signatureLength: number }
  | { readonly algorithm: 'sm2-sm3'; readonly point: string; readonly signatureLength: 64 }

/** What a certificate says. Who issued it is not checked. */
export interface Certificate {
  /** Serial in lower-case hex, the certNo of an upload. */
  readonly certNo: string
  /** One line; empty when it has none. */
  readonly subject: string
  readonly notBefore: Date
  readonly notAfter: Date
  /** `undefined`: cards have no keys of this kind or size. */
  readonly key: CardKey | undefined
}

/** Reads PEM, or DER in base64. `undefined`: it is no certificate. */
export function readCertificate(text: string): Certificate | undefined {
  try {
    const x509 = new X509Certificate(text.includes('-----BEGIN') ? text : Buffer.from(text, 'base64'))
    const notBefore = new Date(x509.validFrom)
    const notAfter = new Date(x509.validTo)
    if (Number.isNaN(notBefore.getTime()) || Number.isNaN(notAfter.getTime())) return undefined
    const subject = (x509.subject as string | undefined) ?? ''
    return {
      certNo: certNoOf(x509.serialNumber),
      subject: subject.replaceAll('\n', ', '),
      notBefore,
      notAfter,
      key: keyOf(x509)
    }
  } catch {
    return undefined
  }
}

/**
 * A serial must not be negative, and is so by mistake where its first byte is 80 or more: clients are to put up with that
 * (RFC 5280 §4.1.2.2). Its name is then that of its bytes, as it is everywhere but in OpenSSL.
 */
function certNoOf(serial: string): string {
  if (!serial.startsWith('-')) return serial.toLowerCase()
  const value = -BigInt(`0x${serial.slice(1)}`)
  let bits = 8
  while (BigInt.asIntN(bits, value) !== value) bits += 8
  return BigInt.asUintN(bits, value).toString(16)
}

function keyOf(x509: X509Certificate): CardKey | undefined {
  const key = readKey(x509)
  if (!key) return undefined
  const { modulusLength = 0, publicExponent = 0n } = key.asymmetricKeyDetails ?? {}
  // Larger numbers would let a caller choose how long a check takes.
  if (key.asymmetricKeyType === 'rsa')
    return modulusLength <= 4096 && publicExponent < 2n ** 32n
      ? { algorithm: 'rsa-sha1', key, signatureLength: Math.ceil(modulusLength / 8) }
      : undefined
  const info = key.export({ type: 'spki', format: 'der' })
  if (info.length !== sm2Prefix.length + pointLength || !info.subarray(0, sm2Prefix.length).equals(sm2Prefix))
    return undefined
  const point = info.subarray(sm2Prefix.length).toString('hex')
  return { algorithm: 'sm2-sm3', point, signatureLength: 64 }
}

/** OpenSSL throws on keys that it cannot read. */
function readKey(x509: X509Certificate): KeyObject | undefined {
  try {
    return x509.publicKey
  } catch {
    return undefined
  }
}
