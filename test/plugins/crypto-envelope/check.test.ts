import { describe, expect, test } from 'vitest'
import type { SettingProblem } from '../../../src/core/index.ts'
import { checkSettings } from '../../../src/plugins/crypto-envelope/check.ts'
import type { Config } from '../../../src/plugins/crypto-envelope/config.ts'
import { demonstrationKey } from './ecb-client.ts'

const key = { key: Buffer.alloc(32, 5).toString('base64'), encoding: 'base64', use: 'both' } as const
const text = { encoding: 'utf8', use: 'both' } as const

function problemsOf(settings: Partial<Config>, production = false): readonly SettingProblem[] {
  const defaults = { keys: {}, profiles: {}, replayWindowMs: 300_000, keysPollMs: 2_000, maxBytes: 262_144 }
  return checkSettings({ ...defaults, ...settings }, { production })
}

function textOf(problems: readonly SettingProblem[]): string[] {
  return problems.map(({ path, message }) => `${path.join('.')}: ${message}`)
}

describe('the demonstration key', () => {
  test('is for demonstrations only', () => {
    expect(problemsOf({ legacyKey: demonstrationKey })).toEqual([])
    expect(textOf(problemsOf({ legacyKey: demonstrationKey }, true))).toEqual([
      'legacyKey: is the demonstration key, which everybody knows'
    ])
  })

  test.each([
    ['filled up with NUL', `${demonstrationKey}\0\0`],
    ['with sixteen equal characters twice around it', `${'x'.repeat(16)}${demonstrationKey}${'x'.repeat(16)}`]
  ])('is found out %s', (_disguise, legacyKey) => {
    expect(problemsOf({ legacyKey }, true)).toHaveLength(1)
  })

  test('is refused in the key ring too', () => {
    const settings = {
      keys: { partner: { ...text, key: demonstrationKey } },
      profiles: { partner: { codec: 'mysql-ecb-hex', keys: ['partner'] } }
    } as const
    expect(
      textOf(
        problemsOf(
          { ...settings, profiles: { partner: { codec: 'mysql-ecb-hex', keys: ['partner'] } } },
          true
        )
      )
    ).toEqual(['keys.partner: is the demonstration key, which everybody knows'])
  })

  test('a key of one’s own is fine in production', () => {
    expect(problemsOf({ legacyKey: 'a key of my own!', keys: { 'a-1': key } }, true)).toEqual([])
  })
})

describe('keys', () => {
  test('a legacy key that folds to zero is refused always', () => {
    expect(textOf(problemsOf({ legacyKey: 'x'.repeat(32) }))).toEqual([
      'legacyKey: is no key for mysql-ecb-hex: it folds to all zero bytes, because its 16-byte pieces cancel out'
    ])
  })

  test.each([
    ['standard base64', { ...key, key: `${'+/'.repeat(21)}8=` }],
    ['URL base64 without padding', { ...key, key: `${'-_'.repeat(21)}8` }],
    ['hexadecimal in either case', { ...key, key: 'aB'.repeat(32), encoding: 'hex' }],
    ['text of 32 bytes', { ...key, key: '0123456789abcdef0123456789abcdeX', encoding: 'utf8' }]
  ] as const)('may be %s', (_form, settings) => {
    expect(problemsOf({ keys: { 'a-1': settings } })).toEqual([])
  })

  test.each([
    ['base64 with a stray character', { ...key, key: `${key.key.slice(0, -1)}*` }, 'key', 'is not base64'],
    ['base64 with spare bits', { ...key, key: `${'A'.repeat(42)}B` }, 'key', 'is not base64'],
    ['hexadecimal of odd length', { ...key, key: 'a'.repeat(63), encoding: 'hex' }, 'key', 'is not hex'],
    [
      'too short',
      { ...key, key: 'c2hvcnQ=' },
      'key',
      'is no key for aes-256-gcm: it has 5 bytes instead of 32'
    ],
    [
      'all zeros',
      { ...key, key: '00'.repeat(32), encoding: 'hex' },
      'key',
      'is no key for aes-256-gcm: it is all zero bytes'
    ],
    ['a time in words', { ...key, notBefore: 'tomorrow' }, 'notBefore', 'must be a date'],
    ['a time without zone', { ...key, notAfter: '2026-12-31T08:00:00' }, 'notAfter', 'must be a date'],
    ['a month that is none', { ...key, notAfter: '2026-13-01' }, 'notAfter', 'must be a date'],
    [
      'an end before its beginning',
      { ...key, notBefore: '2026-02-01', notAfter: '2026-01-31T23:59:59Z' },
      'notAfter',
      'must be later than notBefore'
    ]
  ] as const)('%s is refused', (_kind, settings, setting, message) => {
    const problems = textOf(problemsOf({ keys: { 'a-1': settings } }))
    expect(problems).toEqual([expect.stringContaining(`keys.a-1.${setting}: ${setting} of 'a-1' ${message}`)])
  })

  test('no problem repeats a key', () => {
    const secrets = ['c2VjcmV0IG1hdGVyaWFs', 'secret*material']
    const keys = Object.fromEntries(secrets.map((secret, index) => [`k${index}`, { ...key, key: secret }]))
    const problems = JSON.stringify(problemsOf({ keys, legacyKey: 'secret material!'.repeat(2) }, true))
    expect(problems).toContain('keys')
    expect(problems).not.toMatch(/secret|c2Vjcm/)
  })

  test.each(['2026', '', 'a b', 'x'.repeat(65), 'a\nb'])('%j is no key id', kid => {
    expect(textOf(problemsOf({ keys: { [kid]: key } }))).toEqual([
      expect.stringContaining('is no name: a name has')
    ])
  })
})

describe('profiles', () => {
  test('all mistakes are reported at once', () => {
    const problems = problemsOf({
      legacyKey: 'a key of my own!',
      keys: { a: key, b: { ...key, use: 'open' }, c: { ...key, use: 'seal' } },
      profiles: {
        legacy: { codec: 'mysql-ecb-hex', keys: ['a'] },
        one: { codec: 'aes-256-gcm', keys: ['a', 'z'] },
        two: { codec: 'aes-256-gcm', keys: ['b'] },
        three: { codec: 'mysql-ecb-hex', keys: ['c'], replayWindowMs: 1000 },
        'not a name': { codec: 'aes-256-gcm', keys: ['b', 'c'] }
      }
    })
    expect(textOf(problems)).toEqual([
      'profiles.legacy: the name `legacy` is taken by legacyKey',
      'profiles.not a name: \'not a name\' is no name: a name has 1–64 letters, digits, ".", "_" or "-", and not digits alone',
      "profiles.one.keys: no key has the id 'z'",
      "profiles.two.keys: none of the keys of 'two' seals answers",
      "profiles.three.keys: none of the keys of 'three' opens requests",
      "profiles.three.replayWindowMs: replayWindowMs of 'three' does nothing: messages of mysql-ecb-hex carry no time",
      "keys.c: 'c' serves mysql-ecb-hex and aes-256-gcm; a key is for one codec"
    ])
  })

  test('two profiles of one codec may share a key', () => {
    const profiles = {
      slow: { codec: 'aes-256-gcm', keys: ['a'], replayWindowMs: 3_600_000 },
      fast: { codec: 'aes-256-gcm', keys: ['a'], replayWindowMs: 1_000 }
    } as const satisfies Record<string, { codec: string; keys: readonly string[]; replayWindowMs: number }>
    expect(
      problemsOf({ keys: { a: key }, profiles: structuredClone(profiles) as unknown as Config['profiles'] })
    ).toEqual([])
  })
})
