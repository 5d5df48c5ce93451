// Signalling of calls: js_v2/sdk_integrate/signaling.md; who gets which event, and the other devices of who is called:
// flutter_v2/sdk_integrate/signaling.md. The media server that a call needs is another one: its part of an answer is not looked at.
import { App, enter, leave } from './2.0.3-app.mjs'
import { check, has, same, typed } from './2.0.3-checks.mjs'
import { CbEvents } from 'oim203'

export async function calls(api) {
  const [amy, bob, cid] = await enter(api, 'amy', 'bob', 'cid')
  const phone = new App(api, bob.userID)
  await phone.login({ platformID: 2 })
  await accept(amy, bob, phone)
  await reject(amy, bob, phone)
  await cancel(amy, bob)
  await timeout(amy, bob)
  await inGroup(amy, bob, cid)
  await leave(amy, bob, cid, phone)
}

const room = () => `room-${Math.random().toString(36).slice(2)}`

const invitationTo = (amy, invitees, change) => ({
  inviterUserID: amy.userID,
  inviteeUserIDList: invitees.map(app => app.userID),
  groupID: '',
  roomID: room(),
  timeout: 30,
  mediaType: 'video',
  sessionType: 1,
  platformID: 5,
  ...change
})

/** The documentation says that events carry the invitation, and not whether under a key of its own. */
const invitationOf = data => data?.invitation ?? data
const inRoom = roomID => data => invitationOf(data)?.roomID === roomID
const received = CbEvents.ONRECEIVENEWINVITATION

async function accept(amy, bob, phone) {
  const invitation = invitationTo(amy, [bob])
  const { roomID } = invitation
  await amy.call('signalingInvite', { ...invitation })
  const told = await bob.sees('who is called gets OnReceiveNewInvitation', received, inRoom(roomID))
  typed('it carries an RtcInvite', invitationOf(told), 'RtcInvite')
  has('it carries the invitation', invitationOf(told), invitation)
  await phone.sees('on another device too', received, inRoom(roomID))
  await amy.seesNot('who calls does not', received)
  await bob.call('signalingAccept', { opUserID: bob.userID, invitation: invitationOf(told) })
  const accepted = await amy.sees(
    'who calls gets OnInviteeAccepted',
    CbEvents.ONINVITEEACCEPTED,
    inRoom(roomID)
  )
  has('it says who accepted', accepted, { opUserID: bob.userID })
  await phone.sees(
    'the other device gets OnInviteeAcceptedByOtherDevice',
    CbEvents.ONINVITEEACCEPTEDBYOTHERDEVICE,
    inRoom(roomID)
  )
}

async function reject(amy, bob, phone) {
  const invitation = invitationTo(amy, [bob], { mediaType: 'audio' })
  const { roomID } = invitation
  await amy.call('signalingInvite', { ...invitation })
  const told = await bob.event(received, inRoom(roomID))
  has('an invitation says that it is for audio', invitationOf(told), { mediaType: 'audio' })
  await bob.call('signalingReject', { opUserID: bob.userID, invitation: invitationOf(told) })
  const rejected = await amy.sees(
    'who calls gets OnInviteeRejected',
    CbEvents.ONINVITEEREJECTED,
    inRoom(roomID)
  )
  has('it says who rejected', rejected, { opUserID: bob.userID })
  await phone.sees(
    'the other device gets OnInviteeRejectedByOtherDevice',
    CbEvents.ONINVITEEREJECTEDBYOTHERDEVICE,
    inRoom(roomID)
  )
}

async function cancel(amy, bob) {
  const invitation = invitationTo(amy, [bob])
  const { roomID } = invitation
  await amy.call('signalingInvite', { ...invitation })
  await bob.event(received, inRoom(roomID))
  await amy.call('signalingCancel', { opUserID: amy.userID, invitation })
  await bob.sees('who is called gets OnInvitationCancelled', CbEvents.ONINVITATIONCANCELLED, inRoom(roomID))
}

async function timeout(amy, bob) {
  const from = { amy: amy.mark, bob: bob.mark }
  await amy.call('signalingInvite', invitationTo(amy, [bob], { roomID: '', timeout: 1 }))
  const told = await bob.event(received, data => invitationOf(data)?.timeout === 1, from.bob)
  const roomID = invitationOf(told)?.roomID
  check('an empty roomID is made by the server', roomID?.length > 0, 'a roomID', told)
  await amy.sees(
    'an invitation that nobody answers is told by OnInvitationTimeout',
    CbEvents.ONINVITATIONTIMEOUT,
    inRoom(roomID),
    from.amy,
    4000
  )
  same('after a timeout nobody has accepted', amy.find(CbEvents.ONINVITEEACCEPTED, inRoom(roomID)), undefined)
}

async function inGroup(amy, bob, cid) {
  const created = await amy.settle('createGroup', {
    groupBaseInfo: { groupType: 0, groupName: 'callers' },
    memberList: [
      { userID: bob.userID, roleLevel: 1 },
      { userID: cid.userID, roleLevel: 1 }
    ]
  })
  const { groupID } = JSON.parse(created.data)
  const invitation = invitationTo(amy, [bob, cid], { groupID, sessionType: 2 })
  const { roomID } = invitation
  await amy.call('signalingInviteInGroup', { ...invitation })
  for (const [who, app] of [
    ['one member', bob],
    ['another member', cid]
  ]) {
    const told = await app.sees(`${who} that is called gets OnReceiveNewInvitation`, received, inRoom(roomID))
    typed(`${who} gets an RtcInvite`, invitationOf(told), 'RtcInvite')
    has(`${who} gets the invitation`, invitationOf(told), invitation)
  }
  await bob.call('signalingAccept', { opUserID: bob.userID, invitation })
  const byBob = data => inRoom(roomID)(data) && data.opUserID === bob.userID
  await amy.sees('who calls gets OnInviteeAccepted of the one', CbEvents.ONINVITEEACCEPTED, byBob)
  await cid.call('signalingReject', { opUserID: cid.userID, invitation })
  const byCid = data => inRoom(roomID)(data) && data.opUserID === cid.userID
  await amy.sees('who calls gets OnInviteeRejected of the other', CbEvents.ONINVITEEREJECTED, byCid)
}
