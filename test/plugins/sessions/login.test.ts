import { expect, test } from 'vitest'
import { ApiError, Errors as CommonErrors } from '../../../src/plugins/api-error/service.ts'
import { credentials, dayMs, startRig, until } from './rig.ts'

const down = new ApiError(CommonErrors['upstream.unavailable'])

test('a first login asks the provider once and gives a token of 64 digits', async () => {
  await using rig = await startRig()
  const token = await rig.login()
  expect(token).toMatch(/^[0-9a-f]{64}$/)
  expect(rig.provider.asked).toEqual([{ username: '213170001', password: 'correct horse' }])
  expect(await rig.me(token)).toMatchObject({ cardnum: '213170001', name: '王小明', schoolnum: '04217101' })
})

test('another login on the same platform gives the same token, and the provider hears nothing of it', async () => {
  await using rig = await startRig()
  const token = await rig.login()
  expect(await rig.login()).toBe(token)
  expect(rig.provider.asked).toHaveLength(1)
})

test('a further platform asks the provider: same identity, another token and pseudonym, both good', async () => {
  await using rig = await startRig()
  const [web, ios] = [await rig.login(), await rig.login({ platform: 'ios' })]
  expect(rig.provider.asked).toHaveLength(2)
  const [onWeb, onIos] = [await rig.me(web), await rig.me(ios)]
  expect(onIos).toMatchObject({ identity: onWeb?.identity, platform: 'ios', cardnum: '213170001' })
  expect(web).not.toBe(ios)
  expect(onIos?.token).not.toBe(onWeb?.token)
  expect([web, ios]).not.toContain(onWeb?.token)
})

test('newPlatform: trust takes a password that was confirmed lately on a further platform', async () => {
  await using rig = await startRig({ config: { newPlatform: 'trust' } })
  await rig.login()
  const ios = await rig.login({ platform: 'ios' })
  expect(rig.provider.asked).toHaveLength(1)
  expect(await rig.me(ios)).toMatchObject({ platform: 'ios', name: '王小明' })
  await rig.clock.advance(7 * dayMs)
  await rig.login({ platform: 'android' })
  expect(rig.provider.asked).toHaveLength(2)
})

test('spaces around the user name do not make another user; without a platform it is web', async () => {
  await using rig = await startRig()
  const token = await rig.login()
  const { platform: _, ...rest } = credentials
  const answer = await rig.post({ ...rest, cardnum: ' 213170001 ' })
  expect(answer.body).toBe(token)
  expect(rig.provider.asked).toHaveLength(1)
})

test('the same password in another form of Unicode is the same password', async () => {
  await using rig = await startRig()
  rig.provider.change('213170001', { password: 'pass\u{ff11}word' })
  const token = await rig.login({ password: 'pass\u{ff11}word' })
  expect(await rig.login({ password: 'pass1word' })).toBe(token)
})

test('a wrong password, and an unknown user, are auth.failed, and nothing is kept of them', async () => {
  await using rig = await startRig()
  for (const wrong of [{ password: 'wrong' }, { cardnum: '999' }]) {
    const answer = await rig.post({ ...credentials, ...wrong })
    expect([answer.statusCode, answer.json<{ code: string }>().code]).toEqual([401, 'auth.failed'])
  }
  expect(await rig.db.selectFrom('sessions_identities').selectAll().execute()).toEqual([])
})

test('in the dialect of the original the token is the result, and a failed login has code 401', async () => {
  await using rig = await startRig()
  const headers = { accept: '*/*', 'content-type': 'application/x-www-form-urlencoded' }
  const good = await rig.post('cardnum=213170001&password=correct+horse&platform=web', headers)
  expect(good.statusCode).toBe(200)
  expect(good.json()).toEqual({ success: true, code: 200, result: expect.stringMatching(/^[0-9a-f]{64}$/) })
  expect(good.headers['cache-control']).toBe('no-store')
  const bad = await rig.post('cardnum=213170001&password=wrong', headers)
  expect(bad.json()).toEqual({ success: false, code: 401, reason: '登录失败' })
})

