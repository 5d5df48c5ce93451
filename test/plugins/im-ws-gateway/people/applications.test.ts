import { expect, test } from 'vitest'
import type { Device } from '../../../../src/plugins/im-ws-gateway/user-core.ts'
import { lineOf, testPeople, type TestPeople } from './opened.ts'

const device: Device = { platformID: 5 }
const apply = (opened: TestPeople, from: string, to: string, reqMsg = ''): Promise<void> =>
  opened.part.addFriend(from, { toUserID: to, reqMsg }, device)
const accept = (opened: TestPeople, userID: string, applicant: string): Promise<void> =>
  opened.part.acceptFriendApplication(userID, { toUserID: applicant, handleMsg: 'welcome' }, device)
const areFriends = async (
  opened: TestPeople,
  one: string,
  other: string
): Promise<readonly [number, number]> => {
  const [ones] = await opened.part.checkFriend(one, { userIDList: [other] }, device)
  const [others] = await opened.part.checkFriend(other, { userIDList: [one] }, device)
  return [ones?.result ?? -1, others?.result ?? -1]
}

test('an application is told to both sides, the applicant after his answer, and stands in both lists', async () => {
  await using opened = await testPeople({ users: ['u1', 'u2'] })
  await apply(opened, 'u1', 'u2', 'hello')
  const request = {
    fromUserID: 'u1',
    fromNickname: 'Name of u1',
    fromFaceURL: '',
    fromGender: 0,
    toUserID: 'u2',
    toNickname: 'Name of u2',
    toFaceURL: '',
    toGender: 0,
    handleResult: 0,
    reqMsg: 'hello',
    createTime: opened.clock.now(),
    handlerUserID: '',
    handleMsg: '',
    handleTime: 0,
    ex: ''
  }
  const event = { kind: 'friendApplicationAdded', request }
  expect(opened.told()).toEqual([
    { to: 'u1', event, options: { cause: device } },
    { to: 'u2', event }
  ])
  expect(await opened.part.getFriendApplicationsAsApplicant('u1', {}, device)).toEqual([request])
  expect(await opened.part.getFriendApplicationsAsRecipient('u2', {}, device)).toEqual([request])
  expect(await opened.part.getFriendApplicationsAsApplicant('u2', {}, device)).toEqual([])
  expect(await opened.part.getFriendApplicationsAsRecipient('u1', {}, device)).toEqual([])
})

test('nobody can apply to himself, to somebody unknown or to one who has blocked him', async () => {
  await using opened = await testPeople({ users: ['u1', 'u2'] })
  await opened.part.addBlack('u2', { userID: 'u1' }, device)
  opened.told()
  await expect(apply(opened, 'u1', 'u1')).rejects.toMatchObject({ code: 'cannotAddSelf' })
  await expect(apply(opened, 'u1', 'nobody')).rejects.toMatchObject({ code: 'userNotFound' })
  await expect(apply(opened, 'u1', '\0')).rejects.toMatchObject({ code: 'userNotFound' })
  await expect(apply(opened, 'u1', 'u2')).rejects.toMatchObject({ code: 'blocked' })
  expect(opened.lines()).toEqual([])
  expect(await opened.part.getFriendApplicationsAsApplicant('u1', {}, device)).toEqual([])
})

test('a repeated application updates the open one', async () => {
  await using opened = await testPeople({ users: ['u1', 'u2'] })
  await apply(opened, 'u1', 'u2', 'first')
  await opened.clock.advance(1_000)
  await apply(opened, 'u1', 'u2', 'second')
  const requests = await opened.part.getFriendApplicationsAsRecipient('u2', {}, device)
  expect(requests).toMatchObject([{ reqMsg: 'second', handleResult: 0, createTime: opened.clock.now() }])
})

