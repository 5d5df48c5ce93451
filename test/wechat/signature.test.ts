import { describe, expect, test } from 'vitest'
import { isSignature, signatureOf } from '../../src/wechat/signature.ts'
import { collisions, encryptedVectors, plainVectors } from './vectors.ts'

test.each(plainVectors)('the published signature $id is right', ({ token, timestamp, nonce, signature }) => {
  expect(signatureOf(token, timestamp, nonce)).toBe(signature)
  expect(isSignature(signature, token, timestamp, nonce)).toBe(true)
})

test.each(encryptedVectors)('the published signature $id of a ciphertext is right', vector => {
  const { token, timestamp, nonce, encrypt, msgSignature } = vector
  expect(signatureOf(token, timestamp, nonce, encrypt)).toBe(msgSignature)
})

test.each(collisions)('digits can move from one part to another: $id', vector => {
  const { token, timestamp, nonce, signature } = vector
  expect(signatureOf(token, timestamp, nonce)).toBe(signature)
})

describe('no signature is', () => {
  const right = signatureOf('token', '1', '2')

  test.each([
    ['nothing', ''],
    ['one in upper case', right.toUpperCase()],
    ['one with another first digit', (right.startsWith('0') ? '1' : '0') + right.slice(1)],
    ['one cut short', right.slice(0, -1)],
    ['one with more behind it', `${right}0`],
    ['one with a line end', `${right}\n`],
    ['text beyond ASCII', 'ä'.repeat(40)]
  ])('%s', (_kind, given) => {
    expect(isSignature(given, 'token', '1', '2')).toBe(false)
  })
})
