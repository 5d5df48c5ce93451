import { expect, test } from 'vitest'
import {
  createOpenImTokens,
  type OpenImTokensOptions
} from '../../../../src/plugins/im-ws-gateway/tokens/openim.ts'
import { foreignToken, startOpenIm, type Answer, type OpenImServer } from './openim-server.ts'
import { codeOf, startTokens, type TokenRig } from './rig.ts'

type OpenImTokens = Awaited<ReturnType<typeof createOpenImTokens>>
interface Rig extends AsyncDisposable, Pick<TokenRig, 'clock'> {
  readonly server: OpenImServer
  readonly tokens: OpenImTokens
  /** Seconds since the epoch. */
  readonly now: number
}

async function start(answer: Answer, settings: Partial<OpenImTokensOptions['settings']> = {}): Promise<Rig> {
  const rig = await startTokens()
  const server = await startOpenIm(answer)
  const { clock, database } = rig
  const tokens = await createOpenImTokens({
    settings: {
      openimApi: server.url,
      openimVersion: 'v3',
      openimTimeoutMs: 5_000,
      openimCacheMs: 30_000,
      ...settings
    },
    database,
    clock
  })
  return {
    clock,
    server,
    tokens,
    now: clock.now() / 1_000,
    async [Symbol.asyncDispose]() {
      await tokens.close()
      await server[Symbol.asyncDispose]()
      await rig[Symbol.asyncDispose]()
    }
  }
}

const good = (data: object): object => ({ errCode: 0, errMsg: '', errDlt: '', data })
const refusing =
  (errCode: number, errMsg = 'refused'): Answer =>
  () => ({ errCode, errMsg, errDlt: '' })
const v3User =
  (userID = 'u1'): Answer =>
  () =>
    good({ userID, platformID: 5, expireTimeSeconds: 1_900_000_000 })

test('a server of 3.x gets the token in the body and says whose it is', async () => {
  await using rig = await start(v3User())
  const token = foreignToken({ UserID: 'u1', PlatformID: 5, iat: rig.now, exp: 1_900_000_000 })
  expect(await rig.tokens.check(token)).toEqual({
    userID: 'u1',
    platformID: 5,
    issuedAt: rig.now * 1_000,
    expiresAt: 1_900_000_000_000
  })
  const [{ method, path, headers, body }] = rig.server.seen as [(typeof rig.server.seen)[0]]
  expect([method, path, headers['content-type'], body]).toEqual([
    'POST',
    '/auth/parse_token',
    'application/json',
    { token }
  ])
  expect(headers['operationid']).toMatch(/^[0-9a-f-]{36}$/)
  expect(headers['token']).toBeUndefined()
})

test('a server of 2.x gets it in a header and says only that it is good; the claims say the rest', async () => {
  for (const name of ['expireTimeSeconds', 'ExpireTimeSeconds']) {
    await using rig = await start(() => good({ [name]: 1_900_000_000 }), { openimVersion: 'v2' })
    const token = foreignToken({ UID: 'u1', Platform: 'Web', iat: rig.now, exp: 1_900_000_000 })
    expect(await rig.tokens.check(token)).toEqual({
      userID: 'u1',
      platformID: 5,
      issuedAt: rig.now * 1_000,
      expiresAt: 1_900_000_000_000
    })
    const [{ path, headers, body }] = rig.server.seen as [(typeof rig.server.seen)[0]]
    expect([path, headers['token'], headers['operationid']]).toEqual(['/auth/parse_token', token, undefined])
    expect(body).toEqual({ operationID: expect.stringMatching(/^[0-9a-f-]{36}$/) as string })
  }
})

test('the base URL may have a path and a slash at its end', async () => {
  await using rig = await start(v3User())
  const tokens = await start(v3User(), { openimApi: `${rig.server.url}/api//` })
  await tokens.tokens.check('x')
  expect(rig.server.seen.map(({ path }) => path)).toEqual(['/api/auth/parse_token'])
  await tokens[Symbol.asyncDispose]()
})

test('an expiry may also be a number of seconds from now', async () => {
  await using rig = await start(() => good({ userID: 'u1', platformID: 5, expireTimeSeconds: 60 }))
  expect(await rig.tokens.check('x')).toMatchObject({ expiresAt: (rig.now + 60) * 1_000, issuedAt: 0 })
})

