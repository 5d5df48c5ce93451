import { sql } from 'kysely'
import { expect, test } from 'vitest'
import type { OpenPeople } from '../../../../src/plugins/im-ws-gateway/embedded/people/people.ts'
import { testPeople, type TestPeople } from './opened.ts'

const device = { platformID: 5 }
const returnMs = 60_000
const recentMs = 120_000

function connect(opened: TestPeople, people: OpenPeople, userID: string, ...platformIDs: number[]): void {
  opened.online.set(userID, platformIDs)
  people.presence.changed(userID)
}

/** Who was told of whom since it was last asked: `u1: u2 online`. */
function heard(opened: TestPeople): string[] {
  return opened.told().map(one => {
    if (!('event' in one) || one.event.kind !== 'userStatus') throw new Error('that is no status')
    const { userID, status } = one.event.status
    return `${one.to}: ${userID} ${status ? 'online' : 'offline'}`
  })
}

/** `u1` watches those who are given, all of them online; then the process ends, and another one begins. */
async function restarted(opened: TestPeople, ...watched: string[]): Promise<OpenPeople> {
  await opened.part.subscribeUsersStatus('u1', { userIDList: watched }, device)
  await opened.noted()
  opened.online.clear()
  return opened.reopened()
}

/** A user's core is opened, and he comes. */
async function comes(opened: TestPeople, people: OpenPeople, userID: string): Promise<void> {
  await people.presence.load(userID)
  connect(opened, people, userID, 5)
}

test('of those who were online, watchers hear after a restart who comes back, and in the end who does not', async () => {
  await using opened = await testPeople({ users: ['u1', 'u2', 'u3', 'u4'] })
  opened.online.delete('u4')
  const later = await restarted(opened, 'u2', 'u3', 'u4')
  await comes(opened, later, 'u1')
  expect(heard(opened)).toEqual([])
  connect(opened, later, 'u3', 5)
  expect(heard(opened)).toEqual(['u1: u3 online'])
  await opened.clock.advance(returnMs - 1)
  expect(heard(opened)).toEqual([])
  await opened.clock.advance(1)
  expect(heard(opened)).toEqual(['u1: u2 offline'])
  await opened.clock.advance(recentMs * 2)
  expect(heard(opened)).toEqual([])
})

test('so it is when they had gone shortly before the end, as they do when a gateway closes, and not when long before', async () => {
  await using opened = await testPeople({ users: ['u1', 'u2', 'u3', 'u4'] })
  await opened.part.subscribeUsersStatus('u1', { userIDList: ['u2', 'u3', 'u4'] }, device)
  connect(opened, opened, 'u4')
  await opened.clock.advance(recentMs - 1_000)
  connect(opened, opened, 'u2')
  connect(opened, opened, 'u3')
  await opened.noted()
  opened.online.clear()
  heard(opened)
  await opened.clock.advance(2_000)
  const later = await opened.reopened()
  await comes(opened, later, 'u1')
  connect(opened, later, 'u3', 1)
  expect(heard(opened)).toEqual(['u1: u3 online'])
  await opened.clock.advance(returnMs)
  expect(heard(opened)).toEqual(['u1: u2 offline'])
})

test('a watcher who comes back later than those whom he watches hears of them when he comes', async () => {
  await using opened = await testPeople({ users: ['u1', 'u2', 'u3'] })
  const later = await restarted(opened, 'u2', 'u3')
  connect(opened, later, 'u2', 5)
  await opened.clock.advance(returnMs / 2)
  await comes(opened, later, 'u1')
  expect(heard(opened)).toEqual(['u1: u2 online'])
  await opened.clock.advance(returnMs / 2)
  expect(heard(opened)).toEqual(['u1: u3 offline'])
})

test('and so does one who comes when all have had their time', async () => {
  await using opened = await testPeople({ users: ['u1', 'u2', 'u3'] })
  const later = await restarted(opened, 'u2', 'u3')
  await comes(opened, later, 'u1')
  connect(opened, later, 'u1')
  await opened.clock.advance(returnMs)
  heard(opened)
  await opened.clock.advance(recentMs)
  connect(opened, later, 'u1', 5)
  expect(heard(opened)).toEqual(['u1: u2 offline', 'u1: u3 offline'])
})

test('who asks meanwhile is answered how it is', async () => {
  await using opened = await testPeople({ users: ['u1', 'u2', 'u3'] })
  const later = await restarted(opened, 'u2', 'u3')
  await comes(opened, later, 'u1')
  connect(opened, later, 'u3', 5)
  const statuses = [
    { userID: 'u2', status: 0, platformIDs: [] },
    { userID: 'u3', status: 1, platformIDs: [5] }
  ]
  expect(await later.part.getSubscribedUsersStatus('u1', {}, device)).toEqual(statuses)
  expect(await later.part.subscribeUsersStatus('u1', { userIDList: ['u2', 'u3'] }, device)).toEqual(statuses)
})

