import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { testPeople, type TestPeople } from './opened.ts'

const device = { platformID: 5 }

function connect(opened: TestPeople, userID: string, ...platformIDs: number[]): void {
  opened.online.set(userID, platformIDs)
  opened.presence.changed(userID)
}

test('a subscription answers how they are now', async () => {
  await using opened = await testPeople({ users: ['u1', 'u2', 'u3'] })
  opened.online.set('u2', [5, 1, 5])
  opened.online.delete('u3')
  const userIDList = ['u3', 'u2', 'nobody', 'u3']
  const now = [
    { userID: 'u3', status: 0, platformIDs: [] },
    { userID: 'u2', status: 1, platformIDs: [1, 5] },
    { userID: 'nobody', status: 0, platformIDs: [] }
  ]
  expect(await opened.part.subscribeUsersStatus('u1', { userIDList }, device)).toEqual(now)
  expect(await opened.part.getSubscribedUsersStatus('u1', {}, device)).toEqual(now)
  expect(await opened.part.getSubscribedUsersStatus('u2', {}, device)).toEqual([])
})

test('subscribers hear when somebody comes, changes his platforms and goes, and not of connections beside', async () => {
  await using opened = await testPeople({ users: ['u1', 'u2', 'u3'] })
  opened.online.set('u2', [])
  await opened.part.subscribeUsersStatus('u1', { userIDList: ['u2'] }, device)
  await opened.part.subscribeUsersStatus('u3', { userIDList: ['u2'] }, device)
  connect(opened, 'u2', 5)
  connect(opened, 'u2', 5, 5)
  connect(opened, 'u2', 5, 1)
  connect(opened, 'u2')
  const event = (platformIDs: number[]) => ({
    kind: 'userStatus',
    status: { userID: 'u2', status: platformIDs.length ? 1 : 0, platformIDs }
  })
  const told = [[5], [1, 5], []].flatMap(platformIDs =>
    ['u1', 'u3'].map(to => ({ to, event: event(platformIDs) }))
  )
  expect(opened.told()).toEqual(told)
})

test('who has unsubscribed hears nothing more', async () => {
  await using opened = await testPeople({ users: ['u1', 'u2', 'u3'] })
  await opened.part.subscribeUsersStatus('u1', { userIDList: ['u2', 'u3'] }, device)
  await opened.part.unsubscribeUsersStatus('u1', { userIDList: ['u2', 'nobody'] }, device)
  connect(opened, 'u2')
  connect(opened, 'u3')
  expect(opened.lines()).toEqual(['u1 userStatus'])
  expect(await opened.part.getSubscribedUsersStatus('u1', {}, device)).toEqual([
    { userID: 'u3', status: 0, platformIDs: [] }
  ])
})

test('a user whose core has ended is told of nobody until it is loaded again', async () => {
  await using opened = await testPeople({ users: ['u1', 'u2', 'u3'] })
  await opened.part.subscribeUsersStatus('u1', { userIDList: ['u2'] }, device)
  await opened.part.subscribeUsersStatus('u3', { userIDList: ['u2'] }, device)
  opened.presence.ended('u1')
  connect(opened, 'u2')
  expect(opened.lines()).toEqual(['u3 userStatus'])
  expect(await opened.part.getSubscribedUsersStatus('u1', {}, device)).toEqual([])
  await opened.presence.load('u1')
  expect(await opened.part.getSubscribedUsersStatus('u1', {}, device)).toEqual([
    { userID: 'u2', status: 0, platformIDs: [] }
  ])
  connect(opened, 'u2', 5)
  expect(opened.lines().toSorted()).toEqual(['u1 userStatus', 'u3 userStatus'])
})

test('subscriptions are kept: after a restart they are the same, in the same order, and tell again', async () => {
  await using opened = await testPeople({ users: ['u1', 'u2'] })
  const many = Array.from({ length: 1_200 }, (_, n) => `w${1_200 - n}`)
  for (const userIDList of [['u2', 'z'], many, ['a', 'z']])
    await opened.part.subscribeUsersStatus('u1', { userIDList }, device)
  await opened.part.unsubscribeUsersStatus('u1', { userIDList: many.slice(1) }, device)
  await opened.part.subscribeUsersStatus('u1', { userIDList: ['b', 'w7'] }, device)
  const watched = await opened.part.getSubscribedUsersStatus('u1', {}, device)
  expect(watched.map(({ userID }) => userID)).toEqual(['u2', 'z', 'w1200', 'a', 'b', 'w7'])

  const later = await opened.reopened()
  expect(await later.part.getSubscribedUsersStatus('u1', {}, device)).toEqual([])
  await later.presence.load('u1')
  await later.presence.load('u2')
  expect(await later.part.getSubscribedUsersStatus('u1', {}, device)).toEqual(watched)
  expect(await later.part.getSubscribedUsersStatus('u2', {}, device)).toEqual([])
  opened.online.delete('u2')
  later.presence.changed('u2')
  expect(opened.lines()).toEqual(['u1 userStatus'])
})

