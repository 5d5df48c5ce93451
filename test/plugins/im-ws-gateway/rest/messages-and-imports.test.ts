import { expect, test } from 'vitest'
import { startRest } from './rig.ts'

const text = { contentType: 101, content: { content: 'hi' } }

test('a message goes to several users, from the system or from a user', async () => {
  await using rig = await startRest()
  const { status, body } = await rig.post('/v1/im/messages', { ...text, recvIDs: ['u1', 'u2'] })
  expect([status, body]).toEqual([
    200,
    {
      messages: [
        { clientMsgID: 'c0', serverMsgID: 's0', recvID: 'u1' },
        { clientMsgID: 'c1', serverMsgID: 's1', recvID: 'u2' }
      ]
    }
  ])
  await rig.post('/v1/im/messages', { ...text, sendID: 'u3', recvIDs: ['u1'], ex: 'x' })
  expect(rig.backOffice.calls).toEqual([
    ['send', { ...text, recvIDs: ['u1', 'u2'] }],
    ['send', { ...text, sendID: 'u3', recvIDs: ['u1'], ex: 'x' }]
  ])
})

test('a message goes to a group', async () => {
  await using rig = await startRest()
  const { body } = await rig.post('/v1/im/messages', { ...text, groupID: 'g1' })
  expect(body).toEqual({ messages: [{ clientMsgID: 'c0', serverMsgID: 's0', recvID: '' }] })
  expect(rig.backOffice.calls).toEqual([['send', { ...text, groupID: 'g1' }]])
})

test('the content of a message is passed on as it is', async () => {
  await using rig = await startRest()
  const content = { data: '{"a":1}', description: '', extension: '', more: [1, { deep: null }] }
  await rig.post('/v1/im/messages', { contentType: 110, content, recvIDs: ['u1'] })
  expect(rig.backOffice.calls[0]?.[1]).toMatchObject({ content })
})

test('a message has one kind of target', async () => {
  await using rig = await startRest()
  const faults = async (body: object): Promise<unknown> =>
    (await rig.post('/v1/im/messages', { ...text, ...body })).body['errors']
  expect(await faults({})).toEqual([
    { pointer: '/recvIDs', code: 'required', message: expect.stringContaining('groupID') as string }
  ])
  expect(await faults({ recvIDs: ['u1'], groupID: 'g1' })).toEqual([
    { pointer: '/groupID', code: 'not', message: expect.stringContaining('recvIDs') as string }
  ])
  expect(rig.backOffice.calls).toEqual([])
})

test('friends are imported', async () => {
  await using rig = await startRest()
  const { status, body } = await rig.post('/v1/im/friends', {
    ownerUserID: 'u1',
    friendUserIDs: ['u2', 'u3']
  })
  expect([status, body]).toEqual([200, { friends: 2 }])
  expect(rig.backOffice.calls).toEqual([['importFriends', 'u1', ['u2', 'u3']]])
})

test('a group is imported, and its id comes back', async () => {
  await using rig = await startRest()
  const least = { groupName: 'G', ownerUserID: 'u1', memberUserIDs: ['u2'] }
  const { status, body } = await rig.post('/v1/im/groups', least)
  expect(status).toBe(200)
  expect(body).toEqual({
    groupID: 'made-up',
    groupName: 'G',
    ownerUserID: 'u1',
    memberCount: 2,
    faceURL: '',
    introduction: '',
    createTime: 1_767_225_600_000
  })
  const most = { ...least, groupID: 'g1', adminUserIDs: ['u3'], faceURL: 'http://f', introduction: 'About' }
  expect((await rig.post('/v1/im/groups', most)).body).toMatchObject({ groupID: 'g1' })
  expect(rig.backOffice.calls).toEqual([
    ['importGroup', least],
    ['importGroup', most]
  ])
})

