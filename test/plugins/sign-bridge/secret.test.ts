import { expect, test } from 'vitest'
import { keyedDigest } from '../../../src/plugins/sign-bridge/secret.ts'

test('digests tell keys, purposes and parts apart, and hold nothing of them', () => {
  const digest = keyedDigest('a key')
  expect(digest('pin', '88888888')).toMatch(/^[0-9a-f]{64}$/)
  expect(digest('pin', '88888888')).toBe(keyedDigest('a key')('pin', '88888888'))
  const others = [
    keyedDigest('another key')('pin', '88888888'),
    digest('body', '88888888'),
    digest('pin', '8888', '8888'),
    digest('pin', '8888888', '8')
  ]
  expect(new Set([digest('pin', '88888888'), ...others]).size).toBe(5)
})
