import crypto from 'node:crypto'
import { syncBuiltinESMExports } from 'node:module'
import { afterAll, beforeEach, expect, test } from 'vitest'
import { buildProfile, failureOf, now, open } from './build-profile.ts'
import { taggedFormats } from './clients/formats.ts'

// The tags of AEAD ciphers are compared inside OpenSSL or the library of the cipher; all others here.
const ownTags = taggedFormats.filter(({ name }) => /HMAC|hmac|wecom|feishu/.test(name))

const { timingSafeEqual } = crypto
const compared: boolean[] = []

function compareWith(compare: typeof timingSafeEqual): void {
  crypto.timingSafeEqual = compare
  syncBuiltinESMExports()
}
beforeEach(() => {
  compared.length = 0
  compareWith((one, other) => {
    const equal = timingSafeEqual(one, other)
    compared.push(equal)
    return equal
  })
})
afterAll(() => compareWith(timingSafeEqual))

test('there are formats that compare tags themselves', () => expect(ownTags.length).toBeGreaterThanOrEqual(5))

test.each(ownTags)('$name compares its tag in constant time, and goes by that alone', async format => {
  const profile = await buildProfile(format.profile, format.keys)
  const message = await format.send('{"str":"hello"}', { method: 'POST', path: '/v1/echo', ts: now })
  await open(profile, message)
  expect(new Set(compared)).toEqual(new Set([true]))
  compareWith(() => false)
  expect(await failureOf(profile, message)).toMatch(/^(mac|cipher)$/)
})
