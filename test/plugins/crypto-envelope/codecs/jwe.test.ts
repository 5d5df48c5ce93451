import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { compactDecrypt, CompactEncrypt, decodeProtectedHeader } from 'jose'
import { describe, expect, test } from 'vitest'
import type { ProfileSettings } from '../../../../src/plugins/crypto-envelope/config.ts'
import type { Profile } from '../../../../src/plugins/crypto-envelope/profiles.ts'
import { buildProfile, failureOf, now, open } from '../build-profile.ts'
import { hexKey } from '../clients/formats.ts'
import { sealJwe } from '../clients/jwe.ts'

const at = { method: 'POST', path: '/v1/echo', ts: now }
const key = Buffer.alloc(32, 5)
const direct = { alg: 'dir', enc: 'A256GCM', kid: 'k' }

function build(options: object = {}, answers: ProfileSettings['answers'] = 'sealed'): Promise<Profile> {
  return buildProfile({ codec: 'jwe', options: { ...options }, answers }, { k: hexKey(key) })
}

describe.each([
  ['dir', 'A256GCM', 32],
  ['dir', 'A128GCM', 16],
  ['dir', 'A128CBC-HS256', 32],
  ['dir', 'A256CBC-HS512', 64],
  ['A256KW', 'A128GCM', 32]
])('%s and %s', (alg, enc, bytes) => {
  const secret = Buffer.alloc(bytes, 5)

  test('goes there and back, bound to its request', async () => {
    const profile = await buildProfile({ codec: 'jwe', options: { alg, enc } }, { k: hexKey(secret) })
    const sent = await sealJwe(secret, '{"a":"值"}', at, { alg, enc })
    const { value, binding, freshness } = await open(profile, sent)
    expect([value, freshness]).toEqual([{ a: '值' }, { ts: now, nonce: binding['jti'] }])
    const { body } = await profile.codec.seal([1, 2], profile.ring.sealing('k')!, { context: at, binding })
    const { plaintext, protectedHeader } = await compactDecrypt(body as string, secret)
    expect(Buffer.from(plaintext).toString()).toBe('[1,2]')
    expect(protectedHeader).toEqual({ alg, enc, kid: 'k', iat: now / 1000, rid: binding['jti'] })
  })

  test('takes a key of the right length only', async () => {
    const wrong = buildProfile(
      { codec: 'jwe', options: { alg, enc } },
      { k: hexKey(Buffer.alloc(bytes + 1, 5)) }
    )
    await expect(wrong).rejects.toThrow(`has ${bytes + 1} bytes instead of ${bytes}`)
  })
})

describe('ECDH-ES', () => {
  const make = (type: 'P-256' | 'P-384' | 'P-521' | 'x25519') =>
    type === 'x25519' ? generateKeyPairSync('x25519') : generateKeyPairSync('ec', { namedCurve: type })
  const settings = (secret: KeyObject, use: 'open' | 'seal') => {
    const exported = secret.export({ format: 'jwk' })
    return { key: JSON.stringify(exported), encoding: 'utf8', use } as const
  }

  test.each(['P-256', 'P-384', 'P-521', 'x25519'] as const)(
    'on %s: a key of ours opens, one of theirs seals',
    async type => {
      const [ours, theirs] = [make(type), make(type)]
      const keys = { in: settings(ours.privateKey, 'open'), out: settings(theirs.publicKey, 'seal') }
      const profile = await buildProfile({ codec: 'jwe', options: { alg: 'ECDH-ES' } }, keys)
      const sent = await sealJwe(ours.publicKey, '{"a":1}', at, { alg: 'ECDH-ES', enc: 'A256GCM' })
      const { kid, value, binding } = await open(profile, sent)
      expect([kid, value]).toEqual(['in', { a: 1 }])
      const { body } = await profile.codec.seal({ b: 2 }, profile.ring.sealing(kid)!, {
        context: at,
        binding
      })
      const { plaintext, protectedHeader } = await compactDecrypt(body as string, theirs.privateKey)
      expect([Buffer.from(plaintext).toString(), protectedHeader['kid']]).toEqual(['{"b":2}', 'out'])
    }
  )

  test('on another curve is refused', async () => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'secp256k1' })
    const wrong = buildProfile(
      { codec: 'jwe', options: { alg: 'ECDH-ES' }, answers: 'plain' },
      { k: settings(privateKey, 'open') }
    )
    await expect(wrong).rejects.toThrow('is on none of the curves P-256, P-384, P-521 and X25519')
  })
})

