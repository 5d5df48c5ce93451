import { expect, test } from 'vitest'
import { ImError } from '../../../../src/plugins/im-ws-gateway/codes.ts'
import { startRest } from './rig.ts'

test('a user is registered, and changed in what is given when he is there already', async () => {
  await using rig = await startRest()
  const first = await rig.post('/v1/im/users', {
    userID: 'u1',
    nickname: 'One',
    faceURL: 'http://f',
    ex: '{}'
  })
  expect(first).toMatchObject({
    status: 200,
    body: { userID: 'u1', nickname: 'One', faceURL: 'http://f', created: true }
  })
  const again = await rig.post('/v1/im/users', { userID: 'u1', nickname: 'Uno' })
  expect(again.body).toEqual({ userID: 'u1', nickname: 'Uno', faceURL: 'http://f', created: false })
  expect(rig.backOffice.calls[1]).toEqual(['registerUser', { userID: 'u1', nickname: 'Uno' }])
})

test('an id alone is enough', async () => {
  await using rig = await startRest()
  const { body } = await rig.post('/v1/im/users', { userID: 'u1' })
  expect(body).toEqual({ userID: 'u1', nickname: '', faceURL: '', created: true })
})

test('a user is looked up', async () => {
  await using rig = await startRest({ platformsOf: userID => (userID === 'a@b.c:d' ? [1, 5] : []) })
  await rig.post('/v1/im/users', { userID: 'a@b.c:d', nickname: 'A', ex: 'x' })
  expect((await rig.get('/v1/im/users/a@b.c:d')).body).toEqual({
    userID: 'a@b.c:d',
    nickname: 'A',
    faceURL: '',
    ex: 'x',
    createTime: 1_767_225_600_000,
    platformIDs: [1, 5]
  })
  const missing = await rig.get('/v1/im/users/u9')
  expect([missing.status, missing.body['code']]).toEqual([404, 'im.user_not_found'])
  expect((await rig.get('/v1/im/users/a%20b')).status).toBe(400)
})

test('where nobody knows who is online, nothing is said of it', async () => {
  await using rig = await startRest()
  await rig.post('/v1/im/users', { userID: 'u1' })
  expect((await rig.get('/v1/im/users/u1')).body).not.toHaveProperty('platformIDs')
})

test('a token is issued to a registered user, for one platform or for any', async () => {
  await using rig = await startRest()
  await rig.post('/v1/im/users', { userID: 'u1' })
  for (const platformID of [0, 1, 5, 11]) {
    const { status, body, headers } = await rig.post('/v1/im/token', { userID: 'u1', platformID })
    expect([status, headers['cache-control']]).toEqual([200, 'no-store'])
    expect(body).toEqual({ token: `token of u1 on ${platformID}`, expireTimeSeconds: 60 })
  }
})

test('nobody else gets one', async () => {
  await using rig = await startRest()
  const { status, body } = await rig.post('/v1/im/token', { userID: 'u1', platformID: 5 })
  expect([status, body['code']]).toEqual([404, 'im.user_not_found'])
  expect(body['detail']).toContain('POST /v1/im/users')
})

test('where an OpenIM server issues tokens, a back end is sent there', async () => {
  await using rig = await startRest({ issuer: undefined })
  await rig.post('/v1/im/users', { userID: 'u1' })
  const { status, body } = await rig.post('/v1/im/token', { userID: 'u1', platformID: 5 })
  expect([status, body['code']]).toEqual([501, 'im.tokens_elsewhere'])
  expect(body['detail']).toContain('tokenCheck')
})

test('a user is logged out everywhere, or on one platform', async () => {
  await using rig = await startRest()
  expect((await rig.post('/v1/im/logout', { userID: 'u1' })).body).toEqual({ ended: 2 })
  expect((await rig.post('/v1/im/logout', { userID: 'u1', platformID: 5 })).body).toEqual({ ended: 3 })
  expect(rig.logouts).toEqual([
    ['u1', undefined],
    ['u1', 5]
  ])
})

