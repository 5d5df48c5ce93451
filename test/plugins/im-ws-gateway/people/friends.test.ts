import { expect, test } from 'vitest'
import { openTables } from '../../../../src/plugins/im-ws-gateway/embedded/people/tables.ts'
import { testPeople } from './opened.ts'

const device = { platformID: 5 }

test('friends are listed with what is known of them, the oldest friendship first', async () => {
  await using opened = await testPeople({ users: ['u1', 'a', 'b', 'c'] })
  await opened.importFriends('u1', ['c'])
  await opened.clock.advance(1)
  await opened.importFriends('u1', ['b', 'a'])
  await opened.part.addBlack('u1', { userID: 'a' }, device)
  const friends = await opened.part.getFriends('u1', {}, device)
  expect(friends.map(({ friendInfo }) => friendInfo?.userID)).toEqual(['c', 'a', 'b'])
  expect(friends[1]).toMatchObject({
    publicInfo: { userID: 'a', nickname: 'Name of a' },
    friendInfo: { ownerUserID: 'u1', userID: 'a', nickname: 'Name of a', addSource: 1 },
    blackInfo: { ownerUserID: 'u1', userID: 'a' }
  })
  expect(friends[2]).toMatchObject({ blackInfo: null })
})

test('specified friends are found if they are friends, in the order in which they were asked for', async () => {
  await using opened = await testPeople({ users: ['u1', 'a', 'b', 'stranger'] })
  await opened.importFriends('u1', ['a', 'b'])
  const userIDList = ['b', 'stranger', 'nobody', 'a']
  const found = await opened.part.getSpecifiedFriends('u1', { userIDList }, device)
  expect(found.map(({ friendInfo }) => friendInfo?.userID)).toEqual(['b', 'a'])
})

test('a check answers for each user that was asked for; a blocked friend is none', async () => {
  await using opened = await testPeople({ users: ['u1', 'friend', 'blocked', 'stranger'] })
  await opened.importFriends('u1', ['friend', 'blocked'])
  await opened.part.addBlack('u1', { userID: 'blocked' }, device)
  const userIDList = ['friend', 'blocked', 'stranger', 'nobody']
  expect(await opened.part.checkFriend('u1', { userIDList }, device)).toEqual([
    { userID: 'friend', result: 1 },
    { userID: 'blocked', result: 0 },
    { userID: 'stranger', result: 0 },
    { userID: 'nobody', result: 0 }
  ])
})

test('a deleted friend is told to all devices of the one who deleted him, and keeps his own direction', async () => {
  await using opened = await testPeople({ users: ['u1', 'u2'] })
  await opened.importFriends('u1', ['u2'])
  opened.told()
  await opened.part.deleteFriend('u1', { userID: 'u2' }, device)
  expect(opened.told()).toMatchObject([
    { to: 'u1', event: { kind: 'friendDeleted', friend: { userID: 'u2' } }, options: { cause: device } }
  ])
  expect(await opened.part.getFriends('u1', {}, device)).toEqual([])
  expect(await opened.part.getFriends('u2', {}, device)).toHaveLength(1)
  const again = opened.part.deleteFriend('u1', { userID: 'u2' }, device)
  await expect(again).rejects.toMatchObject({ code: 'recordNotFound' })
})

