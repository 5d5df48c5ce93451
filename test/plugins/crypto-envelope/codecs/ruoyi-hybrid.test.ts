import {
  constants,
  createDecipheriv,
  generateKeyPairSync,
  privateDecrypt,
  publicEncrypt,
  randomBytes
} from 'node:crypto'
import { beforeAll, describe, expect, test } from 'vitest'
import { rsaDecrypt } from '../../../../src/plugins/crypto-envelope/codecs/rsa-password.ts'
import type { Profile } from '../../../../src/plugins/crypto-envelope/profiles.ts'
import type { SealedAnswer } from '../../../../src/plugins/crypto-envelope/service.ts'
import { buildProfile, failureOf, open } from '../build-profile.ts'
import { encrypt } from '../clients/partner.ts'

const context = { method: 'POST', path: '/login' }
const gateway = generateKeyPairSync('rsa', { modulusLength: 2048 })
const browser = generateKeyPairSync('rsa', { modulusLength: 2048 })
const base64 = (key: Buffer) => ({ key: key.toString('base64'), encoding: 'base64' }) as const
const keys = {
  in: { ...base64(gateway.privateKey.export({ format: 'der', type: 'pkcs8' })), use: 'open' },
  out: { ...base64(browser.publicKey.export({ format: 'der', type: 'spki' })), use: 'seal' }
} as const
const password = 'abcdefghijklmnopqrstuvwxyz012345'

/** What the front end of RuoYi-Vue-Plus does. Axios puts a text that is no JSON between quotes. */
function message(
  plaintext: string,
  sealedPassword = Buffer.from(Buffer.from(password).toString('base64')),
  key = gateway.publicKey
) {
  const encryptKey = publicEncrypt({ key, padding: constants.RSA_PKCS1_PADDING }, sealedPassword)
  const body = encrypt('aes-256-ecb', Buffer.from(password), null, Buffer.from(plaintext)).toString('base64')
  const headers = { 'encrypt-key': encryptKey.toString('base64') }
  return { body: Buffer.from(JSON.stringify(body)), context: { ...context, headers } }
}

/** A block as RSA raises it, without any padding of its own. */
function rawMessage(block: Buffer) {
  const settings = { key: gateway.publicKey, padding: constants.RSA_NO_PADDING }
  const headers = { 'encrypt-key': publicEncrypt(settings, block).toString('base64') }
  return { ...message('{}'), context: { ...context, headers } }
}

let profile: Profile
beforeAll(async () => {
  profile = await buildProfile({ codec: 'ruoyi-hybrid' }, keys)
})

test('a request is opened', async () => {
  expect((await open(profile, message('{"用户":"admin"}'))).value).toEqual({ 用户: 'admin' })
})

test('an answer is under a password of its own, in the header', async () => {
  const answered = { context, binding: {} }
  const seal = () => profile.codec.seal({ ok: 1 }, profile.ring.sealing('in')!, answered) as SealedAnswer
  const { body, headers } = seal()
  const sealedPassword = Buffer.from(headers?.['encrypt-key'] ?? '', 'base64')
  const block = privateDecrypt({ key: browser.privateKey, padding: constants.RSA_NO_PADDING }, sealedPassword)
  const key = Buffer.from(block.subarray(-44).toString(), 'base64')
  expect([key.length, block[block.length - 45]]).toEqual([32, 0])
  const decipher = createDecipheriv('aes-256-ecb', key, null)
  expect(decipher.update(body as string, 'base64', 'utf8') + decipher.final('utf8')).toBe('{"ok":1}')
  expect(seal().body).not.toBe(body)
})

test('another name for the header may be set', async () => {
  const renamed = await buildProfile({ codec: 'ruoyi-hybrid', options: { header: 'x-key' } }, keys)
  expect(await failureOf(renamed, message('{}'))).toBe('encoding')
})

test('with plain answers no key has to seal', async () => {
  const half = await buildProfile({ codec: 'ruoyi-hybrid', answers: 'plain' }, { in: keys.in })
  expect((await open(half, message('{}'))).kid).toBe('in')
})

