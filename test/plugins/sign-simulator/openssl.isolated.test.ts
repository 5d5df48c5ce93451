import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { integer, sequence, toPem } from '../../../src/plugins/sign-simulator/der.ts'
import { rsaKey, sm2Key } from './keys.ts'

const missing = spawnSync('openssl', ['version']).status !== 0
if (missing && process.env['CI'] === 'true')
  throw new Error('openssl is needed for these tests and not installed')
if (missing) console.warn('skipped: openssl is not installed')

const distinguishingId = ['-sigopt', 'distid:1234567812345678']
let folder = ''
const file = (name: string, content: string | Uint8Array): string => {
  const path = join(folder, name)
  writeFileSync(path, content)
  return path
}
const openssl = (...args: string[]): string =>
  execFileSync('openssl', args, { encoding: 'utf8', stdio: 'pipe' })

/** The content of a DER value: what lies behind its tag and length. */
const inside = (der: Buffer): Buffer => {
  const first = der.readUInt8(1)
  return der.subarray(first < 0x80 ? 2 : 2 + (first & 0x7f))
}
/** One signature of 64 bytes as DER, the form that openssl reads. */
const derSignature = (base64: string): Buffer => {
  const hex = Buffer.from(base64, 'base64').toString('hex')
  return sequence(integer(BigInt(`0x${hex.slice(0, 64)}`)), integer(BigInt(`0x${hex.slice(64)}`)))
}

describe.skipIf(missing)('the openssl command', () => {
  beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), 'paifang-openssl-'))))
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  /** Writes the certificate and the public key that openssl finds in it. */
  const publicKeyOf = (key: typeof rsaKey): string => {
    const pem = file('certificate.pem', toPem('CERTIFICATE', key.certificate))
    return file('public.pem', openssl('x509', '-in', pem, '-noout', '-pubkey'))
  }

  test.each([
    [rsaKey, /rsaEncryption.*1024 bit.*sha256WithRSAEncryption/s],
    [sm2Key, /id-ecPublicKey.*ASN1 OID: SM2.*SM2-with-SM3/s]
  ])('reads the certificate of each kind of card', (key, facts) => {
    const pem = file('certificate.pem', toPem('CERTIFICATE', key.certificate))
    expect(openssl('x509', '-in', pem, '-noout', '-text')).toMatch(facts)
    expect(openssl('x509', '-in', pem, '-noout', '-serial')).toBe(`serial=${key.certNo.toUpperCase()}\n`)
  })

  test('verifies what an RSA card signed, and that its certificate is signed by itself', () => {
    const data = file('data', '签名 text')
    const signature = file('signature', Buffer.from(rsaKey.sign('签名 text'), 'base64'))
    expect(openssl('dgst', '-sha1', '-verify', publicKeyOf(rsaKey), '-signature', signature, data)).toContain(
      'OK'
    )
    const pem = join(folder, 'certificate.pem')
    expect(openssl('verify', '-auth_level', '0', '-check_ss_sig', '-CAfile', pem, pem)).toContain('OK')
  })

  test('verifies what an SM2 card signed', () => {
    const data = file('data', '签名 text')
    const signature = file('signature', derSignature(sm2Key.sign('签名 text')))
    const args = [
      'dgst',
      '-sm3',
      ...distinguishingId,
      '-verify',
      publicKeyOf(sm2Key),
      '-signature',
      signature,
      data
    ]
    expect(openssl(...args)).toContain('OK')
  })

  test('verifies that an SM2 certificate is signed by itself', () => {
    // `openssl verify` does not hand the user id on to a trusted certificate: check the parts.
    const content = inside(sm2Key.certificate)
    const length = content.readUInt16BE(2) + 4
    const data = file('data', content.subarray(0, length))
    const bits = content.subarray(content.indexOf(Buffer.of(0x03), length + 12))
    const signature = file('signature', inside(bits).subarray(1))
    const args = [
      'dgst',
      '-sm3',
      ...distinguishingId,
      '-verify',
      publicKeyOf(sm2Key),
      '-signature',
      signature,
      data
    ]
    expect(openssl(...args)).toContain('OK')
  })
})
