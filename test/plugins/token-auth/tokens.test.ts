import { generateKeyPairSync } from 'node:crypto'
import { exportJWK, SignJWT, UnsecuredJWT, decodeJwt, decodeProtectedHeader, type JWTPayload } from 'jose'
import { expect, test } from 'vitest'
import { forge, outcomeOf, secret, startRig, type Rig } from './rig.ts'

const expired = '401 auth.token_expired'
const invalid = '401 auth.token_invalid'

/** Good claims of another issuer. */
function claims(rig: Rig, more: JWTPayload = {}): JWTPayload {
  const now = Math.floor(rig.clock.now() / 1_000)
  return { sub: 'eve', scopes: ['user'], iat: now, exp: now + 60, ...more }
}

test('a name and a password give a token that opens what the scopes permit', async () => {
  await using rig = await startRig()
  const issued = await rig.login()
  expect(issued).toMatchObject({ tokenType: 'Bearer', expiresIn: 7_200, scopes: ['user'] })
  const answer = await rig.inject({ url: '/v1/order', headers: { authorization: `bearer ${issued.token}` } })
  expect(answer.json()).toEqual({
    principal: { id: 'ann', kind: 'user', scopes: ['user'], sessionId: expect.any(String) }
  })
  const { exp, iat, ...rest } = decodeJwt(issued.token)
  expect(rest).toMatchObject({ sub: 'ann', scopes: ['user'], ver: 0, jti: expect.any(String) })
  expect((exp ?? 0) - (iat ?? 0)).toBe(7_200)
})

test('in the dialect of the original: 1003 for a wrong password and without a token, 10032 and 10031', async () => {
  await using rig = await startRig({ config: {} })
  const flask = { accept: 'application/vnd.paifang.flask+json' }
  const wrong = { username: 'ann', password: 'wrong' }
  const failed = await rig.inject({
    method: 'POST',
    url: '/v1/token',
    payload: wrong,
    headers: { accept: '*/*' }
  })
  expect(failed.json()).toMatchObject({ code: 1003, error_code: 1003 })
  const code = async (authorization?: string) => {
    const headers = { ...flask, ...(authorization !== undefined && { authorization }) }
    return (await rig.inject({ url: '/v1/order', headers })).json<{ code: number }>().code
  }
  const { token } = await rig.login()
  expect([await code(), await code(`Bearer ${token}`), await code(`Bearer ${token}x`)]).toEqual([
    1003, 200, 10_031
  ])
  await rig.clock.advance(7_206_000)
  expect(await code(`Bearer ${token}`)).toBe(10_032)
})

test('a token is good for five seconds longer than it says, since clocks differ, and no more', async () => {
  await using rig = await startRig()
  const { token } = await rig.login()
  await rig.clock.advance(7_204_999)
  expect(await rig.get('/v1/order', token)).toBe('200')
  await rig.clock.advance(1)
  expect(await rig.get('/v1/order', token)).toBe(expired)
})

test('expired and wrong is wrong', async () => {
  await using rig = await startRig({ config: { issuer: 'paifang' } })
  const old = claims(rig, { exp: 1_000 })
  expect(await rig.get('/v1/order', await forge({ ...old, iss: 'paifang' }))).toBe(expired)
  expect(await rig.get('/v1/order', await forge(old))).toBe(invalid)
  expect(await rig.get('/v1/order', await forge({ ...old, iss: 'paifang' }, { key: 'x'.repeat(32) }))).toBe(
    invalid
  )
})

test.each<[string, Readonly<Record<string, unknown>>]>([
  ['without a subject', { sub: undefined }],
  ['with an empty subject', { sub: '' }],
  ['with a number as the subject', { sub: 5 }],
  ['without an end', { exp: undefined }],
  ['with a text as its end', { exp: 'tomorrow' }],
  ['that was issued in the future', { iat: 4_000_000_000, exp: 4_000_000_060 }],
  ['that is not good yet', { nbf: 4_000_000_000 }],
  ['with scopes that are no list', { scopes: 'user' }],
  ['with scopes that are no texts', { scopes: [1] }],
  ['with scopes without end', { scopes: Array.from({ length: 300 }, () => 'user') }],
  ['of a kind that there is not', { kind: 'god' }],
  ['of a listed user who is not listed', { kind: 'user' }],
  ['with a version that is no number', { ver: 'x' }],
  ['with a session that is no text', { sid: {} }]
])('a token %s is invalid', async (_, more) => {
  await using rig = await startRig()
  const changed = Object.entries({ ...claims(rig), ...more }).filter(([, value]) => value !== undefined)
  expect(await rig.get('/v1/order', await forge(Object.fromEntries(changed)))).toBe(invalid)
})

