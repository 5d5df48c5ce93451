import { describe, expect, test } from 'vitest'
import { readPolicy, type PolicyDefaults } from '../../../src/plugins/cache/policy.ts'
import type { CachePolicy, CachePolicyOptions } from '../../../src/plugins/cache/service.ts'

const second = 1_000
const minute = 60 * second
const hour = 60 * minute
const day = 24 * hour

const defaults: PolicyDefaults = { minTtlMs: 5 * second, timeoutMs: 8 * second, preset: 'default' }
const read = (input: CachePolicy, changed: Partial<PolicyDefaults> = {}) =>
  readPolicy(input, { ...defaults, ...changed })

describe('a policy as text', () => {
  test.each([
    ['10s', 10 * second, false],
    ['10s+', 10 * second, true],
    ['+', 5 * second, true],
    ['5s+', 5 * second, true],
    ['1h10m', 70 * minute, false],
    ['10m1h', 70 * minute, false],
    ['1.5h', 90 * minute, false],
    ['0.1mo1.5d', 388_800 * second, false],
    ['1mo', 30 * day, false],
    ['1y', 360 * day, false],
    ['1w', 7 * day, false],
    ['2d', 2 * day, false],
    ['90m', 90 * minute, false],
    ['7500ms', 7_500, false],
    ['1y1mo1w1d1h1m1s1ms', 398 * day + hour + minute + second + 1, false]
  ])('%s is fresh for %i ms (lazy: %s)', (text, ttlMs, lazy) => {
    expect(read(text)).toMatchObject({ ttlMs, lazy, off: false, text: `'${text}'` })
  })

  test.each(['off', '0', '0s', '0m0.0s'])('%s is no caching', text => {
    expect(read(text)).toMatchObject({ off: true, ttlMs: 0, lazy: false })
  })

  test.each(['4s', '1ms', '0.1ms', '4s+'])('%s is raised to the minimum', text => {
    expect(read(text).ttlMs).toBe(5 * second)
    expect(read(text, { minTtlMs: 7 * second }).ttlMs).toBe(7 * second)
  })

  test.each([
    ['', 'says no time'],
    ['h', "'h' does not begin with a number"],
    ['10', "'' is no unit"],
    ['10q', "'q' is no unit (ms, s, m, h, d, w, mo, y)"],
    ['10S', "'' is no unit"],
    ['1h2', "'' is no unit"],
    ['1h1h', "'h' is there twice"],
    ['1h 10m', "' 10m' does not begin with a number"],
    [' 1h', "' 1h' does not begin with a number"],
    ['1h++', "'+' does not begin with a number"],
    ['+1h', "'+1h' does not begin with a number"],
    ['-1h', "'-1h' does not begin with a number"],
    ['1,5h', "'' is no unit"],
    ['.5h', "'.5h' does not begin with a number"],
    ['1.h', "'' is no unit"],
    ['1e3s', "'e' is no unit"],
    ['0s+', 'a lazy policy needs a time'],
    ['off+', "'off' does not begin with a number"],
    ['0+', "'' is no unit"],
    ['11y', 'longer than ten years'],
    [`1${'0'.repeat(40)}y`, 'longer than ten years'],
    [`${'0'.repeat(70)}1s`, 'longer than 64 characters'],
    ['１h', "'１h' does not begin with a number"],
    ['1constructor', "'constructor' is no unit"]
  ])('%j is refused: %s', (text, reason) => {
    expect(() => read(text)).toThrow(TypeError)
    expect(() => read(text)).toThrow(reason)
  })

  test('a refusal quotes the policy, but no more than is readable', () => {
    expect(() => read('10q')).toThrow("Cache policy '10q': 'q' is no unit")
    expect(() => read('x'.repeat(10_000))).toThrow(/^.{1,200}$/)
  })
})

describe('what follows from a time', () => {
  test.each([
    ['5s', hour],
    ['10m', 100 * minute],
    ['1d', 7 * day],
    ['1mo', 7 * day]
  ])('an old value of %s serves for %i ms more', (text, graceMs) => {
    expect(read(text).graceMs).toBe(graceMs)
  })

  test('the rest is what the settings and the preset say', () => {
    expect(read('10m')).toMatchObject({
      waitMs: 0,
      timeoutMs: 8 * second,
      retryAfterMs: 10 * second,
      jitter: 0.1,
      early: 0,
      tags: [],
      negativeMs: 0,
      swrErrors: true,
      anyMethod: false
    })
  })

  test('the preset ws3-2018 waits 3 s, and lets no old value stand in where a policy is not lazy', () => {
    const old = { waitMs: 3 * second, swrErrors: false, timeoutMs: 8 * second }
    expect(read('10m', { preset: 'ws3-2018' })).toMatchObject(old)
    expect(read({ ttl: '10m', preset: 'ws3-2018' })).toMatchObject(old)
    expect(read({ ttl: '10m', preset: 'ws3-2018', wait: '1s', swrErrors: true })).toMatchObject({
      waitMs: second,
      swrErrors: true
    })
    expect(read({ ttl: '10m', preset: 'default' }, { preset: 'ws3-2018' }).waitMs).toBe(0)
    expect(read({ ttl: '10m', preset: 'ws3-2018', timeout: '2s' }).waitMs).toBe(2 * second)
  })
})