test('of two deletions at the same time one is told', async () => {
  await using opened = await testPeople({ users: ['u1', 'u2'] })
  await opened.importFriends('u1', ['u2'])
  opened.told()
  const remove = (): Promise<void> => opened.part.deleteFriend('u1', { userID: 'u2' }, device)
  const results = await Promise.allSettled([remove(), remove()])
  expect(results.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected'])
  expect(opened.lines()).toEqual(['u1 friendDeleted'])
})

test('a remark is told to his own devices and shown in his conversations', async () => {
  await using opened = await testPeople({ users: ['u1', 'u2'] })
  await opened.importFriends('u1', ['u2'])
  opened.told()
  await opened.part.setFriendRemark('u1', { toUserID: 'u2', remark: 'Pal' }, device)
  expect(opened.told()).toMatchObject([
    { to: 'u1', event: { kind: 'friendInfoChanged', friend: { userID: 'u2', remark: 'Pal' } } },
    { chat: 'appearanceChanged', args: [{ userID: 'u2' }, ['u1']] }
  ])
  expect((await opened.people.shown('u1', ['u2'])).get('u2')).toMatchObject({ shownName: 'Pal' })
  await opened.part.setFriendRemark('u1', { toUserID: 'u2', remark: '' }, device)
  expect((await opened.people.shown('u1', ['u2'])).get('u2')).toMatchObject({ shownName: 'Name of u2' })
})

test('a friend with a remark who is deleted is shown by his own name again', async () => {
  await using opened = await testPeople({ users: ['u1', 'u2'] })
  await opened.importFriends('u1', ['u2'])
  await opened.part.setFriendRemark('u1', { toUserID: 'u2', remark: 'Pal' }, device)
  opened.told()
  await opened.part.deleteFriend('u1', { userID: 'u2' }, device)
  expect(opened.lines()).toEqual(['u1 friendDeleted', 'chat appearanceChanged'])
  expect((await opened.people.shown('u1', ['u2'])).get('u2')).toMatchObject({ shownName: 'Name of u2' })
})

test('there is no remark for somebody who is no friend', async () => {
  await using opened = await testPeople({ users: ['u1', 'u2'] })
  const set = opened.part.setFriendRemark('u1', { toUserID: 'u2', remark: 'Pal' }, device)
  await expect(set).rejects.toMatchObject({ code: 'recordNotFound' })
  expect(opened.lines()).toEqual([])
})

test('friends are found by parts of their id, name and remark, in whichever case', async () => {
  await using opened = await testPeople({ users: ['u1', 'anna', 'bert', 'cora', 'dora'] })
  const { part } = opened
  await opened.importFriends('u1', ['anna', 'bert', 'cora'])
  await part.setSelf('bert', { nickname: 'ANNABERT' }, device)
  await part.setFriendRemark('u1', { toUserID: 'cora', remark: 'Anna 2' }, device)
  await part.addBlack('u1', { userID: 'cora' }, device)
  const search = async (keywordList: string[], ...fields: ('UserID' | 'Nickname' | 'Remark')[]) => {
    const asked = Object.fromEntries(fields.map(field => [`isSearch${field}`, true]))
    const found = await part.searchFriends('u1', { keywordList, ...asked }, device)
    return found.map(({ userID, relationship }) => `${userID} ${relationship}`)
  }
  expect(await search(['anna'], 'UserID')).toEqual(['anna 1'])
  expect(await search(['anna'], 'Nickname')).toEqual(['anna 1', 'bert 1'])
  expect(await search(['anna'], 'Remark')).toEqual(['cora 0'])
  expect(await search(['ANNA'], 'UserID', 'Nickname', 'Remark')).toEqual(['anna 1', 'bert 1', 'cora 0'])
  expect(await search(['', 'bert', 'cora'], 'UserID')).toEqual(['bert 1', 'cora 0'])
  expect(await search(['dora'], 'UserID', 'Nickname', 'Remark')).toEqual([])
  const bad = { code: 'badArguments' }
  await expect(search([], 'UserID')).rejects.toMatchObject(bad)
  await expect(search([''], 'UserID')).rejects.toMatchObject(bad)
  await expect(search(['anna'])).rejects.toMatchObject(bad)
})

test('imported friends are friends in both directions, told to both sides, and imported once', async () => {
  await using opened = await testPeople({ users: ['u1', 'u2', 'u3'] })
  await opened.importFriends('u1', ['u2', 'u3', 'u2'])
  expect(opened.lines().toSorted()).toEqual([
    'u1 friendAdded',
    'u1 friendAdded',
    'u2 friendAdded',
    'u3 friendAdded'
  ])
  await opened.importFriends('u2', ['u1'])
  expect(opened.lines()).toEqual([])
  const { part } = await opened.reopened()
  expect(await part.getFriends('u1', {}, device)).toHaveLength(2)
  expect(await part.getFriends('u3', {}, device)).toMatchObject([{ friendInfo: { userID: 'u1' } }])
})

test('an import with somebody unknown, or with oneself, imports nobody', async () => {
  await using opened = await testPeople({ users: ['u1', 'u2'] })
  const unknown = { code: 'userNotFound' }
  await expect(opened.importFriends('u1', ['u2', 'nobody'])).rejects.toMatchObject(unknown)
  await expect(opened.importFriends('nobody', ['u2'])).rejects.toMatchObject(unknown)
  await expect(opened.importFriends('u1', ['u2', 'u1'])).rejects.toMatchObject({ code: 'cannotAddSelf' })
  expect(await opened.part.getFriends('u1', {}, device)).toEqual([])
})

test('10,000 friends are enough', async () => {
  const friends = Array.from({ length: 10_001 }, (_, n) => `f${n}`)
  await using opened = await testPeople({ users: ['u1'] })
  const { userID: _, ...profile } = await opened.part.getSelf('u1', {}, device)
  const db = await openTables(opened.database)
  for (let from = 0; from < friends.length; from += 1_000) {
    const rows = friends.slice(from, from + 1_000).map(userID => ({ ...profile, userID }))
    await db.insertInto('im_people_users').values(rows).execute()
  }
  const full = { code: 'tooLarge' }
  await expect(opened.importFriends('u1', friends)).rejects.toMatchObject(full)
  await opened.importFriends('u1', friends.slice(0, 10_000))
  await opened.importFriends('u1', friends.slice(0, 10))
  await opened.part.addFriend('f10000', { toUserID: 'u1' }, device)
  const accept = opened.part.acceptFriendApplication('u1', { toUserID: 'f10000' }, device)
  await expect(accept).rejects.toMatchObject(full)
  expect(await opened.part.getFriends('u1', {}, device)).toHaveLength(10_000)
})
