import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { ProfileSettings } from '../../../../src/plugins/crypto-envelope/config.ts'
import type { Profile } from '../../../../src/plugins/crypto-envelope/profiles.ts'
import type { SealedAnswer } from '../../../../src/plugins/crypto-envelope/service.ts'
import { buildProfile, failureOf, open } from '../build-profile.ts'

type Encoding = 'base64' | 'base64url' | 'hex'

const context = { method: 'POST', path: '/v1/echo' }
const text = '0123456789abcdef'
const utf8 = (key: string) => ({ k: { key, encoding: 'utf8', use: 'both' } }) as const

function build(codec: ProfileSettings['codec'], options: object = {}, key = text): Promise<Profile> {
  return buildProfile({ codec, options: { ...options } }, utf8(key))
}

function answer({ codec, ring }: Profile, value: unknown): SealedAnswer['body'] {
  const sealed = codec.seal(value, ring.sealing('k')!, { context, binding: {} }) as SealedAnswer
  return sealed.body
}

function send(profile: Profile, body: string | Buffer): Promise<unknown> {
  return open(profile, { body: Buffer.from(body as string), context }).then(({ value }) => value)
}

/** What a partner does: CBC or, without an initialization vector, ECB. */
function encrypt(
  key: Buffer | string,
  iv: Buffer | string | null,
  plaintext: string | Buffer,
  padding = true
) {
  const name = `aes-${Buffer.from(key as string).length * 8}-${iv === null ? 'ecb' : 'cbc'}`
  const cipher = createCipheriv(name, key, iv).setAutoPadding(padding)
  return Buffer.concat([cipher.update(plaintext), cipher.final()])
}

function decrypt(key: Buffer | string, iv: Buffer | string | null, sealed: Buffer, padding = true): Buffer {
  const name = `aes-${Buffer.from(key as string).length * 8}-${iv === null ? 'ecb' : 'cbc'}`
  const decipher = createDecipheriv(name, key, iv).setAutoPadding(padding)
  return Buffer.concat([decipher.update(sealed), decipher.final()])
}

describe.each<Encoding>(['base64', 'base64url', 'hex'])('in %s', encoding => {
  test('aes-ecb goes there and back', async () => {
    const profile = await build('aes-ecb', { encoding })
    expect(await send(profile, encrypt(text, null, '{"a":"值"}').toString(encoding))).toEqual({ a: '值' })
    const sealed = Buffer.from(answer(profile, { b: [1] }) as string, encoding)
    expect(decrypt(text, null, sealed).toString()).toBe('{"b":[1]}')
  })

  test('aes-cbc with the IV in front goes there and back', async () => {
    const profile = await build('aes-cbc', { encoding })
    const iv = randomBytes(16)
    const body = Buffer.concat([iv, encrypt(text, iv, '{"a":1}')]).toString(encoding)
    expect(await send(profile, body)).toEqual({ a: 1 })
    const sealed = Buffer.from(answer(profile, { b: 2 }) as string, encoding)
    expect(decrypt(text, sealed.subarray(0, 16), sealed.subarray(16)).toString()).toBe('{"b":2}')
  })
})