test('what a field must be is said by its name', async () => {
  await using rig = await startRest()
  const cases: readonly (readonly [path: string, body: object, field: string, code: string])[] = [
    ['users', {}, '/userID', 'required'],
    ['users', { userID: 7 }, '/userID', 'type'],
    ['users', { userID: 'a b' }, '/userID', 'pattern'],
    ['users', { userID: 'u1', nickname: null }, '/nickname', 'type'],
    ['users', { userID: 'u1', nickname: 'x'.repeat(257) }, '/nickname', 'maxLength'],
    ['users', { userID: 'u1', faceURL: 'x'.repeat(2_049) }, '/faceURL', 'maxLength'],
    ['users', { userID: 'u1', nickName: 'One' }, '/nickName', 'additionalProperties'],
    ['token', { userID: 'u1' }, '/platformID', 'required'],
    ['token', { userID: 'u1', platformID: '5' }, '/platformID', 'type'],
    ['token', { userID: 'u1', platformID: 12 }, '/platformID', 'maximum'],
    ['token', { userID: 'u1', platformID: -1 }, '/platformID', 'minimum'],
    ['token', { userID: 'u1', platformID: 5, ttl: 1 }, '/ttl', 'additionalProperties'],
    ['logout', { userID: 'u1', platformID: 0 }, '/platformID', 'minimum'],
    ['logout', { userID: 'u1', platform: 5 }, '/platform', 'additionalProperties']
  ]
  for (const [path, body, field, code] of cases) {
    const reply = await rig.post(`/v1/im/${path}`, body)
    const [{ message, ...fault }] = reply.body['errors'] as [{ message: string }]
    expect([reply.status, reply.body['code'], fault]).toEqual([
      400,
      'param.invalid',
      { pointer: field, code }
    ])
    expect(message).not.toBe('')
  }
  expect([rig.backOffice.calls, rig.logouts]).toEqual([[], []])
})

test('all that is wrong with a body is said at once', async () => {
  await using rig = await startRest()
  const { body } = await rig.post('/v1/im/users', { userID: '', nickname: 1, extra: true })
  const fields = (body['errors'] as { pointer: string }[]).map(({ pointer }) => pointer)
  expect(fields.toSorted()).toEqual(['/extra', '/nickname', '/userID'])
})

test('what is no JSON object is refused', async () => {
  await using rig = await startRest()
  for (const payload of ['', '{', 'null', '[]', '"u1"', '7', '{"__proto__":{"userID":"u1"}}'])
    expect([payload, (await rig.post('/v1/im/users', payload)).status]).toEqual([payload, 400])
  expect(
    (await rig.post('/v1/im/users', 'userID=u1', { 'content-type': 'application/x-www-form-urlencoded' }))
      .status
  ).toBe(415)
  expect(rig.backOffice.calls).toEqual([])
})

test('each refusal of the chat has a status that fits', async () => {
  await using rig = await startRest()
  const statuses = {
    userNotFound: [404, 'im.user_not_found'],
    groupNotFound: [404, 'im.group_not_found'],
    groupDismissed: [404, 'im.group_not_found'],
    duplicate: [409, 'im.duplicate'],
    messageRepeated: [409, 'im.duplicate'],
    mutedInGroup: [409, 'im.refused'],
    notInGroup: [409, 'im.refused'],
    contentType: [400, 'param.invalid'],
    badArguments: [400, 'param.invalid'],
    notSupported: [501, 'im.not_supported'],
    busy: [503, 'im.unavailable']
  } as const
  for (const [code, expected] of Object.entries(statuses)) {
    rig.backOffice.failure = new ImError(code as keyof typeof statuses, 'in particular')
    const { status, body } = await rig.post('/v1/im/users', { userID: 'u1' })
    expect([code, status, body['code']]).toEqual([code, ...expected])
    expect(body['detail']).toBe(status === 503 ? undefined : 'in particular')
  }
})

test('what breaks is an internal error that tells nothing', async () => {
  await using rig = await startRest()
  for (const failure of [new Error('no such table'), new ImError('internal', 'no such table')]) {
    rig.backOffice.failure = failure
    const { status, body } = await rig.post('/v1/im/users', { userID: 'u1' })
    expect([status, body['code']]).toEqual([500, 'internal'])
    expect(JSON.stringify(body)).not.toContain('no such table')
  }
})
