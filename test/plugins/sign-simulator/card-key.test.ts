import { createHash, createPublicKey, verify, X509Certificate } from 'node:crypto'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createCardKey } from '../../../src/plugins/sign-simulator/card-key.ts'
import { keys, rsaKey, sm2Key } from './keys.ts'

const texts = fc.string({ unit: 'binary', maxLength: 300 })
const base64 = (text: string): Buffer => Buffer.from(text, 'base64')
const { sm2 } = await import('sm-crypto-v2')

/** The uncompressed point at the end of an SM2 SubjectPublicKeyInfo, as hex. */
const pointOf = (certificate: Buffer): string => {
  const curve = certificate.indexOf(Buffer.from('06082a811ccf5501822d034200', 'hex'))
  return certificate.subarray(curve + 13, curve + 13 + 65).toString('hex')
}

describe('an RSA card', () => {
  test('has 1024 bits and signs SHA-1 with PKCS#1 v1.5: 128 bytes, the same each time', () => {
    const { publicKey } = new X509Certificate(rsaKey.certificate)
    expect(publicKey.asymmetricKeyDetails?.modulusLength).toBe(1024)
    expect(base64(rsaKey.sign('a'))).toHaveLength(128)
    expect(rsaKey.sign('a')).toBe(rsaKey.sign('a'))
  })

  test('signs the UTF-8 bytes of any text so that node:crypto verifies it with its certificate', () => {
    const { publicKey } = new X509Certificate(rsaKey.certificate)
    fc.assert(
      fc.property(texts, text => {
        const signature = base64(rsaKey.sign(text))
        expect(verify('sha1', Buffer.from(text), publicKey, signature)).toBe(true)
        expect(verify('sha1', Buffer.from(`${text}.`), publicKey, signature)).toBe(false)
      }),
      { numRuns: 30 }
    )
  })

  test('may have 2048 bits', async () => {
    const key = await createCardKey({ bits: 2048 })
    expect(base64(key.sign('a'))).toHaveLength(256)
    expect(key.verify('a', key.sign('a'))).toBe(true)
  })

  test('signs a digest as it signs the text of it', () => {
    const digest = createHash('sha1').update('text').digest()
    expect(rsaKey.signDigest(digest)).toBe(rsaKey.sign('text'))
  })
})

describe('an SM2 card', () => {
  test('signs SM3 with the default user id: r and s, 64 bytes, different each time', () => {
    expect(base64(sm2Key.sign('a'))).toHaveLength(64)
    expect(sm2Key.sign('a')).not.toBe(sm2Key.sign('a'))
  })

  test('signs the UTF-8 bytes of any text so that they verify with the point in its certificate', () => {
    const point = pointOf(sm2Key.certificate)
    const verifies = (text: string, signature: string): boolean =>
      sm2.doVerifySignature(Buffer.from(text), base64(signature).toString('hex'), point, {
        hash: true,
        userId: '1234567812345678'
      })
    fc.assert(
      fc.property(texts, text => {
        const signature = sm2Key.sign(text)
        expect(verifies(text, signature)).toBe(true)
        expect(verifies(`${text}.`, signature)).toBe(false)
      }),
      { numRuns: 10 }
    )
  })
})

describe.each(keys)('an $algorithm card', key => {
  test('verifies its own signatures and no others', () => {
    expect(key.verify('text', key.sign('text'))).toBe(true)
    expect(key.verify('other', key.sign('text'))).toBe(false)
    const digest = Buffer.alloc(key.digestLength, 5)
    expect(key.verifyDigest(digest, key.signDigest(digest))).toBe(true)
    expect(key.verifyDigest(Buffer.alloc(key.digestLength, 6), key.signDigest(digest))).toBe(false)
  })

  test.each([
    '',
    'AAAA',
    'not base64',
    Buffer.alloc(64).toString('base64'),
    Buffer.alloc(128, 255).toString('base64')
  ])('calls the signature %j wrong instead of failing', signature => {
    expect(key.verify('text', signature)).toBe(false)
    expect(key.verifyDigest(Buffer.alloc(key.digestLength), signature)).toBe(false)
  })

  test('has a certificate that says what it is', () => {
    const certificate = new X509Certificate(key.certificate)
    expect(certificate.serialNumber.toLowerCase()).toBe(key.certNo)
    expect(certificate.subject).toBe('C=CN\nO=模拟企业有限公司\nCN=模拟操作员')
    expect(certificate.issuer).toBe(certificate.subject)
    expect(new Date(certificate.validFrom)).toEqual(key.notBefore)
    expect(new Date(certificate.validTo)).toEqual(key.notAfter)
  })

  test('is valid for ten years from the moment it is given, to the second', async () => {
    const validFrom = Date.UTC(2045, 5, 1, 12, 30, 15, 999)
    const other = await createCardKey({
      algorithm: key.algorithm,
      validFrom,
      holder: '张三',
      company: '公司'
    })
    const certificate = new X509Certificate(other.certificate)
    expect(new Date(certificate.validFrom).toISOString()).toBe('2045-06-01T12:30:15.000Z')
    expect(new Date(certificate.validTo).toISOString()).toBe('2055-06-01T12:30:15.000Z')
    expect(certificate.subject).toContain('CN=张三')
  })
})

test('the certificate number has 8 digits for RSA and 16 for SM2, in lower case', async () => {
  expect(rsaKey.certNo).toMatch(/^[0-9a-f]{8}$/)
  expect(sm2Key.certNo).toMatch(/^[0-9a-f]{16}$/)
  const other = await createCardKey()
  expect(other.certNo).not.toBe(rsaKey.certNo)
})

test('the RSA certificate is signed by its own key', () => {
  const certificate = new X509Certificate(rsaKey.certificate)
  expect(certificate.verify(certificate.publicKey)).toBe(true)
  expect(
    certificate.publicKey.equals(createPublicKey({ key: rsaKey.publicKey, type: 'spki', format: 'der' }))
  ).toBe(true)
})
