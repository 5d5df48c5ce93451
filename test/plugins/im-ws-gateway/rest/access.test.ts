import { expect, test } from 'vitest'
import { adminSecret, startRest } from './rig.ts'

const routes = ['users', 'token', 'logout', 'messages', 'friends', 'groups'].map(name => `/v1/im/${name}`)

test('no route answers without the secret, whatever the body is', async () => {
  await using rig = await startRest()
  for (const url of routes) {
    const { statusCode, headers } = await rig.app.inject({ method: 'POST', url, payload: { userID: 'u1' } })
    expect([url, statusCode, headers['www-authenticate']]).toEqual([url, 401, 'Bearer'])
  }
  expect((await rig.app.inject('/v1/im/users/u1')).statusCode).toBe(401)
  expect((await rig.app.inject({ method: 'HEAD', url: '/v1/im/users/u1' })).statusCode).toBe(401)
  expect([rig.backOffice.calls, rig.logouts]).toEqual([[], []])
})

test('a wrong secret is refused, also one that begins or ends as the right one does', async () => {
  await using rig = await startRest()
  for (const secret of ['x', adminSecret.slice(0, -1), `${adminSecret}x`, adminSecret.toUpperCase()]) {
    const { status, headers, body } = await rig.post(
      '/v1/im/users',
      { userID: 'u1' },
      { authorization: `Bearer ${secret}` }
    )
    expect([status, headers['www-authenticate']]).toEqual([401, 'Bearer error="invalid_token"'])
    expect(body).toMatchObject({ code: 'auth.token_invalid' })
  }
  for (const authorization of ['', 'Bearer', 'Bearer ', adminSecret, `Basic ${adminSecret}`]) {
    const { status, headers } = await rig.post('/v1/im/users', { userID: 'u1' }, { authorization })
    expect([authorization, status, headers['www-authenticate']]).toEqual([authorization, 401, 'Bearer'])
  }
  expect(rig.backOffice.calls).toEqual([])
})

test('the scheme may be written in any case', async () => {
  await using rig = await startRest()
  const authorization = `bearer  ${adminSecret}`
  expect((await rig.post('/v1/im/users', { userID: 'u1' }, { authorization })).status).toBe(200)
})

test('the secret is asked for before the body is read', async () => {
  await using rig = await startRest()
  const huge = 'x'.repeat(1_000_000)
  expect((await rig.post('/v1/im/users', huge, { authorization: 'Bearer x' })).status).toBe(401)
  expect((await rig.post('/v1/im/users', huge)).status).toBe(413)
})

test('where no secret is set there are no such routes', async () => {
  await using rig = await startRest({ settings: { adminSecret: '', maxGroupMembers: 3 } })
  for (const url of routes)
    expect((await rig.post(url, { userID: 'u1' }, { authorization: 'Bearer ' })).status).toBe(404)
})

test('neither secrets nor tokens nor texts reach the log', async () => {
  await using rig = await startRest()
  await rig.post('/v1/im/users', { userID: 'u1' })
  await rig.post('/v1/im/users', { userID: 'u1' }, { authorization: 'Bearer wrong-secret' })
  await rig.post('/v1/im/token', { userID: 'u1', platformID: 5 })
  await rig.post('/v1/im/messages', { recvIDs: ['u1'], contentType: 101, content: { content: 'hush' } })
  await rig.post('/v1/im/messages', { recvIDs: ['u1'], contentType: 'hush', content: {} })
  const said = rig.logs.join('\n')
  expect(said).toContain('/v1/im/token')
  for (const hidden of [adminSecret, 'wrong-secret', 'token of u1', 'hush'])
    expect(said).not.toContain(hidden)
})

test('without api-error the routes work all the same', async () => {
  await using rig = await startRest({ withoutApiError: true })
  expect((await rig.post('/v1/im/users', { userID: 'u1' })).status).toBe(200)
  expect((await rig.post('/v1/im/users', { userID: 'u1' }, { authorization: 'Bearer x' })).status).toBe(401)
  expect((await rig.post('/v1/im/token', { userID: 'u2', platformID: 5 })).status).toBe(404)
})
