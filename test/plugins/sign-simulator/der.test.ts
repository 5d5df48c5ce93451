import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  bitString,
  der,
  integer,
  nullValue,
  objectIdentifier,
  printableString,
  sequence,
  setOf,
  time,
  toPem,
  utf8String
} from '../../../src/plugins/sign-simulator/der.ts'

const hex = (bytes: Buffer): string => bytes.toString('hex')

describe('lengths', () => {
  test.each([
    [0, '0400'],
    [127, '047f'],
    [128, '048180'],
    [255, '0481ff'],
    [256, '04820100'],
    [65_535, '0482ffff'],
    [65_536, '0483010000']
  ])('%i bytes begin with %s', (length, head) => {
    const encoded = der(0x04, Buffer.alloc(length))
    expect(hex(encoded.subarray(0, head.length / 2))).toBe(head)
    expect(encoded).toHaveLength(head.length / 2 + length)
  })
})

describe('integers', () => {
  test.each([
    [0n, '020100'],
    [1n, '020101'],
    [127n, '02017f'],
    [128n, '02020080'],
    [255n, '020200ff'],
    [256n, '02020100'],
    [0xf123456789abcdefn, '020900f123456789abcdef']
  ])('%i is %s', (value, encoded) => {
    expect(hex(integer(value))).toBe(encoded)
  })

  test('read back as the number they were, never as a negative one, in the fewest bytes', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 2n ** 256n }), value => {
        const content = integer(value).subarray(2)
        expect(BigInt(`0x${hex(content)}`)).toBe(value)
        const bits = value.toString(2).length
        expect(content).toHaveLength(Math.floor(bits / 8) + 1)
      })
    )
  })
})

test.each([
  ['1.2.840.113549.1.1.11', '06092a864886f70d01010b'],
  ['1.2.156.10197.1.501', '06082a811ccf55018375'],
  ['1.2.840.10045.2.1', '06072a8648ce3d0201'],
  ['2.5.4.3', '0603550403'],
  ['0.9.0', '06020900']
])('the object identifier %s is %s', (dotted, encoded) => {
  expect(hex(objectIdentifier(dotted))).toBe(encoded)
})

test.each([
  ['2026-11-20T10:00:05.678Z', '170d3236313132303130303030355a', '261120100005Z'],
  ['2049-12-31T23:59:59Z', '170d3439313233313233353935395a', '491231235959Z'],
  ['2050-01-01T00:00:00Z', '180f32303530303130313030303030305a', '20500101000000Z']
])('the time %s has the form that its year asks for', (date, encoded, text) => {
  expect(hex(time(new Date(date)))).toBe(encoded)
  expect(time(new Date(date)).subarray(2).toString()).toBe(text)
})

test('strings keep their encoding, containers their content', () => {
  expect(hex(utf8String('卡'))).toBe('0c03e58da1')
  expect(hex(printableString('CN'))).toBe('1302434e')
  expect(hex(nullValue())).toBe('0500')
  expect(hex(bitString(Buffer.of(0xff)))).toBe('030200ff')
  expect(hex(sequence(integer(1n), integer(2n)))).toBe('3006020101020102')
  expect(hex(setOf(integer(1n)))).toBe('3103020101')
})

test('PEM has lines of 64 characters between its labels', () => {
  const pem = toPem('CERTIFICATE', Buffer.alloc(100, 7))
  const lines = pem.split('\n')
  expect(lines[0]).toBe('-----BEGIN CERTIFICATE-----')
  expect(lines.slice(1, -2).map(({ length }) => length)).toEqual([64, 64, 8])
  expect(lines.slice(-2)).toEqual(['-----END CERTIFICATE-----', ''])
  expect(Buffer.from(lines.slice(1, -2).join(''), 'base64')).toEqual(Buffer.alloc(100, 7))
})