test.each(['', 'x', 'a.b', 'a.b.c', '..', 'x'.repeat(9_000), 'a b'])('%.20j is no token', async text => {
  await using rig = await startRig()
  expect(await rig.get('/v1/order', text)).toBe(invalid)
})

test('the algorithm is the one of the settings, whatever a token says', async () => {
  await using rig = await startRig()
  const good = claims(rig)
  const none = new UnsecuredJWT(good).encode()
  const { privateKey } = generateKeyPairSync('ed25519')
  const signature = await new SignJWT(good).setProtectedHeader({ alg: 'EdDSA' }).sign(privateKey)
  for (const token of [none, signature]) expect(await rig.get('/v1/order', token)).toBe(invalid)
  const critical = await forge(good, { header: { crit: ['x'], x: 1 } }).catch(() => none)
  expect(await rig.get('/v1/order', critical)).toBe(invalid)
})

test('nor does the same secret with another digest', async () => {
  const long = secret.repeat(2)
  await using rig = await startRig({ config: { secret: long } })
  const signed = (alg: string) => new SignJWT(claims(rig)).setProtectedHeader({ alg }).sign(Buffer.from(long))
  const outcomes = await Promise.all(
    ['HS256', 'HS384', 'HS512'].map(async alg => rig.get('/v1/order', await signed(alg)))
  )
  expect(outcomes).toEqual(['200', invalid, invalid])
})

test('a public key of EdDSA does not pass for a secret of HS256', async () => {
  const pair = generateKeyPairSync('ed25519')
  const privateKey = pair.privateKey.export({ type: 'pkcs8', format: 'pem' }) as string
  const publicKey = pair.publicKey.export({ type: 'spki', format: 'pem' }) as string
  await using rig = await startRig({ config: { algorithm: 'EdDSA', keys: [{ privateKey }] } })
  const { token } = await rig.login()
  expect(decodeProtectedHeader(token)).toMatchObject({
    alg: 'EdDSA',
    kid: expect.stringMatching(/^[\w-]{8}$/)
  })
  expect(await rig.get('/v1/order', token)).toBe('200')
  expect(await rig.get('/v1/order', await forge(claims(rig), { key: publicKey }))).toBe(invalid)
  const jwk = await exportJWK(pair.publicKey)
  expect(await rig.get('/v1/order', await forge(claims(rig), { key: jwk.x?.padEnd(32) ?? '' }))).toBe(invalid)
})

test('a gateway with the public key alone checks tokens and issues none', async () => {
  const pair = generateKeyPairSync('ed25519')
  const publicKey = pair.publicKey.export({ type: 'spki', format: 'pem' }) as string
  await using rig = await startRig({
    config: { algorithm: 'EdDSA', keys: [{ kid: 'k', publicKey }], users: [] }
  })
  const token = await new SignJWT(claims(rig)).setProtectedHeader({ alg: 'EdDSA' }).sign(pair.privateKey)
  expect(await rig.get('/v1/order', token)).toBe('200')
  const answer = await rig.inject({
    method: 'POST',
    url: '/v1/token',
    payload: { username: 'a', password: 'b' }
  })
  expect(answer.statusCode).toBe(405)
  await expect(rig.service.issue('eve', [])).rejects.toThrow('no key signs tokens')
})

test('keys rotate: the first signs, all check, by their name', async () => {
  const keys = [
    { kid: 'new', secret: 'n'.repeat(32) },
    { kid: 'old', secret: 'o'.repeat(32) }
  ]
  await using rig = await startRig({ config: { keys } })
  const { token } = await rig.login()
  expect(decodeProtectedHeader(token).kid).toBe('new')
  const signed = (kid: string | undefined, key: string) =>
    forge(claims(rig), { key, header: kid === undefined ? {} : { kid } })
  expect(await rig.get('/v1/order', await signed('old', 'o'.repeat(32)))).toBe('200')
  expect(await rig.get('/v1/order', await signed('new', 'o'.repeat(32)))).toBe(invalid)
  expect(await rig.get('/v1/order', await signed('gone', 'o'.repeat(32)))).toBe(invalid)
  expect(await rig.get('/v1/order', await signed(undefined, 'n'.repeat(32)))).toBe(invalid)
})

