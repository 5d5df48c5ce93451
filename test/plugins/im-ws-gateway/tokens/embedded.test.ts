import { createHmac } from 'node:crypto'
import { expect, test } from 'vitest'
import { createEmbeddedTokens } from '../../../../src/plugins/im-ws-gateway/tokens/embedded.ts'
import { codeOf, settings, startTokens } from './rig.ts'

const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')
const claimsOf = (token: string): Record<string, unknown> =>
  JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as Record<string, unknown>

/** A JWT made by hand. */
function signed(claims: object, secret = settings.tokenSecret, header: object = { alg: 'HS256' }): string {
  const text = `${encode(header)}.${encode(claims)}`
  return `${text}.${createHmac('sha256', secret).update(text).digest('base64url')}`
}

test('a token that was issued says whose it is, on which platform, and for how long', async () => {
  await using rig = await startTokens()
  const tokens = await rig.node()
  await rig.clock.advance(123)
  const { token, expireTimeSeconds } = await tokens.issue('u1', 5)
  expect(expireTimeSeconds).toBe(3_600)
  const now = rig.clock.now()
  const iat = Math.floor(now / 1_000)
  expect(await tokens.check(token)).toEqual({
    userID: 'u1',
    platformID: 5,
    issuedAt: now,
    expiresAt: (iat + 3_600) * 1_000
  })
  expect(claimsOf(token)).toEqual({
    UserID: 'u1',
    PlatformID: 5,
    UID: 'u1',
    Platform: 'Web',
    iat,
    nbf: iat - 300,
    exp: iat + 3_600,
    jti: expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
    iatMs: now
  })
})

test('a token goes through a query string as it is', async () => {
  await using rig = await startTokens()
  const { token } = await (await rig.node()).issue('u1', 5)
  expect(encodeURIComponent(token)).toBe(token)
})

test('two tokens of one moment differ', async () => {
  await using rig = await startTokens()
  const tokens = await rig.node()
  const [one, other] = [await tokens.issue('u1', 5), await tokens.issue('u1', 5)]
  expect(one.token).not.toBe(other.token)
})

test('a token for any platform says 0', async () => {
  await using rig = await startTokens()
  const tokens = await rig.node()
  expect(await tokens.check((await tokens.issue('u1', 0)).token)).toMatchObject({ platformID: 0 })
})

test('a token is good to its last second and expired from then on', async () => {
  await using rig = await startTokens()
  const tokens = await rig.node()
  const { token } = await tokens.issue('u1', 5)
  rig.clock.jump(3_599_999)
  await tokens.check(token)
  rig.clock.jump(1)
  await expect(tokens.check(token)).rejects.toMatchObject({ name: 'ImError', code: 'tokenExpired' })
})

test('a clock that is up to five minutes slow is forgiven', async () => {
  await using rig = await startTokens()
  const tokens = await rig.node()
  const { token } = await tokens.issue('u1', 5)
  rig.clock.jump(-300_000)
  await tokens.check(token)
  rig.clock.jump(-1_000)
  await expect(tokens.check(token)).rejects.toMatchObject({ code: 'tokenNotYetValid' })
})

test('tokens that a back end has signed itself are good, of both generations', async () => {
  await using rig = await startTokens()
  const tokens = await rig.node()
  const iat = rig.clock.now() / 1_000
  const times = { iat, exp: iat + 60, nbf: iat }
  const facts = { userID: 'u1', issuedAt: iat * 1_000, expiresAt: (iat + 60) * 1_000 }
  expect(await tokens.check(signed({ UserID: 'u1', PlatformID: 2, ...times }))).toEqual({
    ...facts,
    platformID: 2
  })
  expect(await tokens.check(signed({ UID: 'u1', Platform: 'android', ...times }))).toEqual({
    ...facts,
    platformID: 2
  })
  expect(await tokens.check(signed({ UserID: 'u1', exp: iat + 60 }))).toEqual({
    ...facts,
    platformID: 0,
    issuedAt: 0
  })
})

