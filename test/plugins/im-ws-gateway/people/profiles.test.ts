import { expect, test } from 'vitest'
import { testPeople } from './opened.ts'

const device = { platformID: 5 }

test('a user reads his own profile; one who does not exist has none', async () => {
  await using opened = await testPeople({ users: ['u1'] })
  expect(await opened.part.getSelf('u1', {}, device)).toMatchObject({ userID: 'u1', nickname: 'Name of u1' })
  await expect(opened.part.getSelf('nobody', {}, device)).rejects.toMatchObject({ code: 'userNotFound' })
})

test('a changed name is told to his own devices, to his friends, to his groups, then to conversations', async () => {
  await using opened = await testPeople({ users: ['u1', 'u2', 'u3', 'stranger'] })
  await opened.importFriends('u1', ['u2', 'u3'])
  await opened.part.setFriendRemark('u2', { toUserID: 'u1', remark: 'Boss' }, device)
  opened.told()
  await opened.part.setSelf('u1', { nickname: 'Uno' }, device)
  const told = opened.told()
  expect(told).toMatchObject([
    {
      to: 'u1',
      event: { kind: 'selfInfo', user: { userID: 'u1', nickname: 'Uno' } },
      options: { cause: device }
    },
    {
      to: 'u2',
      event: { kind: 'friendInfoChanged', friend: { ownerUserID: 'u2', nickname: 'Uno', remark: 'Boss' } }
    },
    {
      to: 'u3',
      event: { kind: 'friendInfoChanged', friend: { ownerUserID: 'u3', nickname: 'Uno', remark: '' } }
    },
    { groups: 'personChanged', args: ['u1', ['nickname'], { cause: device }] },
    { chat: 'appearanceChanged', args: [{ userID: 'u1' }] }
  ])
  expect((await opened.part.getFriends('u2', {}, device))[0]?.friendInfo?.nickname).toBe('Uno')
})

test('who has ended his direction of a friendship is told nothing of a new name', async () => {
  await using opened = await testPeople({ users: ['u1', 'u2'] })
  await opened.importFriends('u1', ['u2'])
  await opened.part.deleteFriend('u2', { userID: 'u1' }, device)
  opened.told()
  await opened.part.setSelf('u1', { faceURL: 'http://f' }, device)
  expect(opened.lines()).toEqual(['u1 selfInfo', 'groups personChanged', 'chat appearanceChanged'])
})

test('more friends than one query reads hear of a new name, each once', async () => {
  const friends = Array.from({ length: 1_200 }, (_, n) => `f${n}`)
  await using opened = await testPeople({ users: ['u1', ...friends] })
  await opened.importFriends('u1', friends)
  opened.told()
  await opened.part.setSelf('u1', { nickname: 'Uno' }, device)
  const lines = opened.lines()
  expect(lines.filter(line => line.endsWith('friendInfoChanged')).toSorted()).toEqual(
    friends.map(friend => `${friend} friendInfoChanged`).toSorted()
  )
  expect(lines).toHaveLength(friends.length + 3)
})

test('what friends do not see is told to his own devices alone', async () => {
  await using opened = await testPeople({ users: ['u1', 'u2'] })
  await opened.importFriends('u1', ['u2'])
  opened.told()
  await opened.part.setSelf('u1', { ex: 'x' }, device)
  await opened.part.setGlobalRecvMessageOpt('u1', { opt: 2 }, device)
  expect(opened.lines()).toEqual(['u1 selfInfo', 'u1 selfInfo', 'chat receiveOptionChanged'])
  expect(await opened.part.getSelf('u1', {}, device)).toMatchObject({ ex: 'x', globalRecvMsgOpt: 2 })
})

test('what friends see but conversations do not show is told to friends', async () => {
  await using opened = await testPeople({ users: ['u1', 'u2'] })
  await opened.importFriends('u1', ['u2'])
  opened.told()
  await opened.part.setSelf('u1', { gender: 2, birth: 946_684_800 }, device)
  expect(opened.lines()).toEqual(['u1 selfInfo', 'u2 friendInfoChanged'])
})

test('a profile that is set as it was is told to nobody', async () => {
  await using opened = await testPeople({ users: ['u1'] })
  await opened.part.setSelf('u1', { nickname: 'Name of u1' }, device)
  await opened.part.setSelf('u1', {}, device)
  expect(opened.lines()).toEqual([])
})

test('neither the id nor the time of registration can be set', async () => {
  await using opened = await testPeople({ users: ['u1', 'u2'] })
  const { createTime } = await opened.part.getSelf('u1', {}, device)
  const wild: object = { userID: 'u2', createTime: 1, nickname: 'Uno', unknown: 'column' }
  await opened.part.setSelf('u1', wild, device)
  expect(await opened.part.getSelf('u1', {}, device)).toMatchObject({
    userID: 'u1',
    nickname: 'Uno',
    createTime
  })
  expect(await opened.part.getSelf('u2', {}, device)).toMatchObject({ nickname: 'Name of u2' })
})

test('changes of different members at the same time are all kept', async () => {
  await using opened = await testPeople({ users: ['u1'] })
  const { part } = opened
  await Promise.all([
    part.setSelf('u1', { nickname: 'Uno' }, device),
    part.setSelf('u1', { faceURL: 'http://f' }, device),
    part.setSelf('u1', { email: 'u1@example.org' }, device)
  ])
  const expected = { nickname: 'Uno', faceURL: 'http://f', email: 'u1@example.org' }
  expect(await part.getSelf('u1', {}, device)).toMatchObject(expected)
  expect(await (await opened.reopened()).people.user('u1')).toMatchObject(expected)
})

test('others are shown as a user knows them, and those that do not exist are left out', async () => {
  await using opened = await testPeople({ users: ['u1', 'friend', 'black', 'stranger'] })
  await opened.importFriends('u1', ['friend'])
  await opened.part.addBlack('u1', { userID: 'black' }, device)
  const userIDList = ['stranger', 'black', 'nobody', 'friend']
  const cards = await opened.part.getUsers('u1', { userIDList }, device)
  expect(cards).toMatchObject([
    { publicInfo: { userID: 'stranger' }, friendInfo: null, blackInfo: null, groupMemberInfo: null },
    {
      publicInfo: { userID: 'black' },
      friendInfo: null,
      blackInfo: { userID: 'black' },
      groupMemberInfo: null
    },
    {
      publicInfo: { userID: 'friend' },
      friendInfo: { userID: 'friend' },
      blackInfo: null,
      groupMemberInfo: null
    }
  ])
  expect(cards).toHaveLength(3)
  expect(cards[0]?.publicInfo).toEqual({
    userID: 'stranger',
    nickname: 'Name of stranger',
    faceURL: '',
    ex: '',
    createTime: opened.clock.now(),
    gender: 0
  })
})

test('members of a group see each other as members, others do not', async () => {
  await using opened = await testPeople({ users: ['u1', 'u2', 'outsider'] })
  opened.members.set('g1 u1', 'First')
  opened.members.set('g1 u2', 'Second')
  const ask = (userID: string) =>
    opened.part.getUsers(userID, { userIDList: ['u2', 'outsider'], groupID: 'g1' }, device)
  expect(await ask('u1')).toMatchObject([
    { publicInfo: { userID: 'u2' }, groupMemberInfo: { groupID: 'g1', nickname: 'Second' } },
    { publicInfo: { userID: 'outsider' }, groupMemberInfo: null }
  ])
  expect(await ask('outsider')).toMatchObject([{ groupMemberInfo: null }, { groupMemberInfo: null }])
})
