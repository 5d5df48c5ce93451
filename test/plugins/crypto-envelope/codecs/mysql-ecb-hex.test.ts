import type { KeyObject } from 'node:crypto'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Unopenable, type Opening, type OpeningKeys } from '../../../../src/plugins/crypto-envelope/codec.ts'
import { foldKey, mysqlEcbHex } from '../../../../src/plugins/crypto-envelope/codecs/mysql-ecb-hex.ts'
import type { SealedAnswer } from '../../../../src/plugins/crypto-envelope/service.ts'
import { decryptHex, demonstrationKey, encryptHex } from '../ecb-client.ts'

const context = { method: 'POST', path: '/getCode' }
const other = 'another key 0000'
const known = {
  hex:
    '0D17722A876D74DDA0831417E57324BDE475E70F16DE01E943A6D301FC93C02B' +
    'A4FFCBEAC915282410E7887D1F1C37289FEB5675CFB85A86A830FFE450D17B1A',
  value: { str: 'test_data_string', pwdstr: '00000000' }
}

function keyOf(text: string): KeyObject {
  return mysqlEcbHex.importKey(Buffer.from(text), 'both')
}

function open(message: string | Buffer, ...keys: string[]): Opening {
  const ring: OpeningKeys = {
    find: () => undefined,
    candidates: () => keys.map(text => ({ kid: text, key: keyOf(text) }))
  }
  return mysqlEcbHex.open(Buffer.from(message as string), ring, context) as Opening
}

function seal(value: unknown, key = demonstrationKey): string {
  const sealed = mysqlEcbHex.seal(value, { kid: 'k', key: keyOf(key) }, { context, binding: {} })
  return (sealed as SealedAnswer).body as string
}

function failureOf(message: string | Buffer, ...keys: string[]): string | undefined {
  try {
    open(message, ...keys)
    return undefined
  } catch (error) {
    if (error instanceof Unopenable) return error.failure
    throw error
  }
}

describe('key folding', () => {
  test.each([
    ['a key of sixteen bytes is itself', demonstrationKey, Buffer.from(demonstrationKey).toString('hex')],
    ['a short key is filled up with zeros', 'short', `73686f7274${'00'.repeat(11)}`],
    ['the seventeenth byte is XORed into the first', 'aaaaaaaaaaaaaaaab', `03${'61'.repeat(15)}`],
    ['the bytes are those of UTF-8', '密钥', `e5af86e992a5${'00'.repeat(10)}`]
  ])('%s', (_rule, key, folded) => {
    expect(foldKey(Buffer.from(key)).toString('hex')).toBe(folded)
  })

  test.each([
    ['the same half twice', demonstrationKey.repeat(2)],
    ['32 equal characters', 'x'.repeat(32)],
    ['no bytes', '']
  ])('a key that cancels out is refused: %s', (_kind, key) => {
    expect(() => keyOf(key)).toThrow('folds to all zero bytes')
  })
})

describe('known pairs', () => {
  test('are sealed exactly: upper case, over JSON with spaces', () => {
    expect(seal(known.value)).toBe(known.hex)
  })

  test.each([
    ['in upper case', known.hex],
    ['in lower case', known.hex.toLowerCase()],
    ['with whitespace around', ` \r\n\t${known.hex}\n`]
  ])('are opened %s', (_how, message) => {
    expect(open(message, demonstrationKey)).toEqual({
      kid: demonstrationKey,
      value: known.value,
      binding: {}
    })
  })

  test('a short key opens JSON without spaces', () => {
    expect(open('40EE3C82A2A6DD0D33887D9E688D8314', 'short').value).toEqual({ a: 1 })
  })
})

describe('answers', () => {
  test.each([
    [{ a: [1, 2, { b: null }], c: true }, '{"a": [1, 2, {"b": null}], "c": true}'],
    [[], '[]'],
    [{ list: [], object: {} }, '{"list": [], "object": {}}'],
    ['密\n,\n "x": 1', '"密\\n,\\n \\"x\\": 1"'],
    [[1.5, 'a,  b'], '[1.5, "a,  b"]'],
    [undefined, 'null']
  ])('%j is written as Python writes it', (value, text) => {
    expect(decryptHex(seal(value))).toBe(text)
  })

  const cycle: Record<string, unknown> = {}
  cycle['self'] = cycle
  test.each([
    ['a function', () => 1],
    ['a bigint', 1n],
    ['a cycle', cycle]
  ])('%s is not sealed', (_kind, value) => {
    expect(() => seal(value)).toThrow(TypeError)
  })

  test('any JSON value comes back as it was', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 2 }), value => {
        expect(JSON.parse(decryptHex(seal(value)))).toEqual(JSON.parse(JSON.stringify(value)))
      }),
      { numRuns: 100 }
    )
  })
})