describe('refused', () => {
  const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  test.each<[string, () => Promise<{ body: Buffer }>, string]>([
    ['another alg', () => sealJwe(key, '{}', at, { ...direct, alg: 'A256KW' }), 'algorithm'],
    ['a public key’s alg', () => sealJwe(publicKey, '{}', at, { ...direct, alg: 'ECDH-ES' }), 'algorithm'],
    ['another enc', () => sealJwe(key, '{}', at, { ...direct, enc: 'A128CBC-HS256' }), 'algorithm'],
    ['an unknown kid', () => sealJwe(key, '{}', at, { ...direct, kid: 'nobody' }), 'key'],
    ['a kid that is no text', () => sealJwe(key, '{}', at, { ...direct, kid: 1 }), 'key'],
    ['no iat', () => sealJwe(key, '{}', at, { ...direct, iat: undefined }), 'format'],
    ['an iat with a fraction', () => sealJwe(key, '{}', at, { ...direct, iat: 1.5 }), 'format'],
    ['no jti', () => sealJwe(key, '{}', at, { ...direct, jti: undefined }), 'format'],
    ['a short jti', () => sealJwe(key, '{}', at, { ...direct, jti: 'short' }), 'format'],
    [
      'a jti that could be two keys of the store',
      () => sealJwe(key, '{}', at, { ...direct, jti: 'k:12345678' }),
      'format'
    ],
    ['no path', () => sealJwe(key, '{}', at, { ...direct, path: undefined }), 'context'],
    ['another path', () => sealJwe(key, '{}', at, { ...direct, path: '/v1/other' }), 'context'],
    ['another method', () => sealJwe(key, '{}', at, { ...direct, method: 'PUT' }), 'context'],
    ['no JSON inside', () => sealJwe(key, 'hello', at, direct), 'content'],
    ['four parts', async () => ({ body: Buffer.from('a.b.c.d') }), 'encoding'],
    ['no header', async () => ({ body: Buffer.from('....') }), 'encoding'],
    ['a header that is no JSON', async () => ({ body: Buffer.from('YQ..YQ.YQ.YQ') }), 'format'],
    ['nothing', async () => ({ body: Buffer.alloc(0) }), 'encoding']
  ])('%s', async (_kind, make, failure) => {
    const { body } = await make()
    expect(await failureOf(await build(), { body, context: at })).toBe(failure)
  })

  // A small message that becomes a large one, or one that means something else to a library that knows more.
  test.each([
    ['compressed', { zip: 'DEF' }],
    ['with an extension that must be understood', { crit: ['exp'], exp: 1 }]
  ])('a token that is %s', async (_kind, more) => {
    const { body } = await sealJwe(key, '{}', at, direct)
    const [first = '', ...rest] = body.toString().split('.')
    const header = JSON.parse(Buffer.from(first, 'base64url').toString()) as object
    const changed = Buffer.from(JSON.stringify({ ...header, ...more })).toString('base64url')
    const token = Buffer.from([changed, ...rest].join('.'))
    expect(await failureOf(await build(), { body: token, context: at })).toBe('cipher')
  })

  test('an answer taken for a request', async () => {
    const profile = await build()
    const { binding } = await open(profile, await sealJwe(key, '{}', at, direct))
    const answer = await profile.codec.seal({}, profile.ring.sealing('k')!, { context: at, binding })
    const message = { body: Buffer.from(answer.body as string), context: at }
    expect(await failureOf(profile, message)).toBe('format')
  })
})

test('unbound, any token with the right algorithms is opened, and nothing tells a replay', async () => {
  const profile = await build({ bound: false })
  const token = await new CompactEncrypt(Buffer.from('{"a":1}'))
    .setProtectedHeader({ alg: 'dir', enc: 'A256GCM' })
    .encrypt(key)
  const opened = await open(profile, { body: Buffer.from(` ${token}\n`), context: at })
  expect([opened.value, opened.freshness]).toEqual([{ a: 1 }, undefined])
  const { body } = await profile.codec.seal({}, profile.ring.sealing('k')!, { context: at, binding: {} })
  expect(decodeProtectedHeader(body as string)).toEqual({ alg: 'dir', enc: 'A256GCM', kid: 'k' })
})

test('a value opened by another codec is not sealed', async () => {
  const profile = await build()
  const seal = profile.codec.seal({}, profile.ring.sealing('k')!, { context: at, binding: {} })
  await expect(seal).rejects.toThrow('not opened by this codec')
})