test('an acceptance makes both friends, tells both sides, and leaves a notice that counts as nothing unread', async () => {
  await using opened = await testPeople({ users: ['u1', 'u2'] })
  await apply(opened, 'u1', 'u2')
  opened.told()
  await accept(opened, 'u2', 'u1')
  const told = opened.told()
  expect(told.map(lineOf)).toEqual([
    'u2 friendApplicationAccepted',
    'u1 friendApplicationAccepted',
    'u2 friendAdded',
    'u1 friendAdded',
    'chat notice'
  ])
  const answered = {
    handleResult: 1,
    handlerUserID: 'u2',
    handleMsg: 'welcome',
    handleTime: opened.clock.now()
  }
  expect(told[0]).toMatchObject({ event: { request: answered }, options: { cause: device } })
  expect(told[1]).toMatchObject({ event: { request: answered } })
  expect(told[1]).not.toHaveProperty('options')
  expect(told[2]).toEqual({
    to: 'u2',
    event: {
      kind: 'friendAdded',
      friend: {
        ownerUserID: 'u2',
        userID: 'u1',
        remark: '',
        createTime: opened.clock.now(),
        addSource: 2,
        operatorUserID: 'u2',
        nickname: 'Name of u1',
        faceURL: '',
        gender: 0,
        phoneNumber: '',
        birth: 0,
        email: '',
        ex: '',
        isPinned: false
      }
    },
    options: { cause: device }
  })
  expect(told[3]).toMatchObject({ event: { friend: { ownerUserID: 'u1', userID: 'u2' } } })
  expect(told[3]).not.toHaveProperty('options')
  expect(told[4]).toEqual({
    chat: 'notice',
    args: [
      {
        contentType: 1201,
        sendID: 'u2',
        recvID: 'u1',
        detail: { fromToUserID: { fromUserID: 'u1', toUserID: 'u2' }, handleMsg: 'welcome' },
        tips: 'You are friends now.'
      },
      { cause: device }
    ]
  })
  expect(await areFriends(opened, 'u1', 'u2')).toEqual([1, 1])
})

test('friends cannot apply again', async () => {
  await using opened = await testPeople({ users: ['u1', 'u2'] })
  await opened.importFriends('u1', ['u2'])
  await expect(apply(opened, 'u1', 'u2')).rejects.toMatchObject({ code: 'alreadyFriends' })
  await expect(apply(opened, 'u2', 'u1')).rejects.toMatchObject({ code: 'alreadyFriends' })
})

test('an acceptance settles the application of the other side too', async () => {
  await using opened = await testPeople({ users: ['u1', 'u2'] })
  await apply(opened, 'u1', 'u2')
  await apply(opened, 'u2', 'u1')
  expect(await areFriends(opened, 'u1', 'u2')).toEqual([0, 0])
  opened.told()
  await accept(opened, 'u2', 'u1')
  expect(opened.lines()).toEqual([
    'u2 friendApplicationAccepted',
    'u2 friendApplicationAccepted',
    'u1 friendApplicationAccepted',
    'u1 friendApplicationAccepted',
    'u2 friendAdded',
    'u1 friendAdded',
    'chat notice'
  ])
  expect(await opened.part.getFriendApplicationsAsRecipient('u1', {}, device)).toMatchObject([
    { fromUserID: 'u2', handleResult: 1, handlerUserID: 'u1' }
  ])
  await expect(accept(opened, 'u1', 'u2')).rejects.toMatchObject({ code: 'alreadyHandled' })
})

test('a refusal is told to both sides and makes nobody a friend', async () => {
  await using opened = await testPeople({ users: ['u1', 'u2'] })
  await apply(opened, 'u1', 'u2')
  opened.told()
  await opened.part.refuseFriendApplication('u2', { toUserID: 'u1', handleMsg: 'no' }, device)
  const told = opened.told()
  const refused = { handleResult: -1, handlerUserID: 'u2', handleMsg: 'no', handleTime: opened.clock.now() }
  expect(told).toMatchObject([
    { to: 'u2', event: { kind: 'friendApplicationRejected', request: refused }, options: { cause: device } },
    { to: 'u1', event: { kind: 'friendApplicationRejected', request: refused } }
  ])
  expect(await areFriends(opened, 'u1', 'u2')).toEqual([0, 0])
})

