import * as fc from 'fast-check'
import { createRequire } from 'node:module'
import { describe, expect, test } from 'vitest'
import {
  keyBytes,
  messageKey,
  openMessage,
  openWithAny,
  sealMessage
} from '../../src/wechat/message-crypt.ts'
import { MessageError } from '../../src/wechat/message-error.ts'
import { encryptedVectors } from './vectors.ts'

/** What both peers export, as far as these tests use it. */
interface Peer {
  decrypt(encrypted: string): { message: string; id: string }
  encrypt(text: string): string
}
interface WecomCrypto {
  encrypt(key: string, text: string, id: string, random?: Buffer): string
  decrypt(key: string, encrypted: string): { message: string; id: string; random: Buffer }
  getSignature(token: string, timestamp: string | number, nonce: string | number, encrypt: string): string
}
const load = createRequire(import.meta.url)
const wecom = load('@wecom/crypto') as WecomCrypto
const OldPeer = load('wechat-crypto') as new (token: string, key: string, id: string) => Peer

const aesKey = 'abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG'
const key = messageKey(aesKey)
const faultOf = (run: () => unknown): unknown => {
  try {
    return run()
  } catch (error) {
    return error instanceof MessageError ? error.fault : error
  }
}

describe.each(encryptedVectors)('the published message $id', vector => {
  const { encodingAESKey, encrypt, plaintext, receiveId, random } = vector

  test('is opened', () => {
    expect(openMessage(messageKey(encodingAESKey), encrypt, receiveId).toString()).toBe(plaintext)
  })

  test('is what its random bytes are sealed to', () => {
    const content = Buffer.from(plaintext)
    expect(sealMessage(messageKey(encodingAESKey), content, receiveId, () => Buffer.from(random))).toBe(
      encrypt
    )
  })

  test('is for nobody else', () => {
    const others = [`${receiveId}x`, receiveId.slice(1), receiveId.replace('wx', 'xw'), '']
    const open = (receiver: string): unknown => openMessage(messageKey(encodingAESKey), encrypt, receiver)
    expect(others.map(receiver => faultOf(() => open(receiver)))).toEqual(others.map(() => 'receiver'))
  })
})

describe('peers and we understand each other', () => {
  const texts = fc.string({ unit: 'grapheme', maxLength: 200 })

  test('@wecom/crypto, to the byte', () => {
    const random = fc.uint8Array({ minLength: 16, maxLength: 16 })
    fc.assert(
      fc.property(texts, random, (text, bytes) => {
        const fixed = Buffer.from(bytes)
        const ours = sealMessage(key, Buffer.from(text), 'wx1', () => fixed)
        expect(ours).toBe(wecom.encrypt(aesKey, text, 'wx1', fixed))
        expect(wecom.decrypt(aesKey, ours)).toMatchObject({ message: text, id: 'wx1' })
      })
    )
  })

  test('wechat-crypto, both ways', () => {
    const peer = new OldPeer('token', aesKey, 'wx1')
    fc.assert(
      fc.property(texts, text => {
        expect(openMessage(key, peer.encrypt(text), 'wx1').toString()).toBe(text)
        expect(peer.decrypt(sealMessage(key, Buffer.from(text), 'wx1'))).toEqual({ message: text, id: 'wx1' })
      })
    )
  })
})

test('no two messages begin with the same random bytes', () => {
  const count = 600
  const sealed = Array.from({ length: count }, () => sealMessage(key, Buffer.alloc(0), 'wx1'))
  expect(new Set(sealed.map(text => text.slice(0, 16)))).toHaveProperty('size', count)
})

describe('an altered message is never opened to what it was not', () => {
  const content = Buffer.from('<xml><FromUserName><![CDATA[oUser]]></FromUserName></xml>')
  const sealed = Buffer.from(sealMessage(key, content, 'wx2c2769f8efd9abc2'), 'base64')
  const open = (bytes: Buffer): unknown =>
    faultOf(() => openMessage(key, bytes.toString('base64'), 'wx2c2769f8efd9abc2'))

  // CBC without a tag: a changed random part or content is for the signature to find.
  test('a flipped bit of its last two blocks is found here', () => {
    for (let bit = (sealed.length - 32) * 8; bit < sealed.length * 8; bit++) {
      const altered = Buffer.from(sealed)
      altered.writeUInt8(altered.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3)
      expect(open(altered), `bit ${bit}`).toBeTypeOf('string')
    }
  })

  test('nor is it when it is cut', () => {
    for (let length = 0; length < sealed.length; length++)
      expect(open(sealed.subarray(0, length)), `${length} bytes`).toBeTypeOf('string')
  })
})

test.each([
  ['nothing', '', 'encoding'],
  ['three bytes', 'YWJj', 'cipher'],
  ['no base64', '!!!!', 'encoding'],
  ['base64 in the letters of URLs', '-_-_', 'encoding'],
  ['base64 without its end', 'YWI', 'encoding'],
  ['base64 with spare bits', 'YWJ=', 'encoding'],
  ['base64 with a line end', 'YWJj\n', 'encoding'],
  ['half a block of 32', Buffer.alloc(16).toString('base64'), 'cipher'],
  ['not whole blocks', Buffer.alloc(33).toString('base64'), 'cipher']
])('%s is no message', (_kind, encrypted, fault) => {
  expect(faultOf(() => openMessage(key, encrypted, 'wx1'))).toBe(fault)
})

describe('a key', () => {
  test('is one of four that differ in bits without meaning', () => {
    const [r, q] = [`${aesKey.slice(0, -1)}R`, `${aesKey.slice(0, -1)}Q`]
    expect(keyBytes(r)).toEqual(keyBytes(q))
  })

  test.each(['', 'short', 'a'.repeat(44), 'ä'.repeat(43), `${'a'.repeat(42)}=`])('is not %j', text => {
    expect(() => messageKey(text)).toThrow('43 letters')
  })

  test('that has been replaced still opens, and is named', () => {
    const previous = messageKey('A'.repeat(43))
    const sealed = sealMessage(previous, Buffer.from('hello'), 'wx1')
    const opened = openWithAny([key, previous], sealed, 'wx1')
    expect([opened.content.toString(), opened.key]).toEqual(['hello', previous])
    expect(faultOf(() => openWithAny([key], sealed, 'wx1'))).toMatch(/cipher|content|receiver/)
    expect(faultOf(() => openWithAny([], sealed, 'wx1'))).toBe('cipher')
  })
})