test('a graduate’s second password goes to the provider, and is asked again when it is another', async () => {
  await using rig = await startRig()
  const token = await rig.login({ gpassword: 'first' })
  expect(rig.provider.asked[0]?.extra).toEqual({ gpassword: 'first' })
  expect(await rig.login({ gpassword: 'first' })).toBe(token)
  expect(rig.provider.asked).toHaveLength(1)
  expect(await rig.login({ gpassword: 'second' })).toBe(token)
  expect(rig.provider.asked[1]?.extra).toEqual({ gpassword: 'second' })
  expect(await rig.login({ gpassword: 'second' })).toBe(token)
  expect(rig.provider.asked).toHaveLength(2)
})

test('a provider that is down fails logins on further platforms, and no session', async () => {
  await using rig = await startRig()
  const token = await rig.login()
  rig.provider.failure = down
  const further = await rig.post({ ...credentials, platform: 'ios' })
  expect([further.statusCode, further.json<{ code: string }>().code]).toEqual([503, 'upstream.unavailable'])
  expect(await rig.me(token)).toMatchObject({ name: '王小明' })
  expect(await rig.login()).toBe(token)
})

test('a provider that does not answer in time is upstream.timeout, and hears of it', async () => {
  await using rig = await startRig({ config: { providerTimeoutMs: 5_000 } })
  rig.provider.pause = new Promise(() => undefined)
  const answer = rig.post(credentials)
  await until(() => rig.provider.asked.length === 1)
  await rig.clock.advance(5_000)
  expect((await answer).json<{ code: string }>().code).toBe('upstream.timeout')
  expect(rig.provider.signals[0]?.aborted).toBe(true)
})

test.each([
  ['no number', { schoolnum: '' }],
  ['no name', { name: '' }],
  ['a name without end', { name: 'x'.repeat(257) }],
  ['properties without end', { properties: { x: 'x'.repeat(9_000) } }],
  ['properties that are no text', { properties: { x: 5 } as never }]
])('a provider that answers with %s has not said who it is', async (_, more) => {
  await using rig = await startRig()
  rig.provider.change('213170001', more)
  const answer = await rig.post(credentials)
  expect([answer.statusCode, answer.json<{ code: string }>().code]).toEqual([503, 'upstream.unavailable'])
})

test('a provider with a defect is an upstream that is unavailable; what it threw stays in the log', async () => {
  const logs: string[] = []
  await using rig = await startRig({ logs })
  rig.provider.failure = new TypeError('cannot read the page')
  const answer = await rig.post(credentials, { accept: '*/*' })
  expect(answer.json()).toEqual({ success: false, code: 503, reason: '上游服务出现故障' })
  expect(logs.join('')).toContain('cannot read the page')
})

test('after revalidateDays the provider is asked again, and the token stays the same', async () => {
  await using rig = await startRig()
  const token = await rig.login()
  await rig.clock.advance(7 * dayMs - 1)
  await rig.login()
  expect(rig.provider.asked).toHaveLength(1)
  await rig.clock.advance(1)
  rig.provider.change('213170001', { name: '王大明' })
  expect(await rig.login()).toBe(token)
  expect(rig.provider.asked).toHaveLength(2)
  expect(await rig.me(token)).toMatchObject({ name: '王大明' })
  await rig.login()
  expect(rig.provider.asked).toHaveLength(2)
})

test('a password that the provider has refused once is never taken without asking again', async () => {
  await using rig = await startRig()
  await rig.login()
  rig.provider.change('213170001', { password: 'another' })
  expect((await rig.post({ ...credentials, platform: 'ios' })).statusCode).toBe(401)
  expect((await rig.post(credentials)).statusCode).toBe(401)
  expect(rig.provider.asked).toHaveLength(3)
})

test('reissue: rotate gives every login a new token, and the old one a minute', async () => {
  await using rig = await startRig({ config: { reissue: 'rotate' } })
  const first = await rig.login()
  const second = await rig.login()
  expect(second).not.toBe(first)
  expect(rig.provider.asked).toHaveLength(1)
  expect([await rig.me(first), await rig.me(second)]).toEqual([expect.anything(), expect.anything()])
  await rig.clock.advance(60_000)
  expect(await rig.me(first)).toBeUndefined()
  expect(await rig.me(second)).toMatchObject({ platform: 'web' })
})

test('two logins of one user at the same time get one token, and ask the provider once', async () => {
  await using rig = await startRig()
  const [first, second] = await Promise.all([rig.login(), rig.login()])
  expect(second).toBe(first)
  expect(rig.provider.asked).toHaveLength(1)
})