test('an application is answered once', async () => {
  await using opened = await testPeople({ users: ['u1', 'u2'] })
  await apply(opened, 'u1', 'u2')
  const answers = await Promise.allSettled([
    accept(opened, 'u2', 'u1'),
    accept(opened, 'u2', 'u1'),
    opened.part.refuseFriendApplication('u2', { toUserID: 'u1' }, device)
  ])
  expect(answers.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
  const refusals = answers.flatMap(answer => (answer.status === 'rejected' ? [answer.reason] : []))
  expect(refusals).toMatchObject([{ code: 'alreadyHandled' }, { code: 'alreadyHandled' }])
  expect(opened.lines().filter(line => line === 'chat notice').length).toBeLessThanOrEqual(1)
})

test('only the recipient can answer, and only what was asked', async () => {
  await using opened = await testPeople({ users: ['u1', 'u2', 'u3'] })
  await apply(opened, 'u1', 'u2')
  opened.told()
  const missing = { code: 'recordNotFound' }
  await expect(accept(opened, 'u1', 'u2')).rejects.toMatchObject(missing)
  await expect(accept(opened, 'u3', 'u1')).rejects.toMatchObject(missing)
  await expect(accept(opened, 'u2', 'nobody')).rejects.toMatchObject(missing)
  await expect(accept(opened, 'u2', '\uD83D')).rejects.toMatchObject(missing)
  const refuse = opened.part.refuseFriendApplication('u1', { toUserID: 'u2' }, device)
  await expect(refuse).rejects.toMatchObject(missing)
  expect(opened.lines()).toEqual([])
  expect(await areFriends(opened, 'u1', 'u2')).toEqual([0, 0])
})

test('who was refused may apply again', async () => {
  await using opened = await testPeople({ users: ['u1', 'u2'] })
  await apply(opened, 'u1', 'u2')
  await opened.part.refuseFriendApplication('u2', { toUserID: 'u1', handleMsg: 'no' }, device)
  await apply(opened, 'u1', 'u2', 'please')
  expect(await opened.part.getFriendApplicationsAsRecipient('u2', {}, device)).toMatchObject([
    { handleResult: 0, reqMsg: 'please', handlerUserID: '', handleMsg: '', handleTime: 0 }
  ])
  await accept(opened, 'u2', 'u1')
  expect(await areFriends(opened, 'u1', 'u2')).toEqual([1, 1])
})

test('who has ended his direction of a friendship applies for it again, and it alone is told', async () => {
  await using opened = await testPeople({ users: ['u1', 'u2'] })
  await opened.importFriends('u1', ['u2'])
  await opened.part.deleteFriend('u1', { userID: 'u2' }, device)
  await apply(opened, 'u1', 'u2')
  opened.told()
  await accept(opened, 'u2', 'u1')
  expect(opened.lines()).toEqual([
    'u2 friendApplicationAccepted',
    'u1 friendApplicationAccepted',
    'u1 friendAdded',
    'chat notice'
  ])
})

test('an application that a friendship has overtaken can be settled, without another notice', async () => {
  await using opened = await testPeople({ users: ['u1', 'u2'] })
  await apply(opened, 'u1', 'u2')
  await opened.importFriends('u1', ['u2'])
  opened.told()
  await accept(opened, 'u2', 'u1')
  expect(opened.lines()).toEqual(['u2 friendApplicationAccepted', 'u1 friendApplicationAccepted'])
})

test('applications are listed with the newest first, at most 1,000, with the names of today', async () => {
  const applicants = Array.from({ length: 1_002 }, (_, n) => `a${n}`)
  await using opened = await testPeople({ users: ['u1', ...applicants] })
  for (const applicant of applicants) {
    await opened.clock.advance(1)
    await apply(opened, applicant, 'u1')
  }
  await opened.part.setSelf('a1001', { nickname: 'Renamed' }, device)
  const listed = await opened.part.getFriendApplicationsAsRecipient('u1', {}, device)
  expect(listed).toHaveLength(1_000)
  expect(listed[0]).toMatchObject({ fromUserID: 'a1001', fromNickname: 'Renamed' })
  expect(listed.at(-1)).toMatchObject({ fromUserID: 'a2' })
})

test('what a database cannot keep of a text is replaced', async () => {
  await using opened = await testPeople({ users: ['u1', 'u2'] })
  await apply(opened, 'u1', 'u2', 'a\0\uD83D')
  await opened.part.refuseFriendApplication('u2', { toUserID: 'u1', handleMsg: '\uDE00' }, device)
  expect(await opened.part.getFriendApplicationsAsRecipient('u2', {}, device)).toMatchObject([
    { reqMsg: 'a\uFFFD\uFFFD', handleMsg: '\uFFFD' }
  ])
})