test('issuer and audience are asked for where the settings name them', async () => {
  await using rig = await startRig({ config: { issuer: 'https://ids.example', audience: 'shop' } })
  expect(await rig.get('/v1/order', (await rig.login()).token)).toBe('200')
  const good = claims(rig, { iss: 'https://ids.example', aud: ['other', 'shop'] })
  expect(await rig.get('/v1/order', await forge(good))).toBe('200')
  for (const wrong of [{ iss: 'https://evil.example' }, { aud: 'other' }, { aud: [] }])
    expect(await rig.get('/v1/order', await forge({ ...good, ...wrong }))).toBe(invalid)
})

test('a token of another issuer has scopes as a list or as the text of OAuth, and may have none', async () => {
  await using rig = await startRig()
  const { scopes: _, ...bare } = claims(rig)
  expect(await rig.get('/v1/order', await forge({ ...bare, scope: 'none user' }))).toBe('200')
  expect(await rig.get('/v1/order', await forge(bare))).toBe('403 auth.forbidden')
  expect((await rig.service.verify(await forge({ ...bare, scope: 'none user' }))).kind).toBe('other')
})

test('without a secret, tokens of this process are good, and the log says so', async () => {
  const logs: string[] = []
  await using first = await startRig({ config: { keys: [] }, logs })
  await using second = await startRig({ config: { keys: [] } })
  const { token } = await first.login()
  expect([await first.get('/v1/order', token), await second.get('/v1/order', token)]).toEqual([
    '200',
    invalid
  ])
  expect(logs.join('')).toContain('no secret is set')
})

test('401 and 403 say to clients of OAuth what is wrong', async () => {
  await using rig = await startRig()
  const header = async (authorization?: string) =>
    (await rig.inject({ url: '/v1/order', headers: { ...(authorization && { authorization }) } })).headers[
      'www-authenticate'
    ]
  expect(await header()).toBe('Bearer')
  expect(await header('Bearer x')).toBe('Bearer error="invalid_token"')
  const { token } = await rig.login('nobody')
  expect(await header(`Bearer ${token}`)).toBe('Bearer error="insufficient_scope"')
})

test('nothing of a token or a password is in the log', async () => {
  const logs: string[] = []
  await using rig = await startRig({ logs })
  const { token, refreshToken = '?' } = await rig.login()
  await rig.get('/v1/order', token)
  await rig.get('/v1/order', `${token}x`)
  const payload = { username: 'ann', password: 'very-secret' }
  await rig.inject({ method: 'POST', url: '/v1/token', payload })
  await rig.inject({ method: 'POST', url: '/v1/token/refresh', payload: { refreshToken } })
  await rig.inject({ method: 'POST', url: '/v1/token/refresh', payload: { refreshToken } })
  const text = logs.join('')
  for (const part of [
    ...token.split('.').slice(1),
    ...refreshToken.split('.').slice(1),
    'very-secret',
    secret
  ])
    expect(text).not.toContain(part)
})

test.each<[string, unknown]>([
  ['without a password', { username: 'ann' }],
  ['without a user', { password: 'x' }],
  ['with an object in place of the user', { username: {}, password: 'x' }],
  ['with a number as the password', { username: 'ann', password: 1 }],
  ['with an empty password', { username: 'ann', password: '' }],
  ['with a user that is too long', { username: 'a'.repeat(65), password: 'x' }],
  ['with a password that is too long', { username: 'ann', password: 'x'.repeat(257) }],
  ['that is a list', []],
  ['that is a text', 'ann']
])('a login %s is 400', async (_, body) => {
  await using rig = await startRig()
  const headers = { 'content-type': 'application/json' }
  const answer = await rig.inject({
    method: 'POST',
    url: '/v1/token',
    payload: JSON.stringify(body),
    headers
  })
  expect(outcomeOf(answer)).toBe('400 param.invalid')
})

test('one login too many in a minute is 429', async () => {
  await using rig = await startRig({ config: { loginsPerMinutePerUser: 1 } })
  await rig.login()
  const payload = { username: 'ann', password: 'paifang' }
  const answer = await rig.inject({ method: 'POST', url: '/v1/token', payload })
  expect([outcomeOf(answer), answer.headers['retry-after']]).toEqual(['429 rate.limited', '60'])
})
