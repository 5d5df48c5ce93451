import { expect, test } from 'vitest'
import { Unopenable } from '../../../src/plugins/crypto-envelope/codec.ts'
import { parseJsonObject } from '../../../src/plugins/crypto-envelope/json-object.ts'

test('RFC 8259 §8.1: a byte order mark in front of an object is ignored, a second one is not', () => {
  const mark = '\uFEFF'
  expect(parseJsonObject(Buffer.from(`${mark}{"a":1}`), 'content')).toEqual({ a: 1 })
  expect(() => parseJsonObject(Buffer.from(`${mark}${mark}{"a":1}`), 'content')).toThrow(Unopenable)
})

test.each(['', '[]', '1', 'null', '"a"', '{', '{"__proto__":{}}', '{"constructor":{"prototype":{}}}'])(
  '%j is no object that can be taken',
  text => expect(() => parseJsonObject(Buffer.from(text), 'content')).toThrow(Unopenable)
)

test('of a name that comes twice the last value counts; bytes that are not UTF-8 are refused', () => {
  expect(parseJsonObject(Buffer.from('{"a":1,"a":2}'), 'content')).toEqual({ a: 2 })
  expect(() => parseJsonObject(Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]), 'content')).toThrow(
    Unopenable
  )
})