describe('refused', () => {
  const sealed = message('{}')
  const at = (headers: object) => ({ ...sealed, context: { ...context, headers: { ...headers } } })
  test.each([
    ['no header', at({}), 'encoding'],
    ['no base64 in the header', at({ 'encrypt-key': '***' }), 'encoding'],
    ['two headers', at({ 'encrypt-key': 'AAAA, AAAA' }), 'format'],
    ['a short header', at({ 'encrypt-key': 'AAAA' }), 'cipher'],
    [
      'a header above the modulus',
      at({ 'encrypt-key': Buffer.alloc(256, 255).toString('base64') }),
      'cipher'
    ],
    ['another key', message('{}', undefined, browser.publicKey), 'cipher'],
    ['a password of 16 characters', message('{}', Buffer.from('A'.repeat(24))), 'cipher'],
    ['no body', { ...sealed, body: Buffer.alloc(0) }, 'encoding']
  ])('%s', async (_kind, refused, failure) => {
    expect(await failureOf(profile, refused)).toBe(failure)
  })
})

describe('the padding of RSA', () => {
  const text = Buffer.from(Buffer.from(password).toString('base64'))
  const block = Buffer.concat([
    Buffer.from([0, 2]),
    Buffer.alloc(256 - 3 - text.length, 7),
    Buffer.from([0]),
    text
  ])
  const changed = (index: number, value: number): Buffer => {
    const copy = Buffer.from(block)
    copy[index] = value
    return copy
  }

  test('is taken off', async () => {
    const { value } = await open(profile, rawMessage(block))
    expect(value).toEqual({})
  })

  // Whether it is the padding or the content that is wrong is what an attacker would want to know.
  test.each([
    ['another block type', changed(1, 1)],
    ['a zero in the padding', changed(100, 0)],
    ['a zero right at its beginning', changed(2, 0)],
    ['no zero before the text', changed(256 - text.length - 1, 7)]
  ])('that is wrong fails as wrong content does: %s', async (_kind, wrong) => {
    expect(await failureOf(profile, rawMessage(wrong))).toBe('cipher')
    const ciphertext = publicEncrypt({ key: gateway.publicKey, padding: constants.RSA_NO_PADDING }, wrong)
    const [one, two] = [1, 2].map(() => rsaDecrypt(gateway.privateKey, ciphertext, text.length))
    expect(one).toHaveLength(text.length)
    expect(one?.equals(two ?? text)).toBe(false)
  })

  test('gives back what any sender padded', () => {
    for (let round = 0; round < 20; round++) {
      const secret = randomBytes(44)
      const padded = publicEncrypt({ key: gateway.publicKey, padding: constants.RSA_PKCS1_PADDING }, secret)
      expect(rsaDecrypt(gateway.privateKey, padded, 44)).toEqual(secret)
    }
  })
})

describe('keys', () => {
  const der = (modulusLength: number) => {
    const pair = generateKeyPairSync('rsa', { modulusLength })
    return base64(pair.privateKey.export({ format: 'der', type: 'pkcs8' }))
  }
  const curve = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  test.each([
    ['of 1024 bits', { ...der(1024), use: 'open' }, 'has 1024 bits instead of 2048 or more'],
    [
      'on a curve',
      { ...base64(curve.privateKey.export({ format: 'der', type: 'pkcs8' })), use: 'open' },
      'is no RSA key'
    ],
    ['for both', { ...keys.in, use: 'both' }, 'is one of a pair'],
    ['that are public and shall open', { ...keys.out, use: 'open' }, 'is no private key in PEM, JWK or DER'],
    [
      'that are no keys',
      { key: 'AAAA', encoding: 'base64', use: 'open' },
      'is no private key in PEM, JWK or DER'
    ]
  ] as const)('%s are refused', async (_kind, key, problem) => {
    const build = buildProfile({ codec: 'ruoyi-hybrid', answers: 'plain' }, { k: key })
    await expect(build).rejects.toThrow(problem)
  })

  test.each(['pkcs8', 'pkcs1'] as const)('may be in PEM (%s)', async type => {
    const pem = gateway.privateKey.export({ format: 'pem', type }).toString()
    const build = await buildProfile(
      { codec: 'ruoyi-hybrid', answers: 'plain' },
      { k: { key: pem, encoding: 'utf8', use: 'open' } }
    )
    expect((await open(build, message('{}'))).kid).toBe('k')
  })
})