describe('messages', () => {
  test('any JSON object is opened', () => {
    const objects = fc.dictionary(
      fc.string({ unit: 'grapheme' }).filter(key => key !== '__proto__' && key !== 'constructor'),
      fc.jsonValue({ maxDepth: 1 })
    )
    fc.assert(
      fc.property(objects, value => {
        const text = JSON.stringify(value)
        fc.pre(!text.includes('__proto__'))
        expect(open(encryptHex(text), demonstrationKey).value).toEqual(JSON.parse(text))
      }),
      { numRuns: 100 }
    )
  })

  test.each([
    ['nothing', '', 'encoding'],
    ['only whitespace', ' \n ', 'encoding'],
    ['not hexadecimal', 'zz'.repeat(16), 'encoding'],
    ['one digit too few', known.hex.slice(0, -1), 'encoding'],
    ['no whole block', known.hex.slice(0, -2), 'encoding'],
    ['a space inside', `${known.hex.slice(0, 30)}  ${known.hex.slice(32)}`, 'encoding'],
    ['base64', Buffer.from(known.hex, 'hex').toString('base64'), 'encoding'],
    ['a block cut off', known.hex.slice(0, -32), 'cipher'],
    [
      'a byte order mark before it',
      Buffer.concat([Buffer.of(0xef, 0xbb, 0xbf), Buffer.from(known.hex)]),
      'encoding'
    ],
    ['text that is not UTF-8', encryptHex(Buffer.from('7b2261223a22ff227d', 'hex')), 'content'],
    ['text cut inside a character', encryptHex(Buffer.from('{"a":"密"}').subarray(0, 7)), 'content'],
    ['text that is not JSON', encryptHex("{'a':1}"), 'content'],
    ['no text', encryptHex(''), 'content'],
    ['an array', encryptHex('[1]'), 'content'],
    ['null', encryptHex('null'), 'content'],
    ['a string', encryptHex('"a"'), 'content'],
    ['two objects', encryptHex('{}{}'), 'content'],
    ['the name __proto__', encryptHex('{"__proto__":{"admin":true}}'), 'content'],
    ['the name __proto__, escaped and nested', encryptHex('{"a":[{"\\u005f_proto__":1}]}'), 'content'],
    ['constructor.prototype', encryptHex('{"constructor":{"prototype":{"x":1}}}'), 'content']
  ])('%s is refused', (_kind, message, failure) => {
    expect(failureOf(message, demonstrationKey)).toBe(failure)
  })

  test('without a valid key nothing is opened', () => {
    expect(failureOf(known.hex)).toBe('key')
  })

  test('of two equal names the last one wins', () => {
    expect(open(encryptHex('{"a":1,"a":2}'), demonstrationKey).value).toEqual({ a: 2 })
  })

  test('NUL, CRLF and lone surrogates in a string pass as they are', () => {
    const { value } = open(encryptHex('{"a":"\\u0000\\r\\n\\ufeff\\ud800"}'), demonstrationKey)
    expect(value).toEqual({ a: '\u0000\r\n\ufeff\ud800' })
  })

  test('the second key is tried when the first does not fit', () => {
    expect(open(known.hex, other, demonstrationKey).kid).toBe(demonstrationKey)
    expect(['cipher', 'content']).toContain(failureOf(known.hex, other))
  })

  test('a wrong key opens nothing, not even where the padding happens to fit', () => {
    let fits = 0
    for (let number = 0; number < 4000; number++) {
      const failure = failureOf(known.hex, `wrong key ${number}`)
      expect(failure).toMatch(/^(cipher|content)$/)
      if (failure === 'content') fits++
    }
    expect(fits, 'keys under which the padding fits').toBeGreaterThan(0)
  })
})
