import { verify as verifyRsa } from 'node:crypto'
import { readCertificate, type CardKey } from './certificate.ts'
import type { Sm2Check } from './sm2.ts'

/** Why a signature does not hold. */
export const reasons = [
  'certificate_malformed',
  'key_unsupported',
  'text_not_unicode',
  'signature_malformed',
  'signature_mismatch',
  'certificate_not_yet_valid',
  'certificate_expired'
] as const

export type Reason = (typeof reasons)[number]

/** What is to be checked. */
export interface Claim {
  readonly str: string
  /** Base64. */
  readonly signValue: string
  /** PEM, or DER in base64. */
  readonly certificate: string
  /** Milliseconds since the epoch: when the certificate must have been valid. */
  readonly at: number
}

/** What was found. Nothing but `reasons` when there is no certificate to speak of. */
export interface Verdict {
  readonly valid: boolean
  readonly algorithm?: CardKey['algorithm']
  readonly certNo?: string
  readonly subject?: string
  readonly notBefore?: string
  readonly notAfter?: string
  readonly reasons: Reason[]
}

/**
 * Checks a signature of a card, RSA PKCS#1 v1.5 with SHA-1 or SM2 with SM3, over the UTF-8 bytes of a text. Whatever
 * is malformed is a reason, not an error.
 * @throws what `sm2` throws
 */
export async function verify({ str, signValue, certificate, at }: Claim, sm2: Sm2Check): Promise<Verdict> {
  const read = readCertificate(certificate)
  if (!read) return { valid: false, reasons: ['certificate_malformed'] }
  const { key, certNo, subject, notBefore, notAfter } = read
  const mismatch = key ? await mismatchOf(str, signValue, key, sm2) : 'key_unsupported'
  const found: Reason[] = mismatch ? [mismatch] : []
  if (at < notBefore.getTime()) found.push('certificate_not_yet_valid')
  if (at > notAfter.getTime()) found.push('certificate_expired')
  return {
    valid: found.length === 0,
    ...(key && { algorithm: key.algorithm }),
    certNo,
    subject,
    notBefore: notBefore.toISOString(),
    notAfter: notAfter.toISOString(),
    reasons: found
  }
}

async function mismatchOf(
  str: string,
  signValue: string,
  key: CardKey,
  sm2: Sm2Check
): Promise<Reason | undefined> {
  if (/\p{Cs}/u.test(str)) return 'text_not_unicode'
  const signature = Buffer.from(signValue, 'base64')
  if (signature.toString('base64') !== signValue || signature.length !== key.signatureLength)
    return 'signature_malformed'
  const data = Buffer.from(str)
  const matches =
    key.algorithm === 'rsa-sha1'
      ? verifyRsa('sha1', data, key.key, signature)
      : await sm2(data, signature, key.point)
  return matches ? undefined : 'signature_mismatch'
}