test('each refusal of the server keeps its meaning', async () => {
  const table = {
    v2: {
      700: 'tokenInvalid',
      701: 'tokenExpired',
      702: 'tokenInvalid',
      703: 'tokenMalformed',
      704: 'tokenNotYetValid',
      705: 'tokenUnknown',
      706: 'tokenKicked',
      707: 'platformDiffers',
      708: 'userDiffers',
      812: 'tokenUnknown'
    },
    v3: {
      1501: 'tokenExpired',
      1502: 'tokenInvalid',
      1503: 'tokenMalformed',
      1504: 'tokenNotYetValid',
      1505: 'tokenUnknown',
      1506: 'tokenKicked',
      1507: 'tokenInvalid',
      500: 'tokenUnknown',
      1001: 'tokenUnknown'
    }
  }
  for (const openimVersion of ['v2', 'v3'] as const) {
    await using rig = await start(v3User(), { openimVersion, openimCacheMs: 0 })
    for (const [code, expected] of Object.entries(table[openimVersion])) {
      rig.server.script = refusing(Number(code))
      expect([code, await codeOf(rig.tokens.check('x'))]).toEqual([code, expected])
    }
  }
})

test('the one code that 2.x has for all refusals is told apart by what it says and by the claims', async () => {
  await using rig = await start(refusing(1001, 'op GetUserIDFromTokenExpireTime failed'), {
    openimVersion: 'v2',
    openimCacheMs: 0
  })
  const claims = { UID: 'u1', Platform: 'Web' }
  const live = foreignToken({ ...claims, exp: rig.now + 1 })
  expect(await codeOf(rig.tokens.check(live))).toBe('tokenInvalid')
  expect(await codeOf(rig.tokens.check(foreignToken({ ...claims, exp: rig.now })))).toBe('tokenExpired')
  expect(await codeOf(rig.tokens.check('x'))).toBe('tokenMalformed')
  rig.server.script = refusing(1001, 'user has been kicked')
  expect(await codeOf(rig.tokens.check(live))).toBe('tokenKicked')
  rig.server.script = (_seen, response) => {
    response.statusCode = 400
    return { errCode: 400, errMsg: 'failed' }
  }
  expect(await codeOf(rig.tokens.check(live))).toBe('tokenInvalid')
})

test('claims count for nothing when the server refuses, or says something else', async () => {
  const claims = { UserID: 'admin', PlatformID: 10, UID: 'admin', Platform: 'Admin', exp: 1_900_000_000 }
  await using rig = await start(v3User('u1'))
  expect(await rig.tokens.check(foreignToken(claims))).toMatchObject({ userID: 'u1', platformID: 5 })
  await using other = await start(refusing(1502))
  expect(await codeOf(other.tokens.check(foreignToken(claims)))).toBe('tokenInvalid')
})

test('an answer that settles nothing makes no token good, and is asked for again', async () => {
  const answers: Answer[] = [
    () => ({}),
    () => null,
    () => [],
    () => ({ errCode: '0', data: { userID: 'u1', platformID: 5, expireTimeSeconds: 1_900_000_000 } }),
    () => good({}),
    () => good({ userID: 'u1', platformID: 5 }),
    () => good({ userID: 'u1', platformID: 5, expireTimeSeconds: '1900000000' }),
    () => good({ userID: '', platformID: 5, expireTimeSeconds: 1_900_000_000 }),
    () => good({ userID: ['u1'], platformID: 5, expireTimeSeconds: 1_900_000_000 }),
    () => good({ userID: 'u1', platformID: 99, expireTimeSeconds: 1_900_000_000 }),
    (_, response) => void response.end('<html>502 Bad Gateway</html>'),
    (_, response) => void response.end(),
    (_, response) => void response.writeHead(302, { location: '/elsewhere' }).end(),
    (_, response) => void response.destroy()
  ]
  await using rig = await start(v3User())
  for (const [index, answer] of answers.entries()) {
    rig.server.script = answer
    expect([index, await codeOf(rig.tokens.check('x'))]).toEqual([index, 'tokenUnknown'])
  }
  expect(rig.server.seen).toHaveLength(answers.length)
  rig.server.script = v3User()
  expect(await rig.tokens.check('x')).toMatchObject({ userID: 'u1' })
})

test('a token of 2.x that the server finds good but that names nobody is not good', async () => {
  await using rig = await start(() => good({ expireTimeSeconds: 1_900_000_000 }), { openimVersion: 'v2' })
  for (const token of [
    'x',
    foreignToken({ Platform: 'Web' }),
    foreignToken({ UID: 'u1', Platform: 'Fridge' })
  ])
    expect(await codeOf(rig.tokens.check(token))).toBe('tokenUnknown')
})

test('an answer without end is cut off', async () => {
  await using rig = await start((_, response) => {
    const fill = (): void => {
      while (!response.destroyed && response.write('x'.repeat(65_536))) continue
    }
    response.on('drain', fill)
    fill()
  })
  expect(await codeOf(rig.tokens.check('x'))).toBe('tokenUnknown')
})

test('a server that does not answer is given up in time', async () => {
  await using rig = await start(() => undefined, { openimTimeoutMs: 1_000 })
  const check = codeOf(rig.tokens.check('x'))
  await rig.server.requests(1)
  await rig.clock.advance(1_000)
  expect(await check).toBe('tokenUnknown')
})