describe('the initialization vector', () => {
  const zero = Buffer.alloc(16)
  test.each([
    ['zero', {}, zero],
    ['fixed', { fixedIv: 'abcdefghijklmnop' }, Buffer.from('abcdefghijklmnop')],
    [
      'fixed',
      { fixedIv: '00112233445566778899aAbBcCdDeEfF' },
      Buffer.from('00112233445566778899aabbccddeeff', 'hex')
    ],
    ['key', {}, Buffer.from(text)]
  ])('may be %s', async (iv, options, vector) => {
    const profile = await build('aes-cbc', { iv, ...options })
    expect(await send(profile, encrypt(text, vector, '{"a":1}').toString('base64'))).toEqual({ a: 1 })
    const sealed = Buffer.from(answer(profile, { b: 2 }) as string, 'base64')
    expect(decrypt(text, vector, sealed).toString()).toBe('{"b":2}')
  })

  test('is the beginning of a key that is longer', async () => {
    const profile = await build('aes-cbc', { iv: 'key' }, text.repeat(2))
    const body = encrypt(text.repeat(2), text, '{"a":1}').toString('base64')
    expect(await send(profile, body)).toEqual({ a: 1 })
  })

  test.each([
    [{}, ['iv', 'data']],
    [{ ivField: 'nonce', dataField: 'encryptData' }, ['nonce', 'encryptData']]
  ])('may be in a field: %j', async (options, [ivField = '', dataField = '']) => {
    const profile = await build('aes-cbc', { iv: 'field', ...options })
    const iv = randomBytes(16)
    const data = encrypt(text, iv, '{"a":1}').toString('base64')
    const message = { [ivField]: iv.toString('base64'), [dataField]: data, appId: 'x' }
    expect(await send(profile, JSON.stringify(message))).toEqual({ a: 1 })
    const sealed = answer(profile, { b: 2 }) as Record<string, string>
    expect(Object.keys(sealed)).toEqual([ivField, dataField])
    const vector = Buffer.from(sealed[ivField] ?? '', 'base64')
    expect(decrypt(text, vector, Buffer.from(sealed[dataField] ?? '', 'base64')).toString()).toBe('{"b":2}')
  })

  test.each(['prefix', 'field'])('in the %s is new for each answer', async iv => {
    const profile = await build('aes-cbc', { iv })
    expect(answer(profile, { a: 1 })).not.toEqual(answer(profile, { a: 1 }))
  })
})

describe('the key', () => {
  const password = 'a password of any length'
  const md5 = createHash('md5').update(password).digest('hex')
  test.each([
    ['none', text.repeat(2), text.repeat(2)],
    ['none', text.slice(0, 8).repeat(3), text.slice(0, 8).repeat(3)],
    ['md5', password, Buffer.from(md5, 'hex')],
    ['md5-hex', password, md5],
    ['md5-hex-0-16', password, md5.slice(0, 16)],
    ['md5-hex-8-24', password, md5.slice(8, 24)],
    ['sha256', password, createHash('sha256').update(password).digest()]
  ])('may be derived: %s', async (derive, key, aesKey) => {
    for (const codec of ['aes-ecb', 'aes-cbc'] as const) {
      const iv = codec === 'aes-ecb' ? null : Buffer.alloc(16)
      const options = { derive, ...(iv && { iv: 'zero' }) }
      const profile = await build(codec, options, key)
      expect(await send(profile, encrypt(aesKey, iv, '{"a":1}').toString('base64'))).toEqual({ a: 1 })
    }
  })

  test.each([
    ['15 bytes', {}, text.slice(1), 'has 15 bytes instead of 16, 24 or 32'],
    ['zeros', {}, '\0'.repeat(16), 'is all zero bytes'],
    ['zeros, derived', { derive: 'sha256' }, '\0', 'is all zero bytes']
  ])('of %s is refused', async (_kind, options, key, message) => {
    await expect(build('aes-cbc', options, key)).rejects.toThrow(message)
  })
})

describe('zero padding', () => {
  test.each(['{"a":1}', '{"a":"12345678"}'])('of %s goes there and back', async plaintext => {
    const profile = await build('aes-cbc', { padding: 'zero', iv: 'zero' })
    const padded = Buffer.concat([Buffer.from(plaintext), Buffer.alloc(-plaintext.length & 15)])
    const body = encrypt(text, Buffer.alloc(16), padded, false)
    expect(await send(profile, body.toString('base64'))).toEqual(JSON.parse(plaintext))
    expect(answer(profile, JSON.parse(plaintext))).toBe(body.toString('base64'))
  })
})

