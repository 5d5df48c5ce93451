// How members come and go: js_v2/sdk_integrate/group.md; who gets which event: flutter_v2/sdk_integrate/group.md; what invitations and
// kicks give: client_doc/uni_doc.md.
import { has, same, typed } from './2.0.3-checks.mjs'
import { CbEvents } from 'oim203'

const member = (groupID, app) => data => data?.groupID === groupID && data.userID === app.userID
const outcomes = results =>
  Array.isArray(results) ? results.map(item => [item.userID, typeof item.result]) : results
const group = groupID => data => data?.groupID === groupID

/** All members may invite, ordinary ones too. */
export async function invite(amy, cid, dan, groupID) {
  const results = await cid.call('inviteUserToGroup', {
    groupID,
    reason: 'he walks too',
    userIDList: [dan.userID]
  })
  same('inviteUserToGroup gives a userID and a result of each (uni_doc.md)', outcomes(results), [
    [dan.userID, 'number']
  ])
  await dan.sees('who is invited gets OnJoinedGroupAdded', CbEvents.ONJOINEDGROUPADDED, group(groupID))
  for (const [who, app] of [
    ['the owner', amy],
    ['who invites', cid]
  ]) {
    const told = await app.sees(
      `${who} gets OnGroupMemberAdded of an invitation`,
      CbEvents.ONGROUPMEMBERADDED,
      member(groupID, dan)
    )
    typed(`${who} gets a GroupMemberItem with it`, told, 'GroupMemberItem')
  }
  has('who is invited is in at once', (await dan.call('getJoinedGroupList'))?.[0], {
    groupID,
    memberCount: 4
  })
}

export async function kick(amy, bob, dan, groupID) {
  const from = dan.mark
  await dan.refused('an ordinary member cannot kick', 'kickGroupMember', {
    groupID,
    reason: 'no',
    userIDList: [bob.userID]
  })
  const results = await bob.call('kickGroupMember', {
    groupID,
    reason: 'too slow',
    userIDList: [dan.userID]
  })
  same('kickGroupMember gives a userID and a result of each (uni_doc.md)', outcomes(results), [
    [dan.userID, 'number']
  ])
  const told = await dan.sees(
    'who is kicked gets OnJoinedGroupDeleted',
    CbEvents.ONJOINEDGROUPDELETED,
    group(groupID),
    from
  )
  typed('who is kicked gets a GroupItem with it', told, 'GroupItem')
  const gone = await amy.sees(
    'members get OnGroupMemberDeleted of a kick',
    CbEvents.ONGROUPMEMBERDELETED,
    member(groupID, dan)
  )
  typed('members get a GroupMemberItem with it', gone, 'GroupMemberItem')
  same('who is kicked has the group no more', (await dan.call('getJoinedGroupList')) ?? [], [])
  await dan.refused('who is kicked cannot write there', 'sendMessage', {
    recvID: '',
    groupID,
    message: (await dan.settle('createTextMessage', 'let me in')).data
  })
}

export async function join(amy, bob, dan, groupID) {
  const by = data => data?.groupID === groupID && data.userID === dan.userID
  const from = { amy: amy.mark, bob: bob.mark, dan: dan.mark }
  const ask = reqMsg => dan.call('joinGroup', { groupID, reqMsg })
  await ask('please')
  const added = CbEvents.ONGROUPAPPLICATIONADDED
  const request = await amy.sees('the owner gets OnGroupApplicationAdded', added, by)
  typed('OnGroupApplicationAdded carries a GroupApplicationItem', request, 'GroupApplicationItem')
  await bob.sees('an administrator gets OnGroupApplicationAdded', added, by)
  await dan.sees('who asks gets OnGroupApplicationAdded', added, by)
  const expected = {
    groupID,
    groupName: 'walkers',
    userID: dan.userID,
    nickname: 'dan',
    userFaceURL: 'https://example.com/dan.png',
    reqMsg: 'please',
    ownerUserID: amy.userID
  }
  const received = await bob.call('getRecvGroupApplicationList')
  typed('getRecvGroupApplicationList gives GroupApplicationItems', received, 'GroupApplicationItem[]')
  has('getRecvGroupApplicationList of an administrator has it', received?.find(by), expected)
  const sent = await dan.call('getSendGroupApplicationList')
  typed('getSendGroupApplicationList gives GroupApplicationItems', sent, 'GroupApplicationItem[]')
  has('getSendGroupApplicationList has it', sent?.find(by), expected)
  same('who asks is not in before the answer', (await dan.call('getJoinedGroupList')) ?? [], [])
  const answer = handleMsg => ({ groupID, fromUserID: dan.userID, handleMsg })
  await amy.call('refuseGroupApplication', answer('not now'))
  const rejected = CbEvents.ONGROUPAPPLICATIONREJECTED
  const told = await dan.sees('who is refused gets OnGroupApplicationRejected', rejected, by)
  typed('OnGroupApplicationRejected carries a GroupApplicationItem', told, 'GroupApplicationItem')
  has('OnGroupApplicationRejected carries the answer', told, { handledMsg: 'not now' })
  await amy.sees('who refuses gets OnGroupApplicationRejected', rejected, by)
  await ask('please, please')
  await bob.event(added, data => by(data) && data.reqMsg === 'please, please')
  await bob.call('acceptGroupApplication', answer('all right'))
  const accepted = CbEvents.ONGROUPAPPLICATIONACCEPTED
  const yes = await dan.sees('who is accepted gets OnGroupApplicationAccepted', accepted, by)
  typed('OnGroupApplicationAccepted carries a GroupApplicationItem', yes, 'GroupApplicationItem')
  await dan.sees(
    'who is accepted gets OnJoinedGroupAdded',
    CbEvents.ONJOINEDGROUPADDED,
    group(groupID),
    from.dan
  )
  await bob.sees('who accepts gets OnGroupApplicationAccepted', accepted, by)
  const joined = CbEvents.ONGROUPMEMBERADDED
  await bob.sees('who accepts gets OnGroupMemberAdded', joined, member(groupID, dan), from.bob)
  await amy.sees('members get OnGroupMemberAdded', joined, member(groupID, dan), from.amy)
  has(
    'getSendGroupApplicationList has the answer',
    (await dan.call('getSendGroupApplicationList'))?.find(by),
    {
      handledMsg: 'all right',
      handleUserID: bob.userID
    }
  )
}

export async function quit(amy, bob, dan, groupID) {
  const from = { amy: amy.mark, dan: dan.mark }
  await dan.call('quitGroup', groupID)
  await dan.sees(
    'who quits gets OnJoinedGroupDeleted',
    CbEvents.ONJOINEDGROUPDELETED,
    group(groupID),
    from.dan
  )
  await amy.sees(
    'members get OnGroupMemberDeleted of who quits',
    CbEvents.ONGROUPMEMBERDELETED,
    member(groupID, dan),
    from.amy
  )
  same('who quits has the group no more', (await dan.call('getJoinedGroupList')) ?? [], [])
  has('the others are fewer', (await bob.call('getGroupsInfo', [groupID]))?.[0], { memberCount: 3 })
}
