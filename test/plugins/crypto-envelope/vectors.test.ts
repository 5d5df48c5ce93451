import { createCipheriv, createSecretKey } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { systemClock } from '../../../src/core/index.ts'
import { aes256Gcm } from '../../../src/plugins/crypto-envelope/aes-256-gcm.ts'
import { mysqlEcbHex } from '../../../src/plugins/crypto-envelope/mysql-ecb-hex.ts'

const hex = (text: string): Buffer => Buffer.from(text, 'hex')

describe('AES-128-ECB under a key of the mysql-ecb-hex codec', () => {
  // NIST SP 800-38A, F.1.1
  test.each([
    ['6bc1bee22e409f96e93d7e117393172a', '3ad77bb40d7a3660a89ecaf32466ef97'],
    ['ae2d8a571e03ac9c9eb76fac45af8e51', 'f5d3d58503b9699de785895a96fdbaaf'],
    ['30c81c46a35ce411e5fbc1191a0a52ef', '43b1cd7f598ece23881b00e3ed030688'],
    ['f69f2445df4f9b17ad2b417be66c3710', '7b0c785e27e8ad3f8223207104725dd4']
  ])('block %s becomes %s', (plaintext, ciphertext) => {
    const key = mysqlEcbHex.importKey(hex('2b7e151628aed2a6abf7158809cf4f3c'))
    const cipher = createCipheriv('aes-128-ecb', key, null).setAutoPadding(false)
    expect(cipher.update(hex(plaintext)).toString('hex')).toBe(ciphertext)
  })
})

describe('AES-256-GCM', () => {
  const seal = (
    key: ReturnType<typeof createSecretKey>,
    iv: string,
    plaintext: string,
    aad: string
  ): string[] => {
    const cipher = createCipheriv('aes-256-gcm', key, hex(iv), { authTagLength: 16 })
    cipher.setAAD(hex(aad))
    const ciphertext = Buffer.concat([cipher.update(hex(plaintext)), cipher.final()])
    return [ciphertext.toString('hex'), cipher.getAuthTag().toString('hex')]
  }
  const zeroKey = createSecretKey(Buffer.alloc(32))
  const zeroIv = '00'.repeat(12)

  // The test cases of McGrew and Viega behind NIST SP 800-38D.
  test('case 13: no plaintext', () => {
    expect(seal(zeroKey, zeroIv, '', '')).toEqual(['', '530f8afbc74536b9a963b4f1c4cb738b'])
  })

  test('case 14: one block', () => {
    expect(seal(zeroKey, zeroIv, '00'.repeat(16), '')).toEqual([
      'cea7403d4d606b6e074ec5d3baf39d18',
      'd0d1c8a799996bf0265b98b5d48ab919'
    ])
  })

  test('case 16: additional data, under a key of the codec', () => {
    const key = aes256Gcm(systemClock).importKey(hex('feffe9928665731c6d6a8f9467308308'.repeat(2)))
    const plaintext =
      'd9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72' +
      '1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39'
    const [ciphertext, tag] = seal(
      key,
      'cafebabefacedbaddecaf888',
      plaintext,
      'feedfacedeadbeeffeedfacedeadbeefabaddad2'
    )
    expect(ciphertext).toBe(
      '522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa' +
        '8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662'
    )
    expect(tag).toBe('76fc6ece0f4e1768cddf8853bb2d551b')
  })
})
