import { createHmac } from 'node:crypto'
import { expect, test } from 'vitest'
import type { State } from '../../../../src/plugins/state/service.ts'
import { codeOf, settings, startTokens } from './rig.ts'

const delivered = (): Promise<void> => new Promise(resolve => void setImmediate(resolve))

test('a kicked token is refused, another one of the same user is not', async () => {
  await using rig = await startTokens()
  const tokens = await rig.node()
  const [one, other] = [await tokens.issue('u1', 5), await tokens.issue('u1', 5)]
  await tokens.kick(one.token, await tokens.check(one.token))
  expect(await codeOf(tokens.check(one.token))).toBe('tokenKicked')
  expect(await tokens.check(other.token)).toMatchObject({ userID: 'u1' })
})

test('a kicked token is refused before it is written down', async () => {
  await using rig = await startTokens()
  const tokens = await rig.node()
  const { token } = await tokens.issue('u1', 5)
  const kicking = tokens.kick(token, await tokens.check(token))
  expect(await codeOf(tokens.check(token))).toBe('tokenKicked')
  await kicking
})

test('another spelling of the signature does not help a kicked token', async () => {
  await using rig = await startTokens()
  const tokens = await rig.node()
  const { token } = await tokens.issue('u1', 5)
  const signature = token.slice(token.lastIndexOf('.') + 1)
  const bytes = Buffer.from(signature, 'base64url')
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
  const spellings = Array.from(alphabet)
    .map(last => signature.slice(0, -1) + last)
    .filter(text => Buffer.from(text, 'base64url').equals(bytes))
  expect(spellings).toHaveLength(4)
  await tokens.kick(token, await tokens.check(token))
  for (const spelling of spellings) {
    const respelt = token.slice(0, -signature.length) + spelling
    expect(['tokenKicked', 'tokenInvalid', 'tokenMalformed']).toContain(await codeOf(tokens.check(respelt)))
  }
})

test('a restart does not forget kicks and cut-offs', async () => {
  await using rig = await startTokens()
  const before = await rig.node()
  const kicked = await before.issue('u1', 5)
  const cut = await before.issue('u2', 5)
  await before.kick(kicked.token, await before.check(kicked.token))
  await before.kickAll('u2')
  await before.close()
  const after = await rig.node()
  expect(await codeOf(after.check(kicked.token))).toBe('tokenKicked')
  expect(await codeOf(after.check(cut.token))).toBe('tokenKicked')
})

test('a forced logout ends all tokens of the user, those of no one else, and no later ones', async () => {
  await using rig = await startTokens()
  const tokens = await rig.node()
  const old = [await tokens.issue('u1', 5), await tokens.issue('u1', 2), await tokens.issue('u1', 0)]
  const foreign = await tokens.issue('u2', 5)
  await tokens.kickAll('u1')
  for (const { token } of old) expect(await codeOf(tokens.check(token))).toBe('tokenKicked')
  expect(await tokens.check(foreign.token)).toMatchObject({ userID: 'u2' })
  expect(await tokens.check((await tokens.issue('u1', 5)).token)).toMatchObject({ userID: 'u1' })
})

test('a forced logout of one platform ends its tokens, and those that are good on any', async () => {
  await using rig = await startTokens()
  const tokens = await rig.node()
  const [web, android, any] = [
    await tokens.issue('u1', 5),
    await tokens.issue('u1', 2),
    await tokens.issue('u1', 0)
  ]
  await tokens.kickAll('u1', 5)
  expect(await codeOf(tokens.check(web.token))).toBe('tokenKicked')
  expect(await codeOf(tokens.check(any.token))).toBe('tokenKicked')
  expect(await tokens.check(android.token)).toMatchObject({ platformID: 2 })
})

test('logouts and new tokens may follow each other within one millisecond', async () => {
  await using rig = await startTokens()
  const tokens = await rig.node()
  let last = await tokens.issue('u1', 5)
  for (const platformID of [undefined, 5, undefined, 0, 5, 5, undefined]) {
    await tokens.kickAll('u1', platformID)
    expect(await codeOf(tokens.check(last.token))).toBe('tokenKicked')
    last = await tokens.issue('u1', 5)
    expect(await tokens.check(last.token)).toMatchObject({ userID: 'u1' })
  }
})

