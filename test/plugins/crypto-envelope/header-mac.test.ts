import { createHmac } from 'node:crypto'
import { beforeAll, describe, expect, test } from 'vitest'
import type { KeySettings } from '../../../src/plugins/crypto-envelope/config.ts'
import type { Profile } from '../../../src/plugins/crypto-envelope/profiles.ts'
import { buildProfile, failureOf, now, open } from './build-profile.ts'
import { authenticate, encrypt } from './clients/partner.ts'

const key = '0123456789abcdef'
const macKey = 'a second secret, of 35 ASCII letters'
const keys = { k: { key, encoding: 'utf8', use: 'both', macKey } } as const
const context = { method: 'POST', path: '/getCode' }
const plain = {
  body: encrypt('aes-128-ecb', Buffer.from(key), null, Buffer.from('{"str":"hello"}')),
  context
}
const hexBody = { ...plain, body: Buffer.from(plain.body.toString('hex')) }

describe.each(['sha256', 'sm3'] as const)('HMAC-%s', hash => {
  let profile: Profile
  beforeAll(async () => {
    profile = await buildProfile({ codec: 'mysql-ecb-hex', hmac: hash }, keys)
  })
  const sent = authenticate(hexBody, hash, { kid: 'k', macKey }, now)

  test('a request is opened, with what tells a replay', async () => {
    expect(await open(profile, sent)).toMatchObject({
      kid: 'k',
      value: { str: 'hello' },
      freshness: { ts: now, nonce: sent.context.headers?.['envelope-nonce'] }
    })
  })

  test('an answer is authenticated together with the nonce of its request', async () => {
    const { binding } = await open(profile, sent)
    const answered = { context, binding }
    const { body, headers = {} } = await profile.codec.seal({ a: 1 }, profile.ring.sealing('k')!, answered)
    const {
      'envelope-key-id': kid = '',
      'envelope-timestamp': ts = '',
      'envelope-nonce': nonce = '',
      'envelope-mac': mac
    } = headers
    expect([kid, ts]).toEqual(['k', String(now)])
    const request = sent.context.headers?.['envelope-nonce'] as string
    const text = `HMAC-${hash.toUpperCase()}\n${kid}\n${ts}\n${nonce}\nPOST\n/getCode\nres\n${request}\n${body as string}`
    expect(mac).toBe(createHmac(hash, macKey).update(text).digest('hex'))
    // The same headers and the same body, sent back, are no request.
    expect(
      await failureOf(profile, { body: Buffer.from(body as string), context: { ...context, headers } })
    ).toBe('mac')
  })

  test('nothing is decrypted before the MAC is right', async () => {
    const headers = { ...sent.context.headers, 'envelope-mac': '0'.repeat(64) }
    const garbage = { body: Buffer.from('not even hexadecimal'), context: { ...context, headers } }
    expect(await failureOf(profile, garbage)).toBe('mac')
  })

  test('white space around the body, which alone would not matter, does', async () => {
    expect(await failureOf(profile, { ...sent, body: Buffer.from(`${sent.body.toString()}\n`) })).toBe('mac')
  })

  test.each([
    ['no headers', {}, 'format'],
    ['no key id', { 'envelope-key-id': undefined }, 'format'],
    ['an unknown key id', { 'envelope-key-id': 'other' }, 'key'],
    ['a key id with a colon', { 'envelope-key-id': 'k:1' }, 'format'],
    ['a time in seconds', { 'envelope-timestamp': '1767225600' }, 'format'],
    ['a later time', { 'envelope-timestamp': String(now + 1) }, 'mac'],
    ['a short nonce', { 'envelope-nonce': '123456789012345' }, 'format'],
    ['a long nonce', { 'envelope-nonce': 'x'.repeat(65) }, 'format'],
    ['another nonce', { 'envelope-nonce': 'x'.repeat(32) }, 'mac'],
    ['a short MAC', { 'envelope-mac': '00' }, 'format'],
    ['two MACs', { 'envelope-mac': `${'0'.repeat(64)}, ${'0'.repeat(64)}` }, 'format']
  ])('%s is refused', async (_kind, changes: Record<string, string | undefined>, failure) => {
    const none = Object.keys(changes).length === 0
    const headers = none ? {} : { ...sent.context.headers, ...changes }
    expect(await failureOf(profile, { ...sent, context: { ...context, headers } })).toBe(failure)
  })

  test.each([
    ['path', { path: '/getcode' }],
    ['method', { method: 'PUT' }]
  ])('another %s is refused', async (_kind, changes) => {
    expect(await failureOf(profile, { ...sent, context: { ...sent.context, ...changes } })).toBe('mac')
  })
})

test('the key that a request names opens it, though it is not the current one', async () => {
  const old = { ...keys.k, key: 'fedcba9876543210' }
  const profile = await buildProfile(
    { codec: 'mysql-ecb-hex', hmac: 'sha256' },
    { new: old, other: old, k: keys.k }
  )
  expect((await open(profile, authenticate(hexBody, 'sha256', { kid: 'k', macKey }, now))).kid).toBe('k')
})

describe('settings that cannot work', () => {
  test.each([
    [
      'a format that authenticates by itself',
      { codec: 'aes-256-gcm' },
      {},
      'aes-256-gcm takes no hmac: it authenticates by itself'
    ],
    [
      'a format with a part in a header',
      { codec: 'ruoyi-hybrid' },
      {},
      'ruoyi-hybrid takes no hmac: the body is not all of its message'
    ],
    ['no second secret', { codec: 'mysql-ecb-hex' }, { macKey: undefined }, "macKey of 'k' is missing"],
    [
      'a short second secret',
      { codec: 'mysql-ecb-hex' },
      { macKey: '密钥密钥密' },
      "macKey of 'k' has 15 bytes instead of 16 or more"
    ],
    [
      'the same secret twice',
      { codec: 'mysql-ecb-hex' },
      { macKey: key },
      "macKey of 'k' must be another secret than the key"
    ]
  ] as const)('%s', async (_kind, settings, changes, message) => {
    const k = { ...keys.k, ...changes } as KeySettings
    const build = buildProfile({ ...settings, hmac: 'sha256' }, { k })
    await expect(build).rejects.toThrow(message)
  })
})
