import { expect, test } from 'vitest'
import { openTables } from '../../../../src/plugins/im-ws-gateway/embedded/people/tables.ts'
import { testPeople } from './opened.ts'

const device = { platformID: 5 }

test('who is blocked is told to his own devices alone, and stands in the list', async () => {
  await using opened = await testPeople({ users: ['u1', 'u2'] })
  await opened.part.addBlack('u1', { userID: 'u2', ex: 'why' }, device)
  const black = {
    ownerUserID: 'u1',
    userID: 'u2',
    createTime: opened.clock.now(),
    ex: 'why',
    nickname: 'Name of u2',
    faceURL: '',
    gender: 0,
    addSource: 0,
    operatorUserID: 'u1'
  }
  expect(opened.told()).toEqual([
    { to: 'u1', event: { kind: 'blackAdded', black }, options: { cause: device } }
  ])
  expect(await opened.part.getBlacks('u1', {}, device)).toMatchObject([
    { publicInfo: { userID: 'u2' }, friendInfo: null, blackInfo: black }
  ])
  expect(await opened.part.getBlacks('u2', {}, device)).toEqual([])
})

test('blocking twice and unblocking twice change nothing more', async () => {
  await using opened = await testPeople({ users: ['u1', 'u2'] })
  const { part } = opened
  await Promise.all([
    part.addBlack('u1', { userID: 'u2' }, device),
    part.addBlack('u1', { userID: 'u2' }, device)
  ])
  await part.addBlack('u1', { userID: 'u2' }, device)
  expect(opened.lines()).toEqual(['u1 blackAdded'])
  await Promise.all([
    part.removeBlack('u1', { userID: 'u2' }, device),
    part.removeBlack('u1', { userID: 'u2' }, device)
  ])
  await part.removeBlack('u1', { userID: 'nobody' }, device)
  expect(opened.lines()).toEqual(['u1 blackDeleted'])
  expect(await part.getBlacks('u1', {}, device)).toEqual([])
})

test('nobody can block himself or somebody unknown', async () => {
  await using opened = await testPeople({ users: ['u1'] })
  const block = (userID: string) => opened.part.addBlack('u1', { userID }, device)
  await expect(block('u1')).rejects.toMatchObject({ code: 'badArguments' })
  await expect(block('nobody')).rejects.toMatchObject({ code: 'userNotFound' })
  await expect(block('\0')).rejects.toMatchObject({ code: 'userNotFound' })
})

test('10,000 users can be blocked, and not one more', async () => {
  await using opened = await testPeople({ users: ['u1', 'u2', 'u3'] })
  const db = await openTables(opened.database)
  const row = { ownerUserID: 'u1', createTime: 0, ex: '' }
  const rows = Array.from({ length: 9_999 }, (_, n) => ({ ...row, userID: `b${n}` }))
  for (const some of [rows.slice(0, 5_000), rows.slice(5_000)])
    await db.insertInto('im_people_blacks').values(some).execute()
  await opened.part.addBlack('u1', { userID: 'u2' }, device)
  const more = opened.part.addBlack('u1', { userID: 'u3' }, device)
  await expect(more).rejects.toMatchObject({ code: 'tooLarge' })
  await opened.part.removeBlack('u1', { userID: 'b0' }, device)
  await opened.part.addBlack('u1', { userID: 'u3' }, device)
})

test('a blocked friend stays a friend', async () => {
  await using opened = await testPeople({ users: ['u1', 'u2'] })
  await opened.importFriends('u1', ['u2'])
  await opened.part.addBlack('u1', { userID: 'u2' }, device)
  expect(await opened.part.getFriends('u1', {}, device)).toHaveLength(1)
  await opened.part.removeBlack('u1', { userID: 'u2' }, device)
  const check = await opened.part.checkFriend('u1', { userIDList: ['u2'] }, device)
  expect(check).toEqual([{ userID: 'u2', result: 1 }])
})

test('the blocked cannot write, and can again once they are unblocked', async () => {
  await using opened = await testPeople({ users: ['u1', 'u2'] })
  const { people, part } = opened
  await people.assertMayWrite('u2', 'u1')
  await part.addBlack('u1', { userID: 'u2' }, device)
  await expect(people.assertMayWrite('u2', 'u1')).rejects.toMatchObject({ code: 'blocked' })
  await people.assertMayWrite('u1', 'u2')
  const { people: later } = await opened.reopened()
  await expect(later.assertMayWrite('u2', 'u1')).rejects.toMatchObject({ code: 'blocked' })
  await part.removeBlack('u1', { userID: 'u2' }, device)
  await people.assertMayWrite('u2', 'u1')
})

test('anybody may write to anybody who exists, and to himself', async () => {
  await using opened = await testPeople({ users: ['u1', 'u2'] })
  await opened.people.assertMayWrite('u1', 'u2')
  await opened.people.assertMayWrite('u1', 'u1')
  const unknown = opened.people.assertMayWrite('u1', 'nobody')
  await expect(unknown).rejects.toMatchObject({ code: 'userNotFound' })
})

test('where only friends may write, the recipient must have the sender among his friends', async () => {
  await using opened = await testPeople({ users: ['u1', 'u2'], onlyFriends: true })
  const { people, part } = opened
  await expect(people.assertMayWrite('u1', 'u2')).rejects.toMatchObject({ code: 'notFriend' })
  await people.assertMayWrite('u1', 'u1')
  await opened.importFriends('u1', ['u2'])
  await people.assertMayWrite('u1', 'u2')
  await people.assertMayWrite('u2', 'u1')
  await part.deleteFriend('u1', { userID: 'u2' }, device)
  await people.assertMayWrite('u1', 'u2')
  await expect(people.assertMayWrite('u2', 'u1')).rejects.toMatchObject({ code: 'notFriend' })
})
