import { createSecretKey } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import {
  aes,
  decryptBlocks,
  encryptBlocks,
  type BlockCipher
} from '../../../src/plugins/crypto-envelope/block-cipher.ts'
import { Unopenable } from '../../../src/plugins/crypto-envelope/codec.ts'
import { aes256Gcm } from '../../../src/plugins/crypto-envelope/codecs/aes-256-gcm.ts'
import { chacha20Poly1305 } from '../../../src/plugins/crypto-envelope/codecs/chacha20-poly1305.ts'
import { sm4Gcm } from '../../../src/plugins/crypto-envelope/codecs/sm4-gcm.ts'

interface Vector {
  readonly tcId: number
  readonly comment?: string
  readonly key: string
  readonly iv: string
  readonly aad: string
  readonly msg: string
  readonly ct: string
  readonly tag: string
  readonly result: 'valid' | 'invalid'
}

const hex = (text: string): Buffer => Buffer.from(text, 'hex')

const isValid = ({ result }: Vector): boolean => result === 'valid'

function vectorsOf(file: string): readonly Vector[] {
  const text = readFileSync(new URL(`../../vectors/wycheproof/${file}.json`, import.meta.url), 'utf8')
  return (JSON.parse(text) as { tests: Vector[] }).tests
}

describe.each([
  ['aes_gcm', aes256Gcm, 25],
  ['chacha20_poly1305', chacha20Poly1305, 8],
  ['sm4_gcm', sm4Gcm(), 20]
])('%s', (file, aead, count) => {
  const vectors = vectorsOf(file)

  test('is there', () => expect(vectors).toHaveLength(count))

  test.each(vectors.filter(isValid))(
    '$tcId $comment is what it does',
    async ({ key, iv, aad, msg, ct, tag }) => {
      await aead.load?.()
      const imported = aead.importKey(hex(key))
      expect(aead.decrypt(imported, hex(iv), hex(ct + tag), hex(aad)).toString('hex')).toBe(msg)
      expect(aead.encrypt(imported, hex(iv), hex(msg), hex(aad)).toString('hex')).toBe(ct + tag)
    }
  )

  const invalid = vectors.filter(vector => !isValid(vector))
  test.runIf(invalid.length > 0).each(invalid)(
    '$tcId $comment is refused',
    async ({ key, iv, aad, ct, tag }) => {
      await aead.load?.()
      const imported = aead.importKey(hex(key))
      expect(() => aead.decrypt(imported, hex(iv), hex(ct + tag), hex(aad))).toThrow(Unopenable)
    }
  )
})

describe('aes_cbc_pkcs5', () => {
  const vectors = vectorsOf('aes_cbc_pkcs5')

  test('is there', () => expect(vectors).toHaveLength(24))

  const cipherOf = ({ key, iv }: Vector): BlockCipher => {
    const secret = createSecretKey(hex(key))
    return { cipher: aes('cbc', secret), key: secret, iv: hex(iv) }
  }

  test.each(vectors.filter(isValid))('$tcId $comment is what it does', vector => {
    expect(decryptBlocks(cipherOf(vector), hex(vector.ct)).toString('hex')).toBe(vector.msg)
    expect(encryptBlocks(cipherOf(vector), hex(vector.msg)).toString('hex')).toBe(vector.ct)
  })

  test.each(vectors.filter(vector => !isValid(vector)))('$tcId $comment is refused', vector => {
    expect(() => decryptBlocks(cipherOf(vector), hex(vector.ct))).toThrow(Unopenable)
  })
})
