// Page `group`: applications, and who leaves; flutter_v2 `group` for who gets which events.
import { CbEvents, marked } from './2.3.0-harness.mjs'
import { groupApplication } from './2.3.0-shapes.mjs'

const of = groupID => data => data.groupID === groupID
const about = (groupID, userID) => data => data.groupID === groupID && data.userID === userID

const apply = async (t, owner, guest, groupID, reqMsg) => {
  marked(owner, guest)
  await t.resolves('joinGroup resolves', guest.sdk.joinGroup({ groupID, reqMsg, joinSource: 3 }))
  const lists = [
    ['the applicant', guest, () => guest.sdk.getSendGroupApplicationList(), 'getSendGroupApplicationList'],
    ['the owner', owner, () => owner.sdk.getRecvGroupApplicationList(), 'getRecvGroupApplicationList']
  ]
  for (const [who, user, read, name] of lists) {
    const fits = about(groupID, guest.userID)
    const told = await t.event(
      `${who} gets OnGroupApplicationAdded`,
      user,
      CbEvents.ONGROUPAPPLICATIONADDED,
      fits
    )
    t.shape(`OnGroupApplicationAdded of ${who} is as declared`, told, groupApplication)
    const list = await t.json(`${name} answers`, read(), [groupApplication])
    const entry = list.find(fits)
    const picked = [entry?.reqMsg, entry?.nickname, entry?.groupName, entry?.handleResult, entry?.ownerUserID]
    t.equal(`${name} has the application`, picked, [reqMsg, guest.nickname, 'Gardeners', 0, owner.userID])
  }
}

const join = async (t, owner, mate, guest, groupID) => {
  marked(owner, mate)
  await t.resolves(
    'setGroupVerification resolves',
    owner.sdk.setGroupVerification({ groupID, verification: 1 })
  )
  const verified = data => data.groupID === groupID && data.needVerification === 1
  await t.event(
    'a member gets OnGroupInfoChanged of the verification',
    mate,
    CbEvents.ONGROUPINFOCHANGED,
    verified
  )
  await apply(t, owner, guest, groupID, 'let me in')
  marked(owner, guest)
  await t.resolves(
    'refuseGroupApplication resolves',
    owner.sdk.refuseGroupApplication({ groupID, fromUserID: guest.userID, handleMsg: 'full' })
  )
  const fits = about(groupID, guest.userID)
  for (const user of [guest, owner]) {
    const told = await t.event(
      'both get OnGroupApplicationRejected',
      user,
      CbEvents.ONGROUPAPPLICATIONREJECTED,
      fits
    )
    t.shape('OnGroupApplicationRejected is as declared', told, groupApplication)
    t.equal('it has who refused it, and why', [told?.handleUserID, told?.handledMsg], [owner.userID, 'full'])
  }
  await apply(t, owner, guest, groupID, 'please')
  marked(owner, mate, guest)
  await t.resolves(
    'acceptGroupApplication resolves',
    owner.sdk.acceptGroupApplication({ groupID, fromUserID: guest.userID, handleMsg: 'welcome' })
  )
  for (const user of [guest, owner]) {
    const told = await t.event(
      'both get OnGroupApplicationAccepted',
      user,
      CbEvents.ONGROUPAPPLICATIONACCEPTED,
      fits
    )
    t.shape('OnGroupApplicationAccepted is as declared', told, groupApplication)
    t.equal('it has who accepted it', [told?.handleUserID, told?.handledMsg], [owner.userID, 'welcome'])
  }
  await t.event('the applicant gets OnJoinedGroupAdded', guest, CbEvents.ONJOINEDGROUPADDED, of(groupID))
  for (const user of [owner, mate]) {
    const told = await t.event(
      'members get OnGroupMemberAdded of it',
      user,
      CbEvents.ONGROUPMEMBERADDED,
      fits
    )
    t.equal('the source is 3, a search, as the applicant said', told?.joinSource, 3)
  }
  await t.silence(
    'the applicant gets no OnGroupMemberAdded of it (flutter_v2)',
    guest,
    CbEvents.ONGROUPMEMBERADDED,
    fits
  )
}

const quit = async (t, owner, mate, guest, groupID) => {
  marked(owner, mate, guest)
  await t.resolves('quitGroup resolves', guest.sdk.quitGroup(groupID))
  await t.event('who quits gets OnJoinedGroupDeleted', guest, CbEvents.ONJOINEDGROUPDELETED, of(groupID))
  for (const user of [owner, mate]) {
    await t.event(
      'members get OnGroupMemberDeleted of it',
      user,
      CbEvents.ONGROUPMEMBERDELETED,
      about(groupID, guest.userID)
    )
  }
  const { data } = await guest.sdk.getOneConversation({ sourceID: groupID, sessionType: 2 })
  t.equal('the conversation of who quit says isNotInGroup', JSON.parse(data).isNotInGroup, true)
  marked(owner, guest)
  await t.resolves(
    'setGroupVerification without any verification resolves',
    owner.sdk.setGroupVerification({ groupID, verification: 2 })
  )
  await t.resolves(
    'joinGroup without verification resolves',
    guest.sdk.joinGroup({ groupID, reqMsg: '', joinSource: 4 })
  )
  await t.event('the user is in at once: OnJoinedGroupAdded', guest, CbEvents.ONJOINEDGROUPADDED, of(groupID))
  const added = await t.event(
    'the owner gets OnGroupMemberAdded',
    owner,
    CbEvents.ONGROUPMEMBERADDED,
    about(groupID, guest.userID)
  )
  t.equal('the source is 4, a QR code', added?.joinSource, 4)
}

const invitesByMembers = async (t, owner, mate, late, groupID) => {
  await owner.sdk.setGroupVerification({ groupID, verification: 1 })
  marked(owner, late)
  await t.resolves(
    'with verification of all an invitation by a member resolves',
    mate.sdk.inviteUserToGroup({ groupID, reason: 'a friend', userIDList: [late.userID] })
  )
  const fits = about(groupID, late.userID)
  const told = await t.event(
    'the owner gets OnGroupApplicationAdded of it',
    owner,
    CbEvents.ONGROUPAPPLICATIONADDED,
    fits
  )
  t.shape('it is as declared', told, groupApplication)
  t.equal('the invited user is not in', JSON.parse((await late.sdk.getJoinedGroupList()).data), [])
  await t.resolves(
    'the owner accepts it',
    owner.sdk.acceptGroupApplication({ groupID, fromUserID: late.userID, handleMsg: '' })
  )
  await t.event(
    'then the invited user is in: OnJoinedGroupAdded',
    late,
    CbEvents.ONJOINEDGROUPADDED,
    of(groupID)
  )
}

export default async function applications(t, server) {
  const everybody = await server.users(t, 'olaf', 'mary', 'glen', 'lena')
  const [owner, mate, guest, late] = everybody
  const memberList = [{ userID: mate.userID, roleLevel: 1 }]
  const made = await owner.sdk.createGroup({
    groupBaseInfo: { groupType: 0, groupName: 'Gardeners' },
    memberList
  })
  const { groupID } = JSON.parse(made.data)
  await t.section('applications', () => join(t, owner, mate, guest, groupID))
  await t.section('who quits', () => quit(t, owner, mate, guest, groupID))
  await t.section('invitations by members', () => invitesByMembers(t, owner, mate, late, groupID))
  await Promise.all(everybody.map(({ sdk }) => sdk.logout()))
}
