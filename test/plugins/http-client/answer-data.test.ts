import { describe, expect, test } from 'vitest'
import { dataOf, type DataOptions } from '../../../src/plugins/http-client/answer-data.ts'
import { encode } from './encode.ts'
import { settingsOf } from './rig.ts'

const settings = settingsOf()
const read = (bytes: Buffer, type?: string, options: DataOptions = {}): unknown =>
  dataOf(bytes, type, options, settings)

const jpeg = Buffer.from('ffd8ffe000104a46494600010101', 'hex')

describe('by itself', () => {
  test.each([
    ['text/html; charset=GBK', encode('<p>余额不足</p>', 'gbk'), '<p>余额不足</p>'],
    ['text/plain', encode('余额不足', 'gbk'), '余额不足'],
    ['application/xml', Buffer.from('<a>é</a>'), '<a>é</a>'],
    ['application/xhtml+xml', Buffer.from('<a/>'), '<a/>'],
    ['TEXT/HTML ; Charset="utf-8"', Buffer.from('é'), 'é'],
    [undefined, encode('课程表', 'gbk'), '课程表'],
    ['', Buffer.from('x'), 'x']
  ])('%s is text', (type, bytes, text) => {
    expect(read(bytes, type)).toBe(text)
  })

  test.each(['image/jpeg', 'application/octet-stream', 'application/pdf', 'application/vnd.ms-excel'])(
    '%s is bytes, untouched',
    type => {
      const bytes = encode('余额不足', 'gbk')
      expect(read(bytes, type)).toEqual(bytes)
      expect(Buffer.isBuffer(read(bytes, type))).toBe(true)
    }
  )

  test.each(['text/html', 'text/html; charset=GBK', undefined])(
    'an image is bytes also where it is said to be %s',
    type => {
      expect(read(jpeg, type)).toEqual(jpeg)
    }
  )

  test.each([
    ['application/json', '{"a":1}', { a: 1 }],
    ['application/json', '"text"', 'text'],
    ['application/problem+json', '[1]', [1]],
    ['text/json', 'null', null],
    ['text/html', ' \n{"a":1}', { a: 1 }],
    ['text/plain', '[]', []],
    [undefined, '{"a":1}', { a: 1 }],
    ['application/json', '\uFEFF{"a":1}', { a: 1 }]
  ])('%s with JSON is a value: %s', (type, text, value) => {
    expect(read(Buffer.from(text), type)).toEqual(value)
  })

  test.each([
    ['application/json', '{"a":'],
    ['application/json', ''],
    ['text/html', '[notice] closed today'],
    ['text/html', '123'],
    ['text/html', 'true']
  ])('%s without JSON is text: %s', (type, text) => {
    expect(read(Buffer.from(text), type)).toBe(text)
  })

  test('JSON in an old encoding is a value', () => {
    expect(read(encode('{"msg":"余额不足"}', 'gbk'), 'application/json; charset=gb2312')).toEqual({
      msg: '余额不足'
    })
  })

  test('JSON cannot name prototypes', () => {
    const data = read(Buffer.from('{"a":1,"__proto__":{"isAdmin":true}}'), 'application/json')
    expect(Object.keys(data as object)).toEqual(['a'])
  })
})

describe('as its receiver wants it', () => {
  const json = Buffer.from('{"a":1}')

  test('it is text, or bytes, though it is JSON', () => {
    expect(read(json, 'application/json', { as: 'text' })).toBe('{"a":1}')
    expect(read(json, 'application/json', { as: 'buffer' })).toEqual(json)
  })

  test('it is text, though it is said to be something else', () => {
    expect(read(encode('余额', 'gbk'), 'application/octet-stream', { as: 'text' })).toBe('余额')
  })

  test('it is JSON, though it is said to be something else, or there is an error that does not quote it', () => {
    expect(read(json, 'application/octet-stream', { as: 'json' })).toEqual({ a: 1 })
    expect(() => read(Buffer.from('secret'), 'application/json', { as: 'json' })).toThrow(
      new SyntaxError('what came is no JSON')
    )
  })

  test('its encoding is the one that the receiver knows', () => {
    const bytes = encode('書', 'big5')
    expect(read(bytes, 'text/html; charset=utf-8', { charset: 'big5' })).toBe('書')
  })
})