test('a clock that was set back revives no token', async () => {
  await using rig = await startTokens()
  const tokens = await rig.node()
  const { token } = await tokens.issue('u1', 5)
  rig.clock.jump(-60_000)
  await tokens.kickAll('u1')
  expect(await codeOf(tokens.check(token))).toBe('tokenKicked')
  expect(await tokens.check((await tokens.issue('u1', 5)).token)).toMatchObject({ userID: 'u1' })
})

test('of a token that knows only its second, the whole second counts as before the logout', async () => {
  await using rig = await startTokens()
  const tokens = await rig.node()
  const iat = rig.clock.now() / 1_000
  await rig.clock.advance(300)
  await tokens.kickAll('u1')
  const token = (issued: number): string => {
    const parts = [{ alg: 'HS256' }, { UserID: 'u1', iat: issued, exp: iat + 60 }]
    const text = parts.map(part => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.')
    return `${text}.${createHmac('sha256', settings.tokenSecret).update(text).digest('base64url')}`
  }
  expect(await codeOf(tokens.check(token(iat)))).toBe('tokenKicked')
  expect(await tokens.check(token(iat + 1))).toMatchObject({ userID: 'u1' })
})

test('another node refuses at once what it hears of through State', async () => {
  await using rig = await startTokens()
  const state = rig.memoryState()
  const [here, there] = [await rig.node(state), await rig.node(state)]
  const kicked = await here.issue('u1', 5)
  const cut = await here.issue('u2', 5)
  await here.kick(kicked.token, await here.check(kicked.token))
  await here.kickAll('u2', 5)
  await delivered()
  expect(await codeOf(there.check(kicked.token))).toBe('tokenKicked')
  expect(await codeOf(there.check(cut.token))).toBe('tokenKicked')
  expect(await there.check((await there.issue('u2', 5)).token)).toMatchObject({ userID: 'u2' })
})

test('without State, or when a message is lost, another node finds it in the database half a minute later', async () => {
  await using rig = await startTokens()
  const [here, there] = [await rig.node(), await rig.node()]
  const { token } = await here.issue('u1', 5)
  await rig.clock.advance(1_000)
  await here.kick(token, await here.check(token))
  expect(await there.check(token)).toMatchObject({ userID: 'u1' })
  await rig.clock.advance(30_000)
  await here.close()
  await there.close()
  expect(await codeOf(there.check(token))).toBe('tokenKicked')
})

test('a State that fails stops no kick', async () => {
  await using rig = await startTokens()
  const broken = async (): Promise<never> => {
    throw new Error('no connection')
  }
  const tokens = await rig.node({ publish: broken, subscribe: broken } as unknown as State)
  const { token } = await tokens.issue('u1', 5)
  await tokens.kick(token, await tokens.check(token))
  expect(await codeOf(tokens.check(token))).toBe('tokenKicked')
})

test('a check reads no database, of a user with kicked tokens as of others', async () => {
  await using rig = await startTokens()
  const tokens = await rig.node()
  const [one, other] = [await tokens.issue('u1', 5), await tokens.issue('u2', 5)]
  await tokens.kick(one.token, await tokens.check(one.token))
  expect(rig.queries()).toBeGreaterThan(0)
  await codeOf(tokens.check(one.token))
  await tokens.check(other.token)
  expect(rig.queries()).toBe(0)
})

test('no token, and no part of one, is in the database', async () => {
  await using rig = await startTokens()
  const tokens = await rig.node()
  const { token } = await tokens.issue('u1', 5)
  await tokens.kick(token, await tokens.check(token))
  const db = await rig.database.open<{ im_tokens_kicks: object }>('test', {})
  const rows = JSON.stringify(await db.selectFrom('im_tokens_kicks').selectAll().execute())
  expect(rows).toContain('u1')
  for (const part of token.split('.')) expect(rows).not.toContain(part)
})