test('whoever comes and goes again before the time is over is told of once each', async () => {
  await using opened = await testPeople({ users: ['u1', 'u2'] })
  const later = await restarted(opened, 'u2')
  await comes(opened, later, 'u1')
  connect(opened, later, 'u2', 5)
  connect(opened, later, 'u2')
  await opened.clock.advance(returnMs)
  expect(heard(opened)).toEqual(['u1: u2 online', 'u1: u2 offline'])
})

test('a second restart within the time forgets nobody', async () => {
  await using opened = await testPeople({ users: ['u1', 'u2', 'u3'] })
  const later = await restarted(opened, 'u2', 'u3')
  await comes(opened, later, 'u1')
  connect(opened, later, 'u3', 5)
  heard(opened)
  await opened.noted()
  later.presence.ended('u1')
  opened.online.clear()
  const last = await opened.reopened()
  await comes(opened, last, 'u1')
  await opened.clock.advance(returnMs)
  expect(heard(opened).toSorted()).toEqual(['u1: u2 offline', 'u1: u3 offline'])
})

test('nobody is told of those whom he does not watch any more', async () => {
  await using opened = await testPeople({ users: ['u1', 'u2', 'u3'] })
  const later = await restarted(opened, 'u2', 'u3')
  await comes(opened, later, 'u1')
  await later.part.unsubscribeUsersStatus('u1', { userIDList: ['u2'] }, device)
  await opened.clock.advance(returnMs)
  expect(heard(opened)).toEqual(['u1: u3 offline'])
})

test('a watcher who has no core when the time is over hears of it when he has one', async () => {
  await using opened = await testPeople({ users: ['u1', 'u2'] })
  const later = await restarted(opened, 'u2')
  await comes(opened, later, 'u1')
  connect(opened, later, 'u1')
  later.presence.ended('u1')
  await opened.clock.advance(returnMs * 2)
  expect(heard(opened)).toEqual([])
  await comes(opened, later, 'u1')
  await opened.clock.advance(0)
  expect(heard(opened)).toEqual(['u1: u2 offline'])
})

test('who comes back without a restart hears again of what has changed in the last two minutes', async () => {
  await using opened = await testPeople({ users: ['u1', 'u2', 'u3', 'u4'] })
  await opened.part.subscribeUsersStatus('u1', { userIDList: ['u2', 'u3', 'u4'] }, device)
  await opened.clock.advance(recentMs)
  connect(opened, opened, 'u2')
  await opened.clock.advance(recentMs - 1)
  connect(opened, opened, 'u3')
  heard(opened)
  connect(opened, opened, 'u1')
  connect(opened, opened, 'u1', 5)
  expect(heard(opened)).toEqual(['u1: u2 offline', 'u1: u3 offline'])
  await opened.clock.advance(2)
  connect(opened, opened, 'u1', 5, 1)
  expect(heard(opened)).toEqual(['u1: u3 offline'])
  connect(opened, opened, 'u1', 1)
  expect(heard(opened)).toEqual([])
})

test('and of what has changed while his core had ended, and nobody else watched', async () => {
  await using opened = await testPeople({ users: ['u1', 'u2', 'u3'] })
  await opened.part.subscribeUsersStatus('u1', { userIDList: ['u2', 'u3'] }, device)
  connect(opened, opened, 'u1')
  opened.presence.ended('u1')
  connect(opened, opened, 'u2')
  expect(heard(opened)).toEqual([])
  await comes(opened, opened, 'u1')
  expect(heard(opened)).toContain('u1: u2 offline')
})

test('what cannot be noted is logged, and noted with what changes next', async () => {
  await using opened = await testPeople({ users: ['u1', 'u2', 'u3'] })
  opened.online.delete('u3')
  const db = await opened.database.open<object>('im_test', {})
  const trigger = 'create trigger refuse before insert on im_people_seen begin select raise(abort, '
  await sql.raw(`${trigger}'refused'); end`).execute(db)
  await opened.part.subscribeUsersStatus('u1', { userIDList: ['u2', 'u3'] }, device)
  await opened.noted()
  expect(opened.warnings).toMatchObject([{ err: { message: 'refused' } }])
  await sql.raw('drop trigger refuse').execute(db)
  connect(opened, opened, 'u3', 5)
  await opened.noted()
  opened.online.clear()
  heard(opened)
  const later = await opened.reopened()
  await comes(opened, later, 'u1')
  await opened.clock.advance(returnMs)
  expect(heard(opened)).toEqual(['u1: u2 offline', 'u1: u3 offline'])
})

test('what was noted of those who went long ago is removed at the start', async () => {
  await using opened = await testPeople({ users: ['u1', 'u2', 'u3'] })
  await opened.part.subscribeUsersStatus('u1', { userIDList: ['u2', 'u3'] }, device)
  connect(opened, opened, 'u2')
  await opened.noted()
  await opened.clock.advance(recentMs + 1)
  await opened.reopened()
  const db = await opened.database.open<{ im_people_seen: { userID: string } }>('im_test', {})
  const rows = await db.selectFrom('im_people_seen').select('userID').execute()
  expect(rows).toEqual([{ userID: 'u3' }])
})
