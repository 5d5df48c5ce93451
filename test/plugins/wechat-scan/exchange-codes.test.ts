import { expect, test, vi } from 'vitest'
import { Codes } from '../../../src/plugins/wechat-scan/exchange-codes.ts'
import type { Login } from '../../../src/plugins/wechat-scan/login.ts'
import { asker, loginNode, scanOf } from './login-rig.ts'

const bad = { entry: { key: 'scan.bad_code' } }

async function scanned(node = loginNode()): Promise<{ node: ReturnType<typeof loginNode>; login: Login }> {
  const { login } = await node.logins.begin(asker())
  await node.sink.scanned(scanOf(login.handle.scene, 'alice', { event: 'subscribe' }))
  const seen = await node.logins.look(login.hash)
  if (!seen) throw new Error('the login is gone')
  return { node, login: seen }
}

test('a code becomes an identity once', async () => {
  const { node, login } = await scanned()
  const code = (await node.codes.issue(login)) ?? ''
  expect(Buffer.from(code, 'base64url')).toHaveLength(32)
  const createdAt = Date.UTC(2026, 0, 1)
  expect(await node.codes.redeem(code)).toEqual({
    account: 'default',
    openid: 'alice',
    event: 'subscribe',
    scannedAt: createdAt
  })
  await expect(node.codes.redeem(code)).rejects.toMatchObject(bad)
  expect((await node.logins.look(login.hash))?.scene.state).toBe('consumed')
})

test('of any number who redeem a code at once, one gets the identity', async () => {
  const { node, login } = await scanned()
  const code = (await node.codes.issue(login)) ?? ''
  const outcomes = await Promise.allSettled(Array.from({ length: 8 }, () => node.codes.redeem(code)))
  expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
})

test('two tabs get a code each, and one login comes of them', async () => {
  const { node, login } = await scanned()
  const codes = await Promise.all([node.codes.issue(login), node.codes.issue(login)])
  expect(codes[0]).not.toBe(codes[1])
  const outcomes = await Promise.allSettled(codes.map(code => node.codes.redeem(code ?? '')))
  expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
})

test('there is no code before the scan and none after the login', async () => {
  const node = loginNode()
  const { login } = await node.logins.begin(asker())
  expect(await node.codes.issue(login)).toBeUndefined()
  await node.sink.scanned(scanOf(login.handle.scene))
  await node.codes.redeem((await node.codes.issue(login)) ?? '')
  expect(await node.codes.issue(login)).toBeUndefined()
})

test('a code is good for a minute', async () => {
  const { node, login } = await scanned()
  const code = (await node.codes.issue(login)) ?? ''
  await node.clock.advance(60_000)
  await expect(node.codes.redeem(code)).rejects.toMatchObject(bad)
})

test('a code is good in the browser that got it alone, and is burnt by any other', async () => {
  const { node, login } = await scanned()
  const code = (await node.codes.issue(login)) ?? ''
  await expect(node.codes.redeem(code, 'another browser')).rejects.toMatchObject(bad)
  await expect(node.codes.redeem(code, login.hash)).rejects.toMatchObject(bad)
  const next = (await node.codes.issue(login)) ?? ''
  expect(await node.codes.redeem(next, login.hash)).toMatchObject({ openid: 'alice' })
})

test('a browser has five tries, then its login has failed', async () => {
  const { node, login } = await scanned()
  for (let tried = 0; tried < 5; tried++) {
    // eslint-disable-next-line no-await-in-loop
    await expect(node.codes.redeem(`guess ${tried}`, login.hash)).rejects.toMatchObject(bad)
  }
  const code = (await node.codes.issue(login)) ?? ''
  await expect(node.codes.redeem(code, login.hash)).rejects.toMatchObject({ entry: { key: 'scan.too_many' } })
  expect((await node.logins.look(login.hash))?.scene.state).toBe('failed')
  await expect(node.codes.redeem(code)).rejects.toMatchObject(bad)
})

test('a login has its share of codes and no more', async () => {
  const { node, login } = await scanned()
  for (let count = 0; count < 20; count++) {
    // eslint-disable-next-line no-await-in-loop
    expect(await node.codes.issue(login)).toBeDefined()
  }
  expect(await node.codes.issue(login)).toBeUndefined()
})

test('no code is kept in clear', async () => {
  const { node, login } = await scanned()
  const code = (await node.codes.issue(login)) ?? ''
  expect(JSON.stringify([...(await node.state.scan('', 1_000))])).not.toContain(code)
})

test('a unionid is asked for when the code is redeemed, and a login does without it when it must', async () => {
  for (const answer of [
    async () => ({ unionid: 'u1' }),
    async () => Promise.reject(new Error('no answer'))
  ]) {
    // eslint-disable-next-line no-await-in-loop
    const { node, login } = await scanned()
    const codes = new Codes({ ...node, apis: new Map([['default', { userInfo: answer }]]) })
    // eslint-disable-next-line no-await-in-loop
    const identity = await codes.redeem((await codes.issue(login)) ?? '')
    expect(identity.openid).toBe('alice')
    expect(identity.unionid).toBe(node.log.lines.length === 0 ? 'u1' : undefined)
  }
})

test('a state that is away while a code is redeemed costs nobody the login', async () => {
  const { node, login } = await scanned()
  const code = (await node.codes.issue(login)) ?? ''
  const changing = vi.spyOn(node.scenes, 'change').mockRejectedValueOnce(new Error('no connection'))
  await expect(node.codes.redeem(code)).rejects.toThrow('no connection')
  changing.mockRestore()
  const publishing = vi.spyOn(node.state, 'publish').mockRejectedValueOnce(new Error('no connection'))
  expect(await node.codes.redeem(code)).toMatchObject({ openid: 'alice' })
  expect(publishing).toHaveBeenCalledOnce()
  await expect(node.codes.redeem(code)).rejects.toMatchObject(bad)
})
