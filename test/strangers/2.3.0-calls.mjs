// Pages `signaling` and `organization` (the latter has the table of the events of calls).
import { CbEvents, marked } from './2.3.0-harness.mjs'

const invitation = {
  inviterUserID: 'string',
  inviteeUserIDList: 'array',
  groupID: 'string',
  roomID: 'string',
  timeout: 'number',
  mediaType: 'string',
  sessionType: 'number',
  platformID: 'number'
}

const call = (from, to, more) => ({
  inviterUserID: from.userID,
  inviteeUserIDList: to.map(user => user.userID),
  groupID: '',
  roomID: `room-${Math.random().toString(36).slice(2)}`,
  timeout: 30,
  mediaType: 'video',
  sessionType: 1,
  platformID: 5,
  ...more
})

const of =
  ({ roomID }) =>
  data =>
    data.invitation?.roomID === roomID

const ring = async (t, from, to, options, method = 'signalingInvite') => {
  marked(from, ...to)
  const config = await t.resolves(`${method} resolves`, from.sdk[method](options))
  t.equal('it answers a string, the connection to a media server', typeof config, 'string')
  const told = []
  for (const user of to) {
    const data = await t.event(
      'who is called gets OnReceiveNewInvitation',
      user,
      CbEvents.ONRECEIVENEWINVITATION,
      of(options)
    )
    t.shape('it has the invitation as declared', data?.invitation, invitation)
    told.push(data?.invitation)
  }
  const got = Object.fromEntries(Object.keys(options).map(key => [key, told[0]?.[key]]))
  t.equal('the invitation is what was given', got, options)
  return told[0] ?? options
}

const act = async (t, user, method, given) =>
  t.resolves(`${method} resolves`, user.sdk[method]({ opUserID: user.userID, invitation: given }))

const accepted = async (t, from, to, phone) => {
  const options = call(from, [to])
  const given = await ring(t, from, [to, phone], options)
  await act(t, to, 'signalingAccept', given)
  const told = await t.event(
    'who calls gets OnInviteeAccepted',
    from,
    CbEvents.ONINVITEEACCEPTED,
    of(options)
  )
  t.equal('it says who accepts', told?.opUserID, to.userID)
  await t.event(
    'another device of who is called gets OnInviteeAcceptedByOtherDevice',
    phone,
    CbEvents.ONINVITEEACCEPTEDBYOTHERDEVICE
  )
  marked(to)
  await act(t, from, 'signalingHungUp', given)
  await t.event('the other end gets OnHangUp', to, CbEvents.ONHANGUP, of(options))
}

const rejected = async (t, from, to, phone) => {
  const options = call(from, [to], { mediaType: 'audio' })
  const given = await ring(t, from, [to, phone], options)
  await act(t, to, 'signalingReject', given)
  const told = await t.event(
    'who calls gets OnInviteeRejected',
    from,
    CbEvents.ONINVITEEREJECTED,
    of(options)
  )
  t.equal('it says who rejects', told?.opUserID, to.userID)
  await t.event(
    'another device of who is called gets OnInviteeRejectedByOtherDevice',
    phone,
    CbEvents.ONINVITEEREJECTEDBYOTHERDEVICE
  )
}

const cancelled = async (t, from, to) => {
  const options = call(from, [to])
  const given = await ring(t, from, [to], options)
  await act(t, from, 'signalingCancel', given)
  await t.event('who is called gets OnInvitationCancelled', to, CbEvents.ONINVITATIONCANCELLED, of(options))
}

const timedOut = async (t, from, to) => {
  const options = call(from, [to], { timeout: 1 })
  await ring(t, from, [to], options)
  await t.event(
    'after the timeout who calls gets OnInvitationTimeout',
    from,
    CbEvents.ONINVITATIONTIMEOUT,
    of(options)
  )
}

const withoutRoom = async (t, from, to) => {
  marked(from, to)
  await t.resolves(
    'signalingInvite without a room resolves',
    from.sdk.signalingInvite(call(from, [to], { roomID: '' }))
  )
  const told = await t.event(
    'the server makes a room',
    to,
    CbEvents.ONRECEIVENEWINVITATION,
    data => data.invitation?.roomID !== ''
  )
  await act(t, from, 'signalingCancel', told?.invitation ?? {})
}

const inGroup = async (t, from, to, third) => {
  const memberList = [to, third].map(({ userID }) => ({ userID, roleLevel: 1 }))
  const made = await from.sdk.createGroup({ groupBaseInfo: { groupType: 0, groupName: 'Calls' }, memberList })
  const { groupID } = JSON.parse(made.data)
  const options = call(from, [to, third], { groupID, sessionType: 2 })
  const given = await ring(t, from, [to, third], options, 'signalingInviteInGroup')
  await act(t, to, 'signalingAccept', given)
  await t.event('who calls gets OnInviteeAccepted of a member', from, CbEvents.ONINVITEEACCEPTED, of(options))
  await act(t, third, 'signalingReject', given)
  await t.event('who calls gets OnInviteeRejected of another', from, CbEvents.ONINVITEEREJECTED, of(options))
  marked(from)
  await act(t, to, 'signalingHungUp', given)
  await t.event('others in the call get OnHangUp', from, CbEvents.ONHANGUP, of(options))
}

// A gateway without an organisation may say that it does not support it.
const organization = async (t, user) => {
  const paged = { departmentID: '', offset: 0, count: 20 }
  const input = {
    keyWord: 'x',
    isSearchUserName: true,
    isSearchEnglishName: false,
    isSearchPosition: false,
    isSearchUserID: false,
    isSearchMobile: false,
    isSearchEmail: false,
    isSearchTelephone: false
  }
  const given = {
    getSubDepartment: paged,
    getDepartmentMember: paged,
    getUserInDepartment: user.userID,
    getDepartmentMemberAndSubDepartment: '',
    getDepartmentInfo: '',
    searchOrganization: { input, offset: 0, count: 20 }
  }
  for (const [method, params] of Object.entries(given)) {
    await t.answered(method, user.sdk[method](params))
  }
}

export default async function calls(t, server) {
  const everybody = await server.users(t, 'cal', 'ray', 'tess')
  const [from, to, third] = everybody
  const phone = await server.user(t, 'phone')
  phone.userID = to.userID
  await phone.login(1)
  await t.section('a call that is accepted', () => accepted(t, from, to, phone))
  await t.section('a call that is rejected', () => rejected(t, from, to, phone))
  await t.section('a call that is cancelled', () => cancelled(t, from, to))
  await t.section('a call that times out', () => timedOut(t, from, to))
  await t.section('a call without a room', () => withoutRoom(t, from, to))
  await t.section('a call in a group', () => inGroup(t, from, to, third))
  await t.section('the organisation', () => organization(t, from))
  await Promise.all([...everybody, phone].map(({ sdk }) => sdk.logout()))
}
