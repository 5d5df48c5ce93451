import { expect, test } from 'vitest'
import { testSignals } from './opened.ts'

test('an acceptance is told to the inviter and to the other devices of the invitee', async () => {
  const signals = testSignals()
  await signals.invite('u1', ['u2'])
  const [invited] = signals.told()
  expect(await signals.act('Accept', 'u2')).toMatchObject({ roomID: 'r', liveURL: '' })
  const invitation = invited && 'action' in invited.event ? invited.event.action.invitation : undefined
  const action = { opUserID: 'u2', invitation }
  expect(signals.told()).toEqual([
    { to: 'u1', event: { kind: 'inviteeAccepted', action } },
    {
      to: 'u2',
      event: { kind: 'inviteeAcceptedByOtherDevice', action },
      options: { except: signals.device('u2') }
    }
  ])
})

test('a rejection is told to the inviter and to the other devices of the invitee, and ends the call', async () => {
  const signals = testSignals()
  await signals.invite('u1', ['u2'])
  signals.told()
  await signals.act('Reject', 'u2')
  expect(signals.told()).toMatchObject([
    { to: 'u1', event: { kind: 'inviteeRejected', action: { opUserID: 'u2', invitation: { roomID: 'r' } } } },
    { to: 'u2', event: { kind: 'inviteeRejectedByOtherDevice' }, options: { except: signals.device('u2') } }
  ])
  await expect(signals.act('Cancel', 'u1')).rejects.toMatchObject({ code: 'recordNotFound' })
})

test('a cancelled invitation is told to those who have not answered, and cannot be accepted', async () => {
  const signals = testSignals()
  await signals.invite('u1', ['u2', 'u3'])
  await signals.act('Reject', 'u3')
  signals.told()
  await signals.act('Cancel', 'u1')
  expect(signals.lines()).toEqual(['u2 invitationCancelled by u1'])
  await expect(signals.act('Accept', 'u2')).rejects.toMatchObject({ code: 'recordNotFound' })
  await signals.clock.advance(60_000)
  expect(signals.lines()).toEqual([])
})

test('who hangs up is told of to the others, and the last one is free', async () => {
  const signals = testSignals()
  await signals.invite('u1', ['u2', 'u3'])
  await signals.act('Accept', 'u2')
  await signals.act('Accept', 'u3')
  signals.told()
  await signals.act('HangUp', 'u2')
  expect(signals.lines()).toEqual(['u1 hangUp by u2', 'u3 hangUp by u2'])
  await signals.act('HangUp', 'u3')
  expect(signals.lines()).toEqual(['u1 hangUp by u3'])
  expect(await signals.invite('u4', ['u1', 'u2', 'u3'])).toMatchObject({ busyLineUserIDList: [] })
})

test('an inviter who hangs up takes those with him who have not answered', async () => {
  const signals = testSignals()
  await signals.invite('u1', ['u2', 'u3'])
  await signals.act('Accept', 'u2')
  signals.told()
  await signals.act('HangUp', 'u1')
  expect(signals.lines()).toEqual(['u3 invitationCancelled by u1', 'u2 hangUp by u1'])
  await expect(signals.act('Accept', 'u3')).rejects.toMatchObject({ code: 'recordNotFound' })
})

test('hanging up what still rings is a rejection', async () => {
  const signals = testSignals()
  await signals.invite('u1', ['u2'])
  signals.told()
  await signals.act('HangUp', 'u2')
  expect(signals.lines()).toEqual(['u1 inviteeRejected by u2', 'u2 inviteeRejectedByOtherDevice by u2'])
})

test('where clients cannot hang up, cancelling and rejecting end what was accepted', async () => {
  const signals = testSignals()
  await signals.invite('u1', ['u2'])
  await signals.act('Accept', 'u2')
  signals.told()
  await signals.act('Reject', 'u2')
  expect(signals.lines()).toEqual(['u1 inviteeRejected by u2'])
  await signals.invite('u1', ['u2'])
  await signals.act('Accept', 'u2')
  signals.told()
  await signals.act('Cancel', 'u1')
  expect(signals.lines()).toEqual(['u2 invitationCancelled by u1'])
  expect(await signals.invite('u3', ['u1', 'u2'])).toMatchObject({ busyLineUserIDList: [] })
})

test('an invitation is accepted once', async () => {
  const signals = testSignals()
  await signals.invite('u1', ['u2'])
  await signals.act('Accept', 'u2')
  await expect(signals.act('Accept', 'u2')).rejects.toMatchObject({ code: 'alreadyHandled' })
  await expect(signals.act('Accept', 'u1')).rejects.toMatchObject({ code: 'alreadyHandled' })
})

test('only those concerned can act, and only an inviter can cancel', async () => {
  const signals = testSignals()
  await signals.invite('u1', ['u2', 'u3'])
  await signals.act('Accept', 'u2')
  signals.told()
  for (const what of ['Accept', 'Reject', 'Cancel', 'HangUp'] as const) {
    await expect(signals.act(what, 'u9')).rejects.toMatchObject({ code: 'recordNotFound' })
    await expect(signals.act(what, 'u3', 'another room')).rejects.toMatchObject({ code: 'recordNotFound' })
  }
  await expect(signals.act('Cancel', 'u2')).rejects.toMatchObject({ code: 'noPermission' })
  await expect(signals.act('Cancel', 'u3')).rejects.toMatchObject({ code: 'noPermission' })
  expect(signals.lines()).toEqual([])
})

