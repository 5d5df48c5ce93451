import { expect, test } from 'vitest'
import { checkSettings } from '../../../src/plugins/wechat-scan/config-check.ts'
import { Config, type ScanSettings } from '../../../src/plugins/wechat-scan/config.ts'
import { inputView, validate } from '../../../src/core/index.ts'

const account = {
  appId: 'wx1',
  appSecret: 'secret',
  token: 'token',
  encodingAesKey: 'a'.repeat(43),
  mode: 'secure' as const
}

function problems(settings: Partial<ScanSettings>, production = false): string[] {
  const all = { ...settings }
  expect(validate(inputView(Config), all)).toEqual([])
  return checkSettings(all as ScanSettings, { production }).map(
    ({ path, message }) => `${path.join('.')} ${message}`
  )
}

test('no account at all is fine, and so is a whole one', () => {
  expect(problems({})).toEqual([])
  expect(problems(account, true)).toEqual([])
  expect(problems({ ...account, encodingAesKey: '', mode: 'plain' })).toEqual([])
})

test('half an account is not, and each missing part is named', () => {
  expect(problems({ appId: 'wx1' })).toEqual([
    'appSecret is missing, while the account has other members',
    'token is missing, while the account has other members',
    'encodingAesKey is missing: mode is secure'
  ])
  const half = { ...account, name: 'shop', appSecret: '' }
  expect(problems({ accounts: [half] })).toEqual([
    'accounts.0.appSecret is missing, while the account has other members'
  ])
})

test('two accounts cannot have one name, nor can one be called default', () => {
  const shop = { ...account, name: 'shop' }
  expect(problems({ accounts: [shop, shop] })).toEqual(["accounts.1.name 'shop' is taken"])
  expect(problems({ accounts: [{ ...shop, name: 'default' }] })).toEqual([
    "accounts.0.name 'default' is taken"
  ])
})

test('production refuses to take pushes of any time', () => {
  expect(problems({ freshnessS: 0 })).toEqual([])
  expect(problems({ freshnessS: 0 }, true)[0]).toContain('freshnessS is 0')
})

test('the profile compat needs its token, in production a long one', () => {
  expect(problems({ profile: 'compat' })).toEqual(['sseToken is missing: the profile compat asks for it'])
  expect(problems({ profile: 'compat', sseToken: 'short' })).toEqual([])
  expect(problems({ profile: 'compat', sseToken: 'short' }, true)[0]).toContain('shorter than 16')
  expect(problems({ clientSecret: 'short' }, true)[0]).toContain('clientSecret is shorter')
})

test('the page for phones needs an address', () => {
  expect(problems({ confirm: 'page' })[0]).toContain('publicUrl is missing')
  expect(problems({ confirm: 'page', publicUrl: 'https://login.example' })).toEqual([])
})

test('URLs and origins are checked', () => {
  expect(problems({ apiBase: 'ftp://x' })[0]).toContain('apiBase is no http')
  expect(problems({ forwardUrl: 'https://user:password@x' })[0]).toContain('forwardUrl')
  expect(problems({ origins: ['https://a.example', '*', 'https://a.example/'] })).toEqual([
    "origins.1 '*' is not an origin",
    "origins.2 'https://a.example/' is not an origin"
  ])
})

test('the name of the site cannot be markup in a chat', () => {
  expect(validate(inputView(Config), { siteName: '<a href="x">' })).not.toEqual([])
})
