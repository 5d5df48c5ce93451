import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createHmac,
  createSecretKey,
  hkdfSync
} from 'node:crypto'
import { compactDecrypt } from 'jose'
import { describe, expect, test } from 'vitest'
import { decryptBlocks, encryptBlocks } from '../../../src/plugins/crypto-envelope/block-cipher.ts'
import { chacha20Poly1305 } from '../../../src/plugins/crypto-envelope/codecs/chacha20-poly1305.ts'
import { sm4Gcm } from '../../../src/plugins/crypto-envelope/codecs/sm4-gcm.ts'
import { buildProfile, failureOf } from './build-profile.ts'
import { aes256Gcm } from '../../../src/plugins/crypto-envelope/codecs/aes-256-gcm.ts'
import { mysqlEcbHex } from '../../../src/plugins/crypto-envelope/codecs/mysql-ecb-hex.ts'

const hex = (text: string): Buffer => Buffer.from(text, 'hex')

describe('AES-128-ECB under a key of the mysql-ecb-hex codec', () => {
  // NIST SP 800-38A, F.1.1
  test.each([
    ['6bc1bee22e409f96e93d7e117393172a', '3ad77bb40d7a3660a89ecaf32466ef97'],
    ['ae2d8a571e03ac9c9eb76fac45af8e51', 'f5d3d58503b9699de785895a96fdbaaf'],
    ['30c81c46a35ce411e5fbc1191a0a52ef', '43b1cd7f598ece23881b00e3ed030688'],
    ['f69f2445df4f9b17ad2b417be66c3710', '7b0c785e27e8ad3f8223207104725dd4']
  ])('block %s becomes %s', (plaintext, ciphertext) => {
    const key = mysqlEcbHex.importKey(hex('2b7e151628aed2a6abf7158809cf4f3c'), 'both')
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
    const key = aes256Gcm.importKey(hex('feffe9928665731c6d6a8f9467308308'.repeat(2)))
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

describe('block ciphers', () => {
  const nistBlock = '6bc1bee22e409f96e93d7e117393172a'
  const nist128 = '2b7e151628aed2a6abf7158809cf4f3c'
  const nist256 = '603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4'
  const counting = '000102030405060708090a0b0c0d0e0f'
  const gbKey = '0123456789abcdeffedcba9876543210'

  test.each([
    [
      'NIST SP 800-38A, F.1.5',
      'aes-256-ecb',
      nist256,
      undefined,
      nistBlock,
      'f3eed1bdb5d2a03c064b5a7e3db181f8'
    ],
    [
      'NIST SP 800-38A, F.2.1',
      'aes-128-cbc',
      nist128,
      counting,
      nistBlock,
      '7649abac8119b246cee98e9b12e9197d'
    ],
    [
      'NIST SP 800-38A, F.2.5',
      'aes-256-cbc',
      nist256,
      counting,
      nistBlock,
      'f58c4c04d6e5f1ba779eabfb5f7bfbd6'
    ],
    ['GB/T 32907, A.1', 'sm4-ecb', gbKey, undefined, gbKey, '681edf34d206965e86b3e94f536e4246']
  ])('%s', (_source, cipher, key, iv, plaintext, ciphertext) => {
    const settings = {
      cipher,
      key: createSecretKey(hex(key)),
      padding: false,
      ...(iv && { iv: hex(iv) })
    } as const
    expect(encryptBlocks(settings, hex(plaintext)).toString('hex')).toBe(ciphertext)
    expect(decryptBlocks(settings, hex(ciphertext)).toString('hex')).toBe(plaintext)
  })

  // The output of each round is the input of the next: CBC over zeros does the same in one call.
  test('GB/T 32907, A.2: a million rounds of SM4', () => {
    const rounds = 1_000_000
    const zeros = Buffer.alloc(16 * (rounds - 1))
    const settings = { key: createSecretKey(hex(gbKey)), padding: false } as const
    const first = encryptBlocks({ ...settings, cipher: 'sm4-ecb' }, hex(gbKey))
    const last = encryptBlocks({ ...settings, cipher: 'sm4-cbc', iv: first }, zeros).subarray(-16)
    expect(last.toString('hex')).toBe('595298c7c6fd271f0402f804c33d3f66')
  })
})

describe('hashes', () => {
  test('GB/T 32905, A.1: SM3 of abc', () => {
    const digest = createHash('sm3').update('abc').digest('hex')
    expect(digest).toBe('66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0')
  })

  test('RFC 4231, case 1: HMAC-SHA256', () => {
    const mac = createHmac('sha256', Buffer.alloc(20, 0x0b)).update('Hi There').digest('hex')
    expect(mac).toBe('b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7')
  })
})

// No format here is that of RFC 8188, but its keys are drawn as those of sm4-cbc-hmac-sm3: by HKDF (RFC 5869).
test('RFC 8188, 3.1: HKDF-SHA256 and AES-128-GCM', () => {
  const message = Buffer.from(
    'I1BsxtFttlv3u_Oo94xnmwAAEAAA-NAVub2qFgBEuQKRapoZu-IxkIva3MEB1PD-ly8Thjg',
    'base64url'
  )
  const [salt, sealed] = [message.subarray(0, 16), message.subarray(21)]
  const keying = Buffer.from('yqdlZ-tYemfogSmv7Ws5PQ', 'base64url')
  const derive = (what: string, bytes: number): Buffer =>
    Buffer.from(hkdfSync('sha256', keying, salt, `Content-Encoding: ${what}\0`, bytes))
  const decipher = createDecipheriv('aes-128-gcm', derive('aes128gcm', 16), derive('nonce', 12), {
    authTagLength: 16
  }).setAuthTag(sealed.subarray(-16))
  const plaintext = Buffer.concat([decipher.update(sealed.subarray(0, -16)), decipher.final()])
  expect(plaintext.toString()).toBe('I am the walrus\u0002')
})

describe('AEADs', () => {
  test('RFC 8998, A.2.1: SM4-GCM', async () => {
    const aead = sm4Gcm()
    await aead.load?.()
    const plaintext = ['aa', 'bb', 'cc', 'dd', 'ee', 'ff', 'ee', 'aa'].map(byte => byte.repeat(8)).join('')
    const associated = hex('feedfacedeadbeeffeedfacedeadbeefabaddad2')
    const nonce = hex('00001234567800000000abcd')
    const sealed = aead.encrypt(
      aead.importKey(hex('0123456789abcdeffedcba9876543210')),
      nonce,
      hex(plaintext),
      associated
    )
    expect(sealed.subarray(-16).toString('hex')).toBe('83de3541e4c2b58177e065a9bf7b62ec')
  })

  test('RFC 8439, 2.8.2: ChaCha20-Poly1305', () => {
    const key = Buffer.from(Array.from({ length: 32 }, (_, index) => 0x80 + index))
    const text =
      "Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the future, sunscreen would be it."
    const sealed = chacha20Poly1305.encrypt(
      chacha20Poly1305.importKey(key),
      hex('070000004041424344454647'),
      Buffer.from(text),
      hex('50515253c0c1c2c3c4c5c6c7')
    )
    expect(sealed.subarray(-16).toString('hex')).toBe('1ae10b594f09e26a7e902ecbd0600691')
  })
})

describe('JWE', () => {
  // RFC 7520, 5.6: dir and A128GCM. What it holds is no JSON: the codec gets as far as that.
  const token =
    'eyJhbGciOiJkaXIiLCJraWQiOiI3N2M3ZTJiOC02ZTEzLTQ1Y2YtODY3Mi02MTdiNWI0NTI0M2EiLCJlbmMiOiJBMTI4R0NNIn0.' +
    '.refa467QzzKx6QAB.JW_i_f52hww_ELQPGaYyeAB6HYGcR559l9TYnSovc23XJoBcW29rHP8yZOZG7YhLpT1bjFuvZPjQS-m0IFtVcXk' +
    'ZXdH_lr_FrdYt9HRUYkshtrMmIUAyGmUnd9zMDB2n0cRDIHAzFVeJUDxkUwVAE7_YGRPdcqMyiBoCO-FBdE-Nceb4h3-FtBP-c_BIwCPT' +
    'jb9o0SbdcdREEMJMyZBH8ySWMVi1gPD9yxi-aQpGbSv_F9N4IZAxscj5g-NJsUPbjk29-s7LJAGb15wEBtXphVCgyy53CoIKLHHeJHXex' +
    '45Uz9aKZSRSInZI-wjsY0yu3cT4_aQ3i1o-tiE-F8Ios61EKgyIQ4CWao8PFMj8TTnp.vbb32Xvllea2OtmHAdccRQ'
  const kid = '77c7e2b8-6e13-45cf-8672-617b5b45243a'
  const context = { method: 'POST', path: '/' }

  test('RFC 7520, 5.6 is decrypted, and refused under another key', async () => {
    const options = { alg: 'dir', enc: 'A128GCM', bound: false }
    const build = (key: string) =>
      buildProfile({ codec: 'jwe', options }, { [kid]: { key, encoding: 'base64', use: 'both' } })
    const message = { body: Buffer.from(token), context }
    expect(await failureOf(await build('XctOhJAkA-pD9Lh7ZgW_2A'), message)).toBe('content')
    expect(await failureOf(await build('YctOhJAkA-pD9Lh7ZgW_2A'), message)).toBe('cipher')
    const { plaintext } = await compactDecrypt(token, Buffer.from('XctOhJAkA-pD9Lh7ZgW_2A', 'base64url'))
    expect(Buffer.from(plaintext).toString()).toMatch(/^You can trust us to stick with you/)
  })
})