test('who invites others into a room that he was invited to can cancel that', async () => {
  const signals = testSignals()
  await signals.invite('u1', ['u2'])
  await signals.act('Accept', 'u2')
  await signals.invite('u2', ['u3'])
  signals.told()
  await signals.act('Cancel', 'u2')
  expect(signals.lines()).toEqual(['u3 invitationCancelled by u2', 'u1 hangUp by u2'])
})

test('an action that names no room is about the call that one is in', async () => {
  const signals = testSignals()
  await signals.invite('u1', ['u2'])
  signals.told()
  await signals.part.signalAccept('u2', { opUserID: 'u7', invitation: {} }, signals.device('u2'))
  expect(signals.lines()[0]).toBe('u1 inviteeAccepted by u2')
})

test('an invitation that nobody answers times out for both sides', async () => {
  const signals = testSignals()
  await signals.invite('u1', ['u2'], { timeout: 30 })
  signals.told()
  await signals.clock.advance(29_999)
  expect(signals.lines()).toEqual([])
  await signals.clock.advance(1_001)
  expect(signals.lines()).toEqual(['u1 invitationTimeout by u1', 'u2 invitationTimeout by u1'])
  await expect(signals.act('Accept', 'u2')).rejects.toMatchObject({ code: 'recordNotFound' })
  expect(await signals.invite('u3', ['u1', 'u2'])).toMatchObject({ busyLineUserIDList: [] })
})

test('it times out for those alone who have not answered, and the others go on', async () => {
  const signals = testSignals()
  await signals.invite('u1', ['u2', 'u3', 'u4'])
  await signals.act('Accept', 'u2')
  await signals.act('Reject', 'u3')
  signals.told()
  await signals.clock.advance(31_000)
  expect(signals.lines()).toEqual(['u1 invitationTimeout by u1', 'u4 invitationTimeout by u1'])
  await signals.act('HangUp', 'u2')
  expect(signals.lines()).toEqual(['u1 hangUp by u2'])
})

test('a time-out is 60 s by default and at most 600', async () => {
  const signals = testSignals()
  await signals.invite('u1', ['u2'], { timeout: 0 })
  await signals.invite('u3', ['u4'], { timeout: 86_400 })
  const timeouts = signals
    .told()
    .map(({ event }) => ('action' in event ? event.action.invitation.timeout : undefined))
  expect(timeouts).toEqual([60, 600])
  await signals.clock.advance(61_000)
  expect(signals.lines()).toEqual(['u1 invitationTimeout by u1', 'u2 invitationTimeout by u1'])
  await signals.clock.advance(540_000)
  expect(signals.lines()).toEqual(['u3 invitationTimeout by u3', 'u4 invitationTimeout by u3'])
})

test('who is called again is given the full time again', async () => {
  const signals = testSignals()
  await signals.invite('u1', ['u2'], { timeout: 30 })
  await signals.clock.advance(20_000)
  await signals.invite('u1', ['u2'], { timeout: 30 })
  signals.told()
  await signals.clock.advance(20_000)
  expect(signals.lines()).toEqual([])
  await signals.clock.advance(11_000)
  expect(signals.lines()).toEqual(['u1 invitationTimeout by u1', 'u2 invitationTimeout by u1'])
})

test('an invitation is pending until it is answered, cancelled or timed out', async () => {
  const signals = testSignals()
  expect(signals.pending('u2')).toEqual([])
  await signals.invite('u1', ['u2'])
  const [invited] = signals.told()
  expect(signals.pending('u2')).toEqual([invited?.event])
  expect(signals.pending('u1')).toEqual([])
  await signals.act('Accept', 'u2')
  expect(signals.pending('u2')).toEqual([])
  await signals.act('HangUp', 'u2')

  await signals.invite('u1', ['u2'])
  await signals.act('Cancel', 'u1')
  expect(signals.pending('u2')).toEqual([])

  await signals.invite('u1', ['u2'])
  await signals.clock.advance(31_000)
  expect(signals.pending('u2')).toEqual([])
})

test('who cannot be reached any more leaves his call; who is only called stays called', async () => {
  const signals = testSignals()
  await signals.invite('u1', ['u2'])
  signals.told()
  signals.ended('u2')
  expect(signals.pending('u2')).toHaveLength(1)
  await signals.act('Accept', 'u2')
  signals.told()
  signals.ended('u2')
  expect(signals.lines()).toEqual(['u1 hangUp by u2'])
  await signals.invite('u1', ['u2'])
  signals.told()
  signals.ended('u1')
  signals.ended('u9')
  expect(signals.lines()).toEqual(['u2 invitationCancelled by u1'])
})

test('a call whose end nobody tells of is forgotten after four hours', async () => {
  const signals = testSignals()
  await signals.invite('u1', ['u2'])
  await signals.act('Accept', 'u2')
  await signals.clock.advance(4 * 3_600_000 - 1_000)
  expect(await signals.invite('u3', ['u2'])).toMatchObject({ busyLineUserIDList: ['u2'] })
  await signals.clock.advance(2_000)
  expect(await signals.invite('u3', ['u2'])).toMatchObject({ busyLineUserIDList: [] })
})

test('once closed nothing is told any more', async () => {
  const signals = testSignals()
  await signals.invite('u1', ['u2'])
  signals.told()
  signals.close()
  await signals.clock.advance(60_000)
  expect(signals.lines()).toEqual([])
})
