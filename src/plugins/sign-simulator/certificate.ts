import {
  bitString,
  integer,
  objectIdentifier,
  printableString,
  sequence,
  setOf,
  time,
  utf8String
} from './der.ts'

/** What a self-signed certificate states. */
export interface CertificateContent {
  /** Hex; its first bit must be 0 and its first byte not, so that every tool prints it with the same length. */
  readonly serial: string
  readonly commonName: string
  readonly organization: string
  readonly notBefore: Date
  readonly notAfter: Date
  /** The public key as DER SubjectPublicKeyInfo. */
  readonly publicKey: Uint8Array
  /** The AlgorithmIdentifier of `sign`, as DER. */
  readonly signatureAlgorithm: Uint8Array
  /** Signs the certificate; returns the content of its signature BIT STRING. */
  sign(toBeSigned: Uint8Array): Uint8Array
}

/** Makes a self-signed certificate of version 1, which is one without extensions (RFC 5280, 4.1), as DER. */
export function createCertificate(content: CertificateContent): Buffer {
  const name = sequence(
    attribute('2.5.4.6', printableString('CN')),
    attribute('2.5.4.10', utf8String(content.organization)),
    attribute('2.5.4.3', utf8String(content.commonName))
  )
  const toBeSigned = sequence(
    integer(BigInt(`0x${content.serial}`)),
    content.signatureAlgorithm,
    name,
    sequence(time(content.notBefore), time(content.notAfter)),
    name,
    content.publicKey
  )
  return sequence(toBeSigned, content.signatureAlgorithm, bitString(content.sign(toBeSigned)))
}

function attribute(type: string, value: Uint8Array): Buffer {
  return setOf(sequence(objectIdentifier(type), value))
}
