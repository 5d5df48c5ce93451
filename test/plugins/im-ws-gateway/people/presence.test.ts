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

test('a user whose core has ended watches nobody', async () => {
  await using opened = await testPeople({ users: ['u1', 'u2', 'u3'] })
  await opened.part.subscribeUsersStatus('u1', { userIDList: ['u2'] }, device)
  await opened.part.subscribeUsersStatus('u3', { userIDList: ['u2'] }, device)
  opened.presence.ended('u1')
  connect(opened, 'u2')
  expect(opened.lines()).toEqual(['u3 userStatus'])
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
