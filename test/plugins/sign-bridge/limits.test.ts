import { expect, test } from 'vitest'
import { checkRequest } from '../../../src/plugins/sign-bridge/limits.ts'

const check =
  (data: string, limit = 65_536): (() => void) =>
  () =>
    checkRequest({ data, pin: '1' }, limit)
const tooLarge = expect.objectContaining({
  entry: expect.objectContaining({ key: 'sign.text_too_large' }) as unknown
}) as unknown
const invalid = expect.objectContaining({
  entry: expect.objectContaining({ key: 'sign.text_invalid' }) as unknown
}) as unknown

test('27: the limit counts bytes of UTF-8, not characters', () => {
  expect(check('签'.repeat(10), 30)).not.toThrow()
  expect(check('签'.repeat(10), 29)).toThrow(tooLarge)
})

test('27: a text within its limit may still make a frame that the control does not take', () => {
  expect(check('x'.repeat(121_856), 121_856)).not.toThrow()
  expect(check('"'.repeat(61_440), 121_856)).toThrow(tooLarge)
})

test('35: what cannot be UTF-8 is refused, in the text and in the PIN; pairs of surrogates are characters', () => {
  for (const text of ['\ud800', 'a\udc00b', '\udc00\ud800']) {
    expect(check(text)).toThrow(invalid)
    expect(() => checkRequest({ data: 'a', pin: text }, 10)).toThrow(invalid)
  }
  expect(check('😀\u0000\ufeff')).not.toThrow()
})