describe('the text of a message', () => {
  const sealed = encrypt(text, null, '{"a":"so long that base64 is longer than one line of 76 characters"}')
  const base64 = sealed.toString('base64')
  const wrapped = base64.replaceAll(/.{76}/g, line => `${line}\r\n`)
  test.each([
    ['white space around it', ` ${base64}\n`],
    ['lines of 76 characters', wrapped],
    ['the quotes of a JSON string', `"${base64}"`]
  ])('may have %s', async (_kind, body) => {
    expect(await send(await build('aes-ecb'), body)).toHaveProperty('a')
  })

  test('in base64url may be padded', async () => {
    const profile = await build('aes-ecb', { encoding: 'base64url' })
    const body = encrypt(text, null, '{"a":1}').toString('base64url')
    expect(await send(profile, `${body}==`)).toEqual({ a: 1 })
  })

  test.each([
    ['nothing', 'aes-ecb', {}, '', 'encoding'],
    ['quotes around nothing', 'aes-ecb', {}, '""', 'encoding'],
    ['a stray character', 'aes-ecb', {}, `${base64.slice(0, -1)}*`, 'encoding'],
    ['the other alphabet', 'aes-ecb', {}, `-_${base64.slice(2)}`, 'encoding'],
    ['missing padding', 'aes-ecb', {}, Buffer.alloc(32, 1).toString('base64').slice(0, -1), 'encoding'],
    ['odd hexadecimal', 'aes-ecb', { encoding: 'hex' }, 'abc', 'encoding'],
    ['no whole block', 'aes-ecb', {}, 'AAAA', 'cipher'],
    ['wrong padding', 'aes-ecb', {}, Buffer.alloc(32, 1).toString('base64'), 'cipher'],
    ['nothing behind the IV', 'aes-cbc', {}, Buffer.alloc(16).toString('base64'), 'format'],
    ['less than an IV', 'aes-cbc', {}, 'AAAA', 'format'],
    ['no JSON around an IV field', 'aes-cbc', { iv: 'field' }, base64, 'format'],
    ['no data beside the IV', 'aes-cbc', { iv: 'field' }, '{"iv":"AAAA"}', 'format'],
    ['a short IV in a field', 'aes-cbc', { iv: 'field' }, '{"iv":"AAAA","data":"AAAA"}', 'format'],
    ['an IV that is no text', 'aes-cbc', { iv: 'field' }, '{"iv":1,"data":"AAAA"}', 'format'],
    ['no JSON inside', 'aes-ecb', {}, encrypt(text, null, 'hello').toString('base64'), 'content'],
    [
      'only zeros',
      'aes-cbc',
      { padding: 'zero', iv: 'zero' },
      encrypt(text, Buffer.alloc(16), Buffer.alloc(16), false).toString('base64'),
      'content'
    ]
  ] as const)('with %s is refused', async (_kind, codec, options, body, failure) => {
    expect(await failureOf(await build(codec, options), { body: Buffer.from(body), context })).toBe(failure)
  })

  test('any bytes are opened or refused, and nothing else', async () => {
    const profiles = await Promise.all([
      build('aes-ecb'),
      build('aes-cbc'),
      build('aes-cbc', { iv: 'field' })
    ])
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 80 }), fc.boolean(), async (bytes, encoded) => {
        const body = Buffer.from(encoded ? Buffer.from(bytes).toString('base64') : bytes)
        for (const profile of profiles)
          expect(await failureOf(profile, { body, context })).toMatch(/encoding|format|cipher|content/)
      }),
      { numRuns: 300 }
    )
  })
})

test('a message that names no key is tried with the current and the previous one, not with a third', async () => {
  const keys = { a: 'A'.repeat(16), b: 'B'.repeat(16), c: 'C'.repeat(16) }
  const settings = Object.fromEntries(
    Object.entries(keys).map(([kid, key]) => [kid, { key, encoding: 'utf8', use: 'both' } as const])
  )
  const profile = await buildProfile({ codec: 'aes-ecb' }, settings)
  const under = (key: string) => ({ body: Buffer.from(encrypt(key, null, '{}').toString('base64')), context })
  expect((await open(profile, under(keys.a))).kid).toBe('a')
  expect((await open(profile, under(keys.b))).kid).toBe('b')
  expect(await failureOf(profile, under(keys.c))).toBe('cipher')
})

describe('options that cannot work', () => {
  test.each([
    [{ iv: 'fixed' }, '`iv: fixed` needs `fixedIv`'],
    [{ fixedIv: text }, '`fixedIv` is for `iv: fixed` only'],
    [{ iv: 'random' }, 'iv must be one of prefix, field, zero, fixed, key'],
    [{ fixedIv: 'short', iv: 'fixed' }, 'fixedIv must match pattern'],
    [{ encodng: 'hex' }, 'nothing is called encodng']
  ])('%j', async (options, message) => {
    await expect(build('aes-cbc', options)).rejects.toThrow(message)
  })
})
