import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { formatReply, parseRequest } from '../../../src/plugins/sign-simulator/frames.ts'

test('a request has an id, a method and args', () => {
  const text = '{"_id":3,"_method":"cus-sec_SpcGetCertNo","args":{"a":"b"}}'
  expect(parseRequest(text)).toEqual({ id: 3, method: 'cus-sec_SpcGetCertNo', args: { a: 'b' } })
})

test.each([
  '{"_method":"m"}',
  '{"_method":"m","args":null}',
  '{"_method":"m","args":[1]}',
  '{"_method":"m","args":"x"}'
])('args that are no object are none: %s', text => {
  expect(parseRequest(text)).toEqual({ id: undefined, method: 'm', args: {} })
})

test.each([
  '',
  'HELLO',
  '[]',
  '42',
  'null',
  '"{}"',
  ' {"_method":"m"}',
  '{',
  '{}',
  '{"_method":7}',
  '{"method":"m"}'
])('is not a request: %j', text => {
  expect(parseRequest(text)).toBeUndefined()
})

test('no text makes the parser fail, and what it accepts has a method', () => {
  const texts = fc.oneof(
    fc.string(),
    fc.json(),
    fc.string().map(rest => `{${rest}`),
    fc.json().map(value => `{"_method":${value}}`)
  )
  fc.assert(
    fc.property(texts, text => {
      expect(['string', 'undefined']).toContain(typeof parseRequest(text)?.method)
    })
  )
})

test('a reply is written with the underscores of the protocol', () => {
  const body = { Result: true, Data: ['a'], Error: [] }
  expect(formatReply({ id: 1, method: 'm', status: '00', body })).toBe(
    '{"_id":1,"_method":"m","_status":"00","_args":{"Result":true,"Data":["a"],"Error":[]}}'
  )
})