test('what is no token is refused as malformed, however long it is', async () => {
  await using rig = await startTokens()
  const tokens = await rig.node()
  const good = signed({ UserID: 'u1', exp: rig.clock.now() / 1_000 + 60 })
  const long = signed({ UserID: 'u1', exp: rig.clock.now() / 1_000 + 60, padding: 'x'.repeat(4_096) })
  const [header = '', claims = '', signature = ''] = good.split('.')
  const none = ['', 'x', 'a.b', '..', `${good}.x`, ` ${good}`, `${good}\n`, long, '💥'.repeat(1_000_000)]
  const noJson = [`x.${claims}.${signature}`, signed('text' as never), `${header}.${claims}.***`]
  for (const token of [...none, ...noJson])
    expect([token, await codeOf(tokens.check(token))]).toEqual([token, 'tokenMalformed'])
})

test('a token that was not signed with the secret, or not by HS256, is invalid', async () => {
  await using rig = await startTokens()
  const tokens = await rig.node()
  const claims = { UserID: 'u1', PlatformID: 5, exp: rig.clock.now() / 1_000 + 60 }
  const [, body] = signed(claims).split('.')
  const forged = [
    signed(claims, 'another secret'),
    signed(claims, ''),
    signed(claims).replace(/\.[^.]*$/, '.AAAA'),
    signed(claims).replace(/\.[^.]*$/, '.'),
    `${encode({ alg: 'none' })}.${body}.`,
    signed(claims, settings.tokenSecret, { alg: 'none' }),
    signed(claims, settings.tokenSecret, { alg: 'HS384' }),
    signed(claims, settings.tokenSecret, { alg: 'RS256' }),
    signed(claims, settings.tokenSecret, { alg: 'HS256', crit: ['exp'], exp: 1 })
  ]
  for (const token of forged)
    expect([token, await codeOf(tokens.check(token))]).toEqual([token, 'tokenInvalid'])
})

test('a token that does not say whose it is, for which platform or until when is invalid', async () => {
  await using rig = await startTokens()
  const tokens = await rig.node()
  const exp = rig.clock.now() / 1_000 + 60
  const vague = [
    { PlatformID: 5, exp },
    { UserID: '', PlatformID: 5, exp },
    { UserID: 7, PlatformID: 5, exp },
    { UserID: 'a b', PlatformID: 5, exp },
    { UserID: 'x'.repeat(65), PlatformID: 5, exp },
    { UserID: 'u1', PlatformID: 12, exp },
    { UserID: 'u1', PlatformID: -1, exp },
    { UserID: 'u1', PlatformID: '5', exp },
    { UID: 'u1', Platform: 'Fridge', exp },
    { UID: 'u1', Platform: ['Web'], exp },
    { UserID: 'u1', PlatformID: 5 },
    { UserID: 'u1', PlatformID: 5, exp: 'tomorrow' },
    { UserID: 'u1', PlatformID: 5, exp, nbf: 'yesterday' }
  ]
  for (const claims of vague)
    expect([claims, await codeOf(tokens.check(signed(claims)))]).toEqual([claims, 'tokenInvalid'])
})

test('no failure repeats the token', async () => {
  await using rig = await startTokens()
  const tokens = await rig.node()
  const token = signed({ UserID: 'u1', exp: 1 })
  const error: unknown = await tokens.check(token).catch((thrown: unknown) => thrown)
  expect(error).toMatchObject({ code: 'tokenExpired' })
  expect(error).not.toHaveProperty('cause')
  for (const part of token.split('.')) expect(String((error as Error).stack)).not.toContain(part)
})

test('without a secret there are no tokens', async () => {
  await using rig = await startTokens()
  const { clock, database } = rig
  const creation = createEmbeddedTokens({ settings: { ...settings, tokenSecret: '' }, database, clock })
  await expect(creation).rejects.toThrow('tokenSecret is empty')
})