test('a server that is not there makes no token good, and is tried again', async () => {
  const server = await startOpenIm(v3User())
  await server[Symbol.asyncDispose]()
  await using rig = await start(v3User(), { openimApi: server.url })
  const error = await rig.tokens.check('secret-token').catch((thrown: unknown) => thrown)
  expect(error).toMatchObject({ code: 'tokenUnknown', cause: { message: 'no connection (ECONNREFUSED)' } })
})

test('no failure repeats the token', async () => {
  await using rig = await start(() => undefined, { openimTimeoutMs: 1_000, openimVersion: 'v2' })
  const check = rig.tokens.check('secret-token').catch((thrown: unknown) => thrown)
  await rig.server.requests(1)
  await rig.clock.advance(1_000)
  const { stack, cause } = (await check) as Error
  expect(`${stack} ${String((cause as Error).stack)}`).toContain('no answer within 1000 ms')
  expect(`${stack} ${String((cause as Error).stack)}`).not.toContain('secret-token')
})

test('what cannot be a token is never sent to the server', async () => {
  await using rig = await start(v3User(), { openimVersion: 'v2' })
  for (const token of ['', 'a b', 'a\r\nx-admin: 1', '令牌', 'x'.repeat(4_097)])
    expect(await codeOf(rig.tokens.check(token))).toBe('tokenMalformed')
  expect(rig.server.seen).toEqual([])
})

test('many checks of one token at a time are one request', async () => {
  await using rig = await start(v3User())
  const checks = await Promise.all(Array.from({ length: 200 }, () => rig.tokens.check('x')))
  expect(checks.every(({ userID }) => userID === 'u1')).toBe(true)
  expect(rig.server.seen).toHaveLength(1)
})

test('a wave of logins takes turns', async () => {
  const open: (() => void)[] = []
  await using rig = await start((_, response) => {
    open.push(() =>
      response.end(JSON.stringify(good({ userID: 'u1', platformID: 5, expireTimeSeconds: 60 })))
    )
  })
  const checks = Array.from({ length: 100 }, (_, n) => rig.tokens.check(`x${n}`))
  await rig.server.requests(64)
  expect(open).toHaveLength(64)
  for (const answer of open.splice(0)) answer()
  await rig.server.requests(100)
  for (const answer of open.splice(0)) answer()
  expect(await Promise.all(checks)).toHaveLength(100)
})

test('what the server said is believed for a while, for and against a token', async () => {
  await using rig = await start(v3User())
  await rig.tokens.check('x')
  rig.server.script = refusing(1506)
  await rig.clock.advance(29_999)
  expect(await rig.tokens.check('x')).toMatchObject({ userID: 'u1' })
  await rig.clock.advance(1)
  expect(await codeOf(rig.tokens.check('x'))).toBe('tokenKicked')
  expect(await codeOf(rig.tokens.check('x'))).toBe('tokenKicked')
  expect(rig.server.seen).toHaveLength(2)
})

test('a token that expires meanwhile is not good any more', async () => {
  await using rig = await start(() => good({ userID: 'u1', platformID: 5, expireTimeSeconds: 10 }))
  await rig.tokens.check('x')
  await rig.clock.advance(10_000)
  expect(await codeOf(rig.tokens.check('x'))).toBe('tokenExpired')
  expect(rig.server.seen).toHaveLength(1)
})

test('a token that is not valid yet is asked for again', async () => {
  await using rig = await start(refusing(1504))
  expect(await codeOf(rig.tokens.check('x'))).toBe('tokenNotYetValid')
  rig.server.script = v3User()
  expect(await rig.tokens.check('x')).toMatchObject({ userID: 'u1' })
})

test('kicks and forced logouts of this gateway count, whatever the server says', async () => {
  await using rig = await start(v3User())
  const kicked = foreignToken({ UserID: 'u1', iat: rig.now, jti: 'a' })
  const old = foreignToken({ UserID: 'u1', iat: rig.now, jti: 'b' })
  await rig.tokens.kick(kicked, await rig.tokens.check(kicked))
  expect(await codeOf(rig.tokens.check(kicked))).toBe('tokenKicked')
  expect(await rig.tokens.check(old)).toMatchObject({ userID: 'u1' })
  await rig.tokens.kickAll('u1')
  expect(await codeOf(rig.tokens.check(old))).toBe('tokenKicked')
  expect(await rig.tokens.check(foreignToken({ UserID: 'u1', iat: rig.now + 1 }))).toMatchObject({
    userID: 'u1'
  })
})

test('closing ends what is under way', async () => {
  await using rig = await start(() => undefined)
  const check = codeOf(rig.tokens.check('x'))
  await rig.server.requests(1)
  await rig.tokens.close()
  expect(await check).toBe('tokenUnknown')
  expect(await codeOf(rig.tokens.check('y'))).toBe('tokenUnknown')
})
