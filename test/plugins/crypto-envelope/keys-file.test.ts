import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { checkSettings } from '../../../src/plugins/crypto-envelope/check.ts'
import { readKeysFile } from '../../../src/plugins/crypto-envelope/keys-file.ts'
import { defaults } from './build-profile.ts'
import { demonstrationKey } from './ecb-client.ts'

let directory: string
beforeAll(() => void (directory = mkdtempSync(join(tmpdir(), 'paifang-keys-'))))
afterAll(() => rmSync(directory, { recursive: true }))

function write(text: string | Buffer): string {
  const file = join(directory, 'keys')
  writeFileSync(file, text)
  return file
}

const secret = Buffer.alloc(32, 5).toString('base64')

describe('a keys file', () => {
  test.each([
    ['JSON', `{"a-1": {"key": "${secret}"}, "a-2": {"key": "text", "encoding": "utf8", "use": "open"}}`],
    ['YAML', `a-1: { key: ${secret} }\na-2:\n  key: text\n  encoding: utf8\n  use: open # the old one\n`]
  ])('may be %s; defaults are filled in', (_form, text) => {
    expect(readKeysFile(write(text))).toEqual({
      keys: {
        'a-1': { key: secret, encoding: 'base64', use: 'both' },
        'a-2': { key: 'text', encoding: 'utf8', use: 'open' }
      },
      problems: []
    })
  })

  test('that nobody names holds nothing', () => {
    expect(readKeysFile(undefined)).toEqual({ keys: {}, problems: [] })
  })

  test.each([
    ['broken', 'a: {key: "MY-SECRET', 'is neither JSON nor YAML, at line 1'],
    ['broken further down', 'a: {key: x}\nMY-SECRET: [\n', 'is neither JSON nor YAML, at line'],
    ['a key id twice', `a: {key: x}\na: {key: MY-SECRET}\n`, 'is neither JSON nor YAML, at line 2'],
    ['with an alias', 'a: &k {key: MY-SECRET}\nb: *k\n', 'has aliases'],
    ['a list', '[MY-SECRET]', 'is no object of keys by id'],
    ['a text', 'MY-SECRET', 'is no object of keys by id'],
    ['empty', '', 'is no object of keys by id'],
    ['with a key that is no object', 'a: MY-SECRET', "of 'a', must be object"],
    ['without the key itself', 'a: {use: open, encoding: utf8}', "of 'a', key is missing"],
    ['with a key that is no text', 'a: {key: 12345678}', "of 'a', key must be string"],
    ['with an empty key', 'a: {key: ""}', "of 'a', key must NOT have fewer than 1 characters"],
    [
      'with another use',
      'a: {key: MY-SECRET, use: MY-SECRET}',
      "of 'a', use must be one of both, open, seal"
    ],
    ['with a misspelt setting', 'a: {key: MY-SECRET, encodng: hex}', "of 'a', nothing is called encodng"],
    ['too large', `a: {key: ${'x'.repeat(1_048_577)}}`, 'is larger than 1 MiB']
  ])('that is %s is refused as a whole, and nothing is quoted', (_kind, text, message) => {
    const { keys, problems } = readKeysFile(write(text))
    expect(keys).toEqual({})
    expect(problems.map(problem => problem.message)).toEqual([expect.stringContaining(message)])
    expect(JSON.stringify(problems)).not.toMatch(/SECRET|12345678/)
  })

  test('that is not there is named', () => {
    const file = join(directory, 'nothing')
    expect(readKeysFile(file).problems).toEqual([
      { path: ['keysFile'], message: `${file} cannot be read: ENOENT` }
    ])
  })
})

describe('the settings are checked together with it', () => {
  const check = (text: string, settings: object = {}, production = false) =>
    checkSettings({ ...defaults, ...settings, keysFile: write(text) }, { production }).map(
      ({ path, message }) => `${path.join('.')}: ${message}`
    )

  test('its keys serve profiles, and those left over the default one', () => {
    const text = `{"a": {"key": "${secret}"}, "b": {"key": "0123456789abcdef", "encoding": "utf8"}}`
    expect(check(text, { profiles: { p: { codec: 'aes-ecb', keys: ['b'] } } })).toEqual([])
  })

  test.each([
    [
      'a key that is wrong',
      '{"a": {"key": "AAAA"}}',
      {},
      "keysFile: key of 'a' is no key for aes-256-gcm: it has 3 bytes instead of 32"
    ],
    ['a name that is none', `{"2026": {"key": "${secret}"}}`, {}, "keysFile: '2026' is no name"],
    [
      'a key that the settings have too',
      `{"a": {"key": "${secret}"}}`,
      { keys: { a: { key: secret, encoding: 'base64', use: 'both' } } },
      "keysFile: 'a' is in `keys` too"
    ],
    [
      'the name of the legacy key',
      `{"legacy": {"key": "${secret}"}}`,
      { legacyKey: 'a key of my own!' },
      'keysFile: the name `legacy` is taken by legacyKey'
    ]
  ])('%s is refused', (_kind, text, settings, message) => {
    expect(check(text, settings)).toContainEqual(expect.stringContaining(message))
  })

  test('the demonstration key is refused in production', () => {
    const text = `{"b": {"key": "${demonstrationKey}", "encoding": "utf8"}}`
    const settings = { profiles: { p: { codec: 'aes-ecb', keys: ['b'] } } }
    expect(check(text, settings)).toEqual([])
    expect(check(text, settings, true)).toEqual(['keysFile: is the demonstration key, which everybody knows'])
  })
})
