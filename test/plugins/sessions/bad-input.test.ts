import { afterAll, beforeAll, expect, test } from 'vitest'
import { credentials, startRig, type Rig } from './rig.ts'

let rig: Rig
beforeAll(async () => {
  rig = await startRig({ config: { loginsPerMinutePerIp: 100_000, loginsPerMinutePerUser: 10_000 } })
})
afterAll(() => rig[Symbol.asyncDispose]())

test.each<[string, unknown]>([
  ['without a user', { password: 'x' }],
  ['without a password', { cardnum: 'x' }],
  ['with an operator in place of the user', { ...credentials, cardnum: { $like: '%' } }],
  ['with an operator in place of the password', { ...credentials, password: { $ne: '' } }],
  ['with an object in place of the second password', { ...credentials, gpassword: {} }],
  ['with a number in place of the user', { ...credentials, cardnum: 213170001 }],
  ['with a list in place of the user', { ...credentials, cardnum: ['213170001'] }],
  ['with null in place of the password', { ...credentials, password: null }],
  ['with an empty user', { ...credentials, cardnum: '' }],
  ['with a user of spaces', { ...credentials, cardnum: '   ' }],
  ['with an empty password', { ...credentials, password: '' }],
  ['with a user that is too long', { ...credentials, cardnum: '1'.repeat(65) }],
  ['with a password that is too long', { ...credentials, password: '1'.repeat(257) }],
  ['with a line end in the user', { ...credentials, cardnum: '213170001\r\nx' }],
  ['with a NUL in the user', { ...credentials, cardnum: '213170001\0x' }],
  ['with a NUL in the password', { ...credentials, password: 'a\0b' }],
  ['with half a character in the user', { ...credentials, cardnum: '\ud800' }],
  ['with half a character in the password', { ...credentials, password: '\udfff' }],
  ['with capitals in the platform', { ...credentials, platform: 'iOS' }],
  ['with an empty platform', { ...credentials, platform: '' }],
  ['with a bar in the platform', { ...credentials, platform: 'web|x' }],
  ['with a path as the platform', { ...credentials, platform: '../x' }],
  ['with a platform that is too long', { ...credentials, platform: 'a'.repeat(33) }],
  ['with an object as the platform', { ...credentials, platform: {} }],
  ['that is a list', [credentials]],
  ['that is null', null]
])('a login %s is 400, and the provider hears nothing of it', async (_, body) => {
  const before = rig.provider.asked.length
  const answer = await rig.post(JSON.stringify(body), { 'content-type': 'application/json' })
  expect([answer.statusCode, answer.json<{ code: string }>().code]).toEqual([400, 'param.invalid'])
  expect(rig.provider.asked).toHaveLength(before)
})

test('a form with a field twice is 400', async () => {
  const headers = { 'content-type': 'application/x-www-form-urlencoded' }
  expect((await rig.post('cardnum=a&cardnum=b&password=c', headers)).statusCode).toBe(400)
  expect((await rig.post('', headers)).statusCode).toBe(400)
  expect((await rig.post('__proto__=x&cardnum=213170001&password=wrong', headers)).statusCode).toBe(401)
})

test('a body that is too large is 413, one of another type is 415, broken JSON is 400', async () => {
  const long = await rig.post({ ...credentials, more: 'x'.repeat(5_000) })
  expect(long.statusCode).toBe(413)
  expect((await rig.post('<a/>', { 'content-type': 'text/xml' })).statusCode).toBe(415)
  expect((await rig.post('{', { 'content-type': 'application/json' })).statusCode).toBe(400)
})

test('nobody chooses their own token: customToken and the like are passed over', async () => {
  const token = await rig.login()
  const answer = await rig.post({ ...credentials, customToken: 'a'.repeat(64), token: 'b'.repeat(64) })
  expect(answer.body).toBe(token)
})

test('other methods on /auth are 405, with those that there are', async () => {
  const answer = await rig.inject({ method: 'GET', url: '/auth' })
  expect([answer.statusCode, answer.headers.allow]).toEqual([405, expect.stringContaining('POST')])
})

test.each([
  ['no user', { username: ' ' }],
  ['no password', { password: '' }],
  ['a wrong platform', { platform: 'a|b' }],
  ['a token that no adapter has made', { token: 'my-own' }]
])('a login by another plugin with %s is a TypeError', async (_, wrong) => {
  const good = { username: '213170001', password: 'correct horse', platform: 'web' }
  await expect(rig.service.login({ ...good, ...wrong })).rejects.toThrow(TypeError)
})
