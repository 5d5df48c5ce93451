import { generateKeyPairSync, sign, X509Certificate } from 'node:crypto'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { createCertificate } from '../../../src/plugins/sign-simulator/certificate.ts'
import { nullValue, objectIdentifier, sequence } from '../../../src/plugins/sign-simulator/der.ts'

const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 1024 })

/** A certificate of one key that states what is asked for. */
function certificate(serial: string, commonName: string, notBefore: Date, notAfter: Date): X509Certificate {
  const der = createCertificate({
    serial,
    commonName,
    organization: 'Example',
    notBefore,
    notAfter,
    publicKey: publicKey.export({ type: 'spki', format: 'der' }),
    signatureAlgorithm: sequence(objectIdentifier('1.2.840.113549.1.1.11'), nullValue()),
    sign: toBeSigned => sign('sha256', toBeSigned, privateKey)
  })
  return new X509Certificate(der)
}

const from = new Date('2026-01-01T00:00:00Z')
const until = new Date('2036-01-01T00:00:00Z')
const seconds = fc
  .integer({ min: 0, max: Date.UTC(2099, 11, 31) / 1000 })
  .map(second => new Date(second * 1000))
const serials = fc
  .bigInt({ min: 2n ** 56n, max: 2n ** 63n - 1n })
  .map(value => value.toString(16).padStart(16, '0'))
const names = fc.string({
  unit: fc.constantFrom('a', 'Z', '0', '卡', '签', 'é'),
  minLength: 1,
  maxLength: 60
})

test('states any serial, holder and time so that node:crypto reads them back, and verifies', () => {
  fc.assert(
    fc.property(serials, names, seconds, seconds, (serial, name, notBefore, notAfter) => {
      const read = certificate(serial, name, notBefore, notAfter)
      expect(read.serialNumber.toLowerCase().padStart(16, '0')).toBe(serial)
      expect(read.subject).toBe(`C=CN\nO=Example\nCN=${name}`)
      expect(read.issuer).toBe(read.subject)
      expect(new Date(read.validFrom)).toEqual(notBefore)
      expect(new Date(read.validTo)).toEqual(notAfter)
      expect(read.verify(publicKey)).toBe(true)
    }),
    { numRuns: 40 }
  )
})

test('does not verify once a byte of it is changed', () => {
  const der = Buffer.from(certificate('11223344', 'holder', from, until).raw)
  const at = der.lastIndexOf('holder')
  der.write('H', at)
  const changed = new X509Certificate(der)
  expect(changed.subject).toContain('CN=Holder')
  expect(changed.verify(publicKey)).toBe(false)
})

test('is not signed by another key', () => {
  const other = generateKeyPairSync('rsa', { modulusLength: 1024 })
  expect(certificate('11223344', 'holder', from, until).verify(other.publicKey)).toBe(false)
})
