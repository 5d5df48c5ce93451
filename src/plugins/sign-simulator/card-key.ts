import { randomBytes } from 'node:crypto'
import { createCertificate } from './certificate.ts'
import { createRsaKey } from './rsa.ts'
import { createSm2Key } from './sm2.ts'

/** What a card can sign with. RSA: PKCS#1 v1.5 over SHA-1. SM2: over SM3 (GB/T 32918.2). */
export type Algorithm = 'rsa' | 'sm2'

/** A key pair without a name. Signatures are base64. */
export interface SigningKey {
  /** SubjectPublicKeyInfo as DER. */
  readonly publicKey: Buffer
  /** Bytes of a digest: 20 for SHA-1, 32 for SM3. */
  readonly digestLength: number
  /** Signs the UTF-8 bytes of `data`. */
  sign(data: string): string
  /** Signs a digest of `digestLength` bytes as it is. */
  signDigest(digest: Uint8Array): string
  verify(data: string, signature: string): boolean
  verifyDigest(digest: Uint8Array, signature: string): boolean
  /** Signs a certificate. */
  readonly certification: {
    readonly algorithm: Buffer
    sign(toBeSigned: Uint8Array): Uint8Array
  }
}

/** The key of a card and its certificate. Several cards may share one. */
export interface CardKey extends SigningKey {
  readonly algorithm: Algorithm
  /** Serial of the certificate, lower-case hex: 8 digits for RSA, 16 for SM2. */
  readonly certNo: string
  /** The certificate as DER. */
  readonly certificate: Buffer
  readonly holder: string
  readonly company: string
  readonly notBefore: Date
  readonly notAfter: Date
}

/** What may be chosen of a card's key. */
export interface CardKeyOptions {
  readonly algorithm?: Algorithm
  /** RSA only. Default 1024, as cards in use have. */
  readonly bits?: 1024 | 2048
  /** Milliseconds since the epoch when the certificate becomes valid, for 10 years. Default: now, by the system clock. */
  readonly validFrom?: number
  readonly holder?: string
  readonly company?: string
}

/** Makes a key pair and a self-signed certificate for it. */
export async function createCardKey(options: CardKeyOptions = {}): Promise<CardKey> {
  const { algorithm = 'rsa', bits = 1024, holder = '模拟操作员', company = '模拟企业有限公司' } = options
  const key = algorithm === 'rsa' ? await createRsaKey(bits) : await createSm2Key()
  const serial = randomBytes(algorithm === 'rsa' ? 4 : 8)
  serial[0] = 0x40 | (serial.readUInt8(0) & 0x3f)
  const certNo = serial.toString('hex')
  const notBefore = new Date(Math.floor((options.validFrom ?? Date.now()) / 1000) * 1000)
  const notAfter = new Date(notBefore)
  notAfter.setUTCFullYear(notBefore.getUTCFullYear() + 10)
  const certificate = createCertificate({
    serial: certNo,
    commonName: holder,
    organization: company,
    notBefore,
    notAfter,
    publicKey: key.publicKey,
    signatureAlgorithm: key.certification.algorithm,
    sign: toBeSigned => key.certification.sign(toBeSigned)
  })
  return { ...key, algorithm, certNo, certificate, holder, company, notBefore, notAfter }
}