describe('a policy as an object', () => {
  test('says everything in times as people write them, or in milliseconds', () => {
    const written = {
      ttl: '10m+',
      grace: '1d',
      wait: 250,
      timeout: '20s',
      retryAfter: '1m',
      jitter: 0,
      early: 1,
      tags: ['a', 'b', 'a'],
      negative: 500,
      swrErrors: false,
      anyMethod: true
    }
    expect(read(written)).toEqual({
      text: JSON.stringify(written).slice(0, 100) + '…',
      off: false,
      ttlMs: 10 * minute,
      lazy: true,
      graceMs: day,
      waitMs: 250,
      timeoutMs: 20 * second,
      retryAfterMs: minute,
      jitter: 0,
      early: 1,
      tags: ['a', 'b'],
      negativeMs: 500,
      swrErrors: false,
      anyMethod: true
    })
  })

  test('is lazy by a word as well', () => {
    expect(read({ ttl: '10m', lazy: true }).lazy).toBe(true)
    expect(read({ ttl: 600_000, lazy: true })).toMatchObject({ ttlMs: 10 * minute, lazy: true })
    expect(read({ ttl: 0 }).off).toBe(true)
  })

  const wrong: readonly (readonly [object, string])[] = [
    [{}, 'ttl is a time'],
    [{ ttl: true }, 'ttl is a time'],
    [{ ttl: '10m', tll: 1 }, "there is no 'tll', but ttl, lazy"],
    [{ ttl: '10m+', lazy: false }, 'contradict'],
    [{ ttl: 'off', lazy: true }, 'a lazy policy needs a time'],
    [{ ttl: '10m', lazy: 'yes' }, 'lazy is true or false'],
    [{ ttl: '10m', swrErrors: 1 }, 'swrErrors is true or false'],
    [{ ttl: -1 }, '-1 is no time'],
    [{ ttl: NaN }, 'NaN is no time'],
    [{ ttl: '10m', grace: '8d' }, 'grace is from 0 to 604800000 ms'],
    [{ ttl: '10m', wait: '9s' }, 'wait is from 0 to 8000 ms'],
    [{ ttl: '10m', timeout: '50ms' }, 'timeout is from 100 to 600000 ms'],
    [{ ttl: '10m', timeout: {} }, "'[object Object]' does not begin with a number"],
    [{ ttl: '10m', retryAfter: '2h' }, 'retryAfter is from 0'],
    [{ ttl: '10m', negative: '2h' }, 'negative is from 0'],
    [{ ttl: '10m', jitter: 0.6 }, 'jitter is a number from 0 to 0.5'],
    [{ ttl: '10m', jitter: '0.1' }, 'jitter is a number'],
    [{ ttl: '10m', early: 11 }, 'early is a number from 0 to 10'],
    [{ ttl: '10m', tags: 'a' }, 'tags are a list of at most 16'],
    [{ ttl: '10m', tags: Array.from({ length: 17 }, (_, at) => `t${at}`) }, 'tags are a list of at most 16'],
    [{ ttl: '10m', tags: ['a b'] }, 'a tag is 1–128 visible ASCII characters'],
    [{ ttl: '10m', tags: [''] }, 'a tag is'],
    [{ ttl: '10m', tags: ['x'.repeat(129)] }, 'a tag is'],
    [{ ttl: '10m', tags: [7] }, 'a tag is'],
    [{ ttl: '10m', tags: ['@person:x'] }, "tags that begin with '@' are the cache's own"],
    [{ ttl: '10m', preset: 'ws2' }, "there is no preset 'ws2'"],
    [{ ttl: '10m', preset: 'constructor' }, "there is no preset 'constructor'"]
  ]
  test.each(wrong)('%j is refused: %s', (options, reason) => {
    expect(() => read(options as CachePolicyOptions)).toThrow(TypeError)
    expect(() => read(options as CachePolicyOptions)).toThrow(reason)
  })

  test.each([undefined, null, 7, true, Symbol('x')])('%s is refused', input => {
    expect(() => read(input as never)).toThrow('neither a text nor an object')
  })
})
