import { array, assert, property, string } from 'fast-check'
import { describe, expect, test } from 'vitest'
import { fill, pickLocale } from '../../../src/plugins/api-error/locale.ts'
import { byQuality } from '../../../src/plugins/api-error/quality.ts'

describe('the language of an answer', () => {
  test.each([
    [undefined, 'zh-CN'],
    ['', 'zh-CN'],
    ['*', 'zh-CN'],
    ['en', 'en'],
    ['EN-us', 'en'],
    ['zh-TW', 'zh-CN'],
    ['en-US,en;q=0.9,zh-CN;q=0.8', 'en'],
    ['zh-CN,zh;q=0.9,en;q=0.8', 'zh-CN'],
    ['zh;q=0.1, en;q=0.2', 'en'],
    ['en, zh', 'en'],
    ['zh, en', 'zh-CN'],
    ['fr, de;q=0.9', 'zh-CN'],
    ['fr, en;q=0.1', 'en'],
    ['zh;q=0, *', 'en'],
    ['zh;q=0', 'zh-CN'],
    ['en;q=2, zh;q=0.1', 'zh-CN'],
    ['en;q=-1, zh;q=0.1', 'zh-CN'],
    ['en;q=, zh;q=0.1', 'zh-CN'],
    ['en ; q=0.3 , zh ; q=0.2', 'en'],
    [',,;;=,', 'zh-CN']
  ] as const)('for %j is %s', (header, locale) => {
    expect(pickLocale(header, 'zh-CN')).toBe(locale)
  })

  test('is the default of the gateway for callers without a preference', () => {
    expect([undefined, '*', 'fr'].map(header => pickLocale(header, 'en'))).toEqual(['en', 'en', 'en'])
  })
})

test('elements are ordered by weight, equals as they came', () => {
  const values = byQuality('a;q=0.5, b, c;x=1;q=0.9, d, e;q=0').map(({ value, q }) => `${value} ${q}`)
  expect(values).toEqual(['b 1', 'd 1', 'c 0.9', 'a 0.5', 'e 0'])
})

test('any header gives some language, and weights from 0 to 1', () => {
  assert(
    property(array(string()), parts => {
      const header = parts.join(';q=')
      expect(['zh-CN', 'en']).toContain(pickLocale(header, 'en'))
      expect(byQuality(header).every(({ q }) => q >= 0 && q <= 1)).toBe(true)
    })
  )
})

test('texts take parameters of their own only', () => {
  expect(fill('{a} of {b}, {toString}', { a: 1, b: '{a}' })).toBe('1 of {a}, {toString}')
  expect(fill('{a}')).toBe('{a}')
})
