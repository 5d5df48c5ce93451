import { describe, expect, test } from 'vitest'
import { isFresh, readQuery } from '../../../src/plugins/wechat-scan/push-query.ts'

const right = { timestamp: '1767225600', nonce: '486452656' }
const signature = 'a'.repeat(40)

test('a query is read', () => {
  const given = {
    ...right,
    signature,
    msg_signature: signature,
    encrypt_type: 'aes',
    openid: 'o',
    other: ['1', '2']
  }
  expect(readQuery(given)).toEqual({ ...right, signature, msgSignature: signature, encrypted: true })
})

test.each(['', 'raw', undefined])('encrypt_type %j means plain', encrypt_type => {
  expect(readQuery({ ...right, encrypt_type })?.encrypted).toBe(false)
})

test.each([
  ['no time', { nonce: '1' }],
  ['no nonce', { timestamp: '1767225600' }],
  ['an empty nonce', { ...right, nonce: '' }],
  ['a long nonce', { ...right, nonce: '1'.repeat(65) }],
  ['a nonce with a space', { ...right, nonce: '1 2' }],
  ['eleven digits', { ...right, timestamp: '17672256000' }],
  ['nine digits', { ...right, timestamp: '176722560' }],
  ['digits and a line end', { ...right, timestamp: '1767225600\n' }],
  ['digits of another script', { ...right, timestamp: '１７６７２２５６００' }],
  ['two times', { ...right, timestamp: ['1767225600', '1767225600'] }],
  ['a signature in upper case', { ...right, signature: 'A'.repeat(40) }],
  ['a signature cut short', { ...right, msg_signature: 'a'.repeat(39) }],
  ['another encryption', { ...right, encrypt_type: 'des' }]
])('%s is refused', (_kind, query) => {
  expect(readQuery(query)).toBeUndefined()
})

describe('a time is fresh', () => {
  const now = 1_767_225_600_999
  test.each([
    [1_767_225_600, 300, true],
    [1_767_225_900, 300, true],
    [1_767_225_901, 300, false],
    [1_767_225_301, 300, true],
    [1_767_225_300, 300, false],
    [1_409_304_348, 0, true]
  ])('%i within %i seconds: %j', (timestamp, windowS, fresh) => {
    expect(isFresh(String(timestamp), now, windowS)).toBe(fresh)
  })
})