test('subscriptions of several devices at a time end as they would one after the other', async () => {
  await using opened = await testPeople({ users: ['u1'] })
  const { part } = opened
  const subscribe = (from: number) => {
    const userIDList = Array.from({ length: 1_000 }, (_, n) => `w${from + n}`)
    return part.subscribeUsersStatus('u1', { userIDList }, device)
  }
  const settled = await Promise.allSettled([
    ...[0, 1_000, 2_000, 3_000].map(subscribe),
    part.unsubscribeUsersStatus('u1', { userIDList: ['w0'] }, device)
  ])
  expect(settled.map(({ status }) => status)).toEqual([
    'fulfilled',
    'fulfilled',
    'fulfilled',
    'rejected',
    'fulfilled'
  ])
  const later = await opened.reopened()
  await later.presence.load('u1')
  expect(await later.part.getSubscribedUsersStatus('u1', {}, device)).toHaveLength(2_999)
})

test('a subscription that cannot be kept is not made', async () => {
  await using opened = await testPeople({ users: ['u1', 'u2', 'u3'] })
  await opened.part.subscribeUsersStatus('u1', { userIDList: ['u3'] }, device)
  const db = await opened.database.open<object>('im_test', {})
  const refuse = (operation: string) =>
    sql
      .raw(
        `create trigger refuse_${operation} before ${operation} on im_people_watches begin select raise(abort, 'refused'); end`
      )
      .execute(db)
  await refuse('insert')
  await refuse('delete')
  await expect(opened.part.subscribeUsersStatus('u1', { userIDList: ['u2'] }, device)).rejects.toThrow(
    'refused'
  )
  await expect(opened.part.unsubscribeUsersStatus('u1', { userIDList: ['u3'] }, device)).rejects.toThrow(
    'refused'
  )
  connect(opened, 'u2')
  connect(opened, 'u3')
  expect(opened.told()).toMatchObject([{ to: 'u1', event: { status: { userID: 'u3' } } }])
})

test('an id that no database can keep is that of nobody', async () => {
  await using opened = await testPeople({ users: ['u1', 'u2'] })
  const userIDList = ['\0', 'u2', '\ud800']
  const answered = await opened.part.subscribeUsersStatus('u1', { userIDList }, device)
  expect(answered.map(({ userID, status }) => [userID, status])).toEqual([
    ['\0', 0],
    ['u2', 1],
    ['\ud800', 0]
  ])
  const watched = await opened.part.getSubscribedUsersStatus('u1', {}, device)
  expect(watched.map(({ userID }) => userID)).toEqual(['u2'])
  await opened.part.unsubscribeUsersStatus('u1', { userIDList }, device)
  expect(await opened.part.getSubscribedUsersStatus('u1', {}, device)).toEqual([])
})

test('subscribing again neither doubles events nor loses the order', async () => {
  await using opened = await testPeople({ users: ['u1', 'u2', 'u3'] })
  await opened.part.subscribeUsersStatus('u1', { userIDList: ['u2', 'u3'] }, device)
  await opened.part.subscribeUsersStatus('u1', { userIDList: ['u3', 'u2'] }, device)
  connect(opened, 'u2')
  expect(opened.lines()).toEqual(['u1 userStatus'])
  const watched = await opened.part.getSubscribedUsersStatus('u1', {}, device)
  expect(watched.map(({ userID }) => userID)).toEqual(['u2', 'u3'])
})

test('3,000 users can be watched, and not one more', async () => {
  await using opened = await testPeople({ users: ['u1'] })
  const subscribe = (from: number, to: number) => {
    const userIDList = Array.from({ length: to - from }, (_, n) => `w${from + n}`)
    return opened.part.subscribeUsersStatus('u1', { userIDList }, device)
  }
  for (const from of [0, 1_000, 2_000]) await subscribe(from, from + 1_000)
  await subscribe(500, 1_500)
  await expect(subscribe(2_999, 3_001)).rejects.toMatchObject({ code: 'tooLarge' })
  connect(opened, 'w3000', 5)
  expect(opened.lines()).toEqual([])
  await opened.part.unsubscribeUsersStatus('u1', { userIDList: ['w0'] }, device)
  await subscribe(3_000, 3_001)
  expect(await opened.part.getSubscribedUsersStatus('u1', {}, device)).toHaveLength(3_000)
})
