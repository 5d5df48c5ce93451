import { expect, test } from 'vitest'
import { testSignals } from './opened.ts'

test('an invitation is told to the invitee, with who calls, from where and when', async () => {
  const signals = testSignals()
  const given = {
    mediaType: 'video',
    sessionType: 1,
    customData: 'x',
    inviterUserID: 'u9',
    platformID: 1,
    initiateTime: 7
  }
  const room = await signals.invite('u1', ['u2'], given)
  expect(room).toEqual({ token: room.token, roomID: 'r', liveURL: '', busyLineUserIDList: [] })
  expect(room.token).toMatch(/^[\w-]{32}$/)
  const invitation = {
    inviterUserID: 'u1',
    inviteeUserIDList: ['u2'],
    groupID: '',
    roomID: 'r',
    timeout: 30,
    mediaType: 'video',
    sessionType: 1,
    platformID: 5,
    initiateTime: signals.clock.now() / 1_000,
    customData: 'x'
  }
  expect(signals.told()).toEqual([
    { to: 'u2', event: { kind: 'newInvitation', action: { opUserID: 'u1', invitation } } }
  ])
})

test('a room without a name is given one that cannot be guessed, and every answer another token', async () => {
  const signals = testSignals()
  const one = await signals.invite('u1', ['u2'], { roomID: '' })
  const other = await signals.invite('u3', ['u4'], { roomID: '' })
  expect(one.roomID).toMatch(/^[\w-]{32}$/)
  expect(new Set([one.roomID, other.roomID, one.token, other.token]).size).toBe(4)
  const accepted = await signals.act('Accept', 'u2', one.roomID)
  expect(accepted).toMatchObject({ roomID: one.roomID, liveURL: '' })
  expect(accepted).not.toMatchObject({ token: one.token })
})

test('nobody who is unknown or has blocked the inviter can be called, and then nobody is', async () => {
  const signals = testSignals()
  signals.blocks.add('u3 u1')
  await expect(signals.invite('u1', ['u2', 'nobody'])).rejects.toMatchObject({ code: 'userNotFound' })
  await expect(signals.invite('u1', ['u2', 'u3'])).rejects.toMatchObject({ code: 'blocked' })
  expect(signals.lines()).toEqual([])
  expect(await signals.invite('u4', ['u2'])).toMatchObject({ busyLineUserIDList: [] })
})

test('an invitation needs an invitee beside the inviter, and takes each once', async () => {
  const signals = testSignals()
  await expect(signals.invite('u1', [])).rejects.toMatchObject({ code: 'badArguments' })
  await expect(signals.invite('u1', ['u1'])).rejects.toMatchObject({ code: 'badArguments' })
  const missing = signals.part.signalInvite('u1', { invitation: {} }, signals.device('u1'))
  await expect(missing).rejects.toMatchObject({ code: 'badArguments' })
  await signals.invite('u1', ['u2', 'u1', 'u2'])
  expect(signals.lines()).toEqual(['u2 newInvitation by u1'])
})

test('200 people can be called at once, and not one more', async () => {
  const signals = testSignals()
  const invitees = Array.from({ length: 201 }, (_, n) => `u${n + 2}`)
  await expect(signals.invite('u1', invitees)).rejects.toMatchObject({ code: 'tooLarge' })
  await signals.invite('u1', invitees.slice(1))
  expect(signals.lines()).toHaveLength(200)
})

test('whoever is called or in another call is busy and hears nothing', async () => {
  const signals = testSignals()
  await signals.invite('u1', ['u2'], { roomID: 'a' })
  await signals.invite('u3', ['u4'], { roomID: 'b' })
  await signals.act('Accept', 'u4', 'b')
  signals.told()
  const room = await signals.invite('u5', ['u1', 'u2', 'u3', 'u4', 'u6'], { roomID: 'c' })
  expect(room.busyLineUserIDList).toEqual(['u1', 'u2', 'u3', 'u4'])
  expect(signals.lines()).toEqual(['u6 newInvitation by u5'])
})

test('where all are busy there is no call', async () => {
  const signals = testSignals()
  await signals.invite('u1', ['u2'], { roomID: 'a' })
  signals.told()
  expect(await signals.invite('u3', ['u2'], { roomID: 'b' })).toMatchObject({ busyLineUserIDList: ['u2'] })
  expect(signals.lines()).toEqual([])
  await expect(signals.act('Cancel', 'u3', 'b')).rejects.toMatchObject({ code: 'recordNotFound' })
})

test('the same name of a room in two calls of others is no matter', async () => {
  const signals = testSignals()
  await signals.invite('u1', ['u2'])
  expect(await signals.invite('u3', ['u4'])).toMatchObject({ busyLineUserIDList: [] })
  signals.told()
  await signals.act('Accept', 'u4')
  expect(signals.lines()).toEqual(['u3 inviteeAccepted by u4', 'u4 inviteeAcceptedByOtherDevice by u4'])
})