test('what a field must be is said by its name', async () => {
  await using rig = await startRest()
  const ids = (count: number): string[] => Array.from({ length: count }, (_, n) => `u${n}`)
  const group = { groupName: 'G', ownerUserID: 'u1', memberUserIDs: [] }
  const cases: readonly (readonly [path: string, body: object, field: string, code: string])[] = [
    ['messages', { ...text, recvIDs: [] }, '/recvIDs', 'minItems'],
    ['messages', { ...text, recvIDs: ids(1_001) }, '/recvIDs', 'maxItems'],
    ['messages', { ...text, recvIDs: ['u1', 'u1'] }, '/recvIDs', 'uniqueItems'],
    ['messages', { ...text, recvIDs: ['u1', 'a b'] }, '/recvIDs/1', 'pattern'],
    ['messages', { ...text, groupID: '' }, '/groupID', 'pattern'],
    ['messages', { ...text, recvIDs: 'u1' }, '/recvIDs', 'type'],
    ['messages', { ...text, recvIDs: ['u1'], sendID: '' }, '/sendID', 'pattern'],
    ['messages', { recvIDs: ['u1'], content: {} }, '/contentType', 'required'],
    ['messages', { recvIDs: ['u1'], contentType: 101 }, '/content', 'required'],
    ['messages', { recvIDs: ['u1'], contentType: 101, content: 'hi' }, '/content', 'type'],
    ['messages', { recvIDs: ['u1'], contentType: 1.5, content: {} }, '/contentType', 'type'],
    ['messages', { ...text, recvIDs: ['u1'], recvID: 'u1' }, '/recvID', 'additionalProperties'],
    ['friends', { ownerUserID: 'u1' }, '/friendUserIDs', 'required'],
    ['friends', { ownerUserID: 'u1', friendUserIDs: [] }, '/friendUserIDs', 'minItems'],
    ['friends', { ownerUserID: 'u1', friendUserIDs: ids(1_001) }, '/friendUserIDs', 'maxItems'],
    ['friends', { ownerUserID: '?', friendUserIDs: ['u2'] }, '/ownerUserID', 'pattern'],
    ['groups', { ...group, groupName: '' }, '/groupName', 'minLength'],
    ['groups', { ...group, groupID: 'a/b' }, '/groupID', 'pattern'],
    ['groups', { ...group, memberUserIDs: ids(4) }, '/memberUserIDs', 'maxItems'],
    ['groups', { ...group, adminUserIDs: [7] }, '/adminUserIDs/0', 'type'],
    ['groups', { ...group, introduction: 'x'.repeat(4_097) }, '/introduction', 'maxLength'],
    ['groups', { ...group, members: [] }, '/members', 'additionalProperties']
  ]
  for (const [path, body, field, code] of cases) {
    const reply = await rig.post(`/v1/im/${path}`, body)
    const [fault] = (reply.body['errors'] ?? []) as object[]
    expect([reply.status, fault]).toEqual([
      400,
      { pointer: field, code, message: expect.any(String) as string }
    ])
  }
  expect(rig.backOffice.calls).toEqual([])
})

test('the largest requests that fit the schemas fit the limits of bodies', async () => {
  await using rig = await startRest({ settings: { adminSecret: 'x', maxGroupMembers: 5_000 } })
  const ids = (count: number): string[] =>
    Array.from({ length: count }, (_, n) => String(n).padStart(64, 'u'))
  const with_ = { authorization: 'Bearer x' }
  const friends = { ownerUserID: 'u1', friendUserIDs: ids(1_000) }
  expect((await rig.post('/v1/im/friends', friends, with_)).status).toBe(200)
  const group = {
    groupName: 'G'.repeat(256),
    ownerUserID: 'u1',
    memberUserIDs: ids(5_000),
    adminUserIDs: ids(5_000),
    faceURL: 'x'.repeat(2_048),
    introduction: '群'.repeat(4_096)
  }
  expect((await rig.post('/v1/im/groups', group, with_)).status).toBe(200)
  const message = { contentType: 101, content: { content: 'x'.repeat(400_000) }, recvIDs: ids(1_000) }
  expect((await rig.post('/v1/im/messages', message, with_)).status).toBe(200)
})