test('who is in a room can call more people into it, and call again those who were lost', async () => {
  const signals = testSignals()
  await signals.invite('u1', ['u2'])
  await signals.act('Accept', 'u2')
  signals.told()
  await signals.invite('u2', ['u3', 'u1'])
  expect(signals.lines()).toEqual(['u3 newInvitation by u2', 'u1 newInvitation by u2'])
  await signals.act('Accept', 'u3')
  await signals.act('Accept', 'u1')
  signals.told()
  await signals.act('HangUp', 'u3')
  expect(signals.lines()).toEqual(['u2 hangUp by u3', 'u1 hangUp by u3'])
})

test('who calls somebody else has left the call before', async () => {
  const signals = testSignals()
  await signals.invite('u1', ['u2'], { roomID: 'a' })
  await signals.act('Accept', 'u2', 'a')
  signals.told()
  await signals.invite('u1', ['u3'], { roomID: 'b' })
  expect(signals.lines()).toEqual(['u2 hangUp by u1', 'u3 newInvitation by u1'])
  expect(await signals.invite('u4', ['u2'], { roomID: 'c' })).toMatchObject({ busyLineUserIDList: [] })
})

test('who calls back the one who calls him rejects that call', async () => {
  const signals = testSignals()
  await signals.invite('u1', ['u2'], { roomID: 'a' })
  signals.told()
  expect(await signals.invite('u2', ['u1'], { roomID: 'b' })).toMatchObject({ busyLineUserIDList: [] })
  const told = signals.told()
  expect(told.map(({ to, event }) => `${to} ${event.kind}`)).toEqual([
    'u1 inviteeRejected',
    'u2 inviteeRejectedByOtherDevice',
    'u1 newInvitation'
  ])
  expect(told[1]?.options).toEqual({ except: signals.device('u2') })
})

test('who tries to call somebody busy stays in his call', async () => {
  const signals = testSignals()
  await signals.invite('u1', ['u2'], { roomID: 'a' })
  await signals.act('Accept', 'u2', 'a')
  await signals.invite('u3', ['u4'], { roomID: 'b' })
  await signals.invite('u1', ['u4'], { roomID: 'c' })
  signals.told()
  await signals.act('HangUp', 'u2', 'a')
  expect(signals.lines()).toEqual(['u1 hangUp by u2'])
})

test('members of a group call each other', async () => {
  const signals = testSignals()
  signals.groups.set('g1', { members: new Set(['u1', 'u2', 'u3']), status: 0 })
  await signals.invite('u1', ['u2', 'u3'], { groupID: 'g1' })
  const [first, second] = signals.told()
  expect(first).toMatchObject({
    to: 'u2',
    event: { action: { invitation: { groupID: 'g1', sessionType: 2 } } }
  })
  expect(second?.event).toBe(first?.event)
})

test('in a group who has blocked the inviter seems to be busy', async () => {
  const signals = testSignals()
  signals.groups.set('g1', { members: new Set(['u1', 'u2', 'u3']), status: 0 })
  signals.blocks.add('u2 u1')
  const room = await signals.invite('u1', ['u2', 'u3'], { groupID: 'g1' })
  expect(room.busyLineUserIDList).toEqual(['u2'])
  expect(signals.lines()).toEqual(['u3 newInvitation by u1'])
})

test('only members can call and be called in a group, while it exists', async () => {
  const signals = testSignals()
  signals.groups.set('g1', { members: new Set(['u1', 'u2']), status: 0 })
  signals.groups.set('gone', { members: new Set(['u1', 'u2']), status: 2 })
  const call = (inviter: string, invitee: string, groupID: string) =>
    signals.invite(inviter, [invitee], { groupID })
  await expect(call('u3', 'u2', 'g1')).rejects.toMatchObject({ code: 'notInGroup' })
  await expect(call('u1', 'u3', 'g1')).rejects.toMatchObject({ code: 'notInGroup' })
  await expect(call('u1', 'u2', 'none')).rejects.toMatchObject({ code: 'groupNotFound' })
  await expect(call('u1', 'u2', 'gone')).rejects.toMatchObject({ code: 'groupDismissed' })
  const invitation = { inviteeUserIDList: ['u2'], roomID: 'r' }
  const nameless = signals.part.signalInviteInGroup('u1', { invitation }, signals.device('u1'))
  await expect(nameless).rejects.toMatchObject({ code: 'badArguments' })
  expect(signals.lines()).toEqual([])
})

test('10,000 calls can be under way, and not one more until one has ended', async () => {
  const signals = testSignals()
  for (let n = 0; n < 10_000; n++) await signals.invite(`u${n}a`, [`u${n}b`])
  await expect(signals.invite('u1', ['u2'])).rejects.toMatchObject({ code: 'busy' })
  await signals.act('Reject', 'u0b')
  await signals.invite('u1', ['u2'])
  signals.close()
})
