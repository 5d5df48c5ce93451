// Page `group`: making, finding and ending groups, invitations and kicks; flutter_v2 `group` for who gets which events.
import { CbEvents, marked } from './2.3.0-harness.mjs'
import { group, member } from './2.3.0-shapes.mjs'

const base = {
  groupType: 0,
  groupName: 'Gardeners',
  introduction: 'we dig',
  notification: 'bring spades',
  faceURL: 'g.png',
  ex: 'x'
}
const of = groupID => data => data.groupID === groupID
const about = (groupID, userID) => data => data.groupID === groupID && data.userID === userID

const create = async (t, owner, mate) => {
  marked(owner, mate)
  const options = { groupBaseInfo: base, memberList: [{ userID: mate.userID, roleLevel: 1 }] }
  const made = await t.json('createGroup answers', owner.sdk.createGroup(options), group)
  const { groupID } = made
  const picked = Object.fromEntries(Object.keys(base).map(key => [key, made[key]]))
  t.equal('createGroup answers what was given', picked, base)
  const rest = [made.ownerUserID, made.creatorUserID, made.memberCount, made.status]
  t.equal('the group has its owner, its creator, two members and the status 0', rest, [
    owner.userID,
    owner.userID,
    2,
    0
  ])
  for (const [who, user] of [
    ['the creator', owner],
    ['a member from the beginning', mate]
  ]) {
    const told = await t.event(
      `${who} gets OnJoinedGroupAdded`,
      user,
      CbEvents.ONJOINEDGROUPADDED,
      of(groupID)
    )
    t.shape(`OnJoinedGroupAdded of ${who} is as declared`, told, group)
    const joined = await t.json(`getJoinedGroupList of ${who} answers`, user.sdk.getJoinedGroupList(), [
      group
    ])
    t.equal(
      `getJoinedGroupList of ${who} has the group`,
      joined.map(item => item.groupID),
      [groupID]
    )
  }
  const infos = await t.json('getGroupsInfo answers', mate.sdk.getGroupsInfo([groupID]), [group])
  t.equal(
    'getGroupsInfo has the group',
    [infos.length, infos[0]?.groupID, infos[0]?.groupName],
    [1, groupID, 'Gardeners']
  )
  return groupID
}

// Members from the beginning may be administrators, and there may be none; several are invited or removed at once.
const many = async (t, owner, mate, guest, late) => {
  const admin = {
    groupBaseInfo: { groupType: 0, groupName: 'Many' },
    memberList: [{ userID: mate.userID, roleLevel: 3 }]
  }
  const { groupID } = await t.json(
    'createGroup with an administrator answers',
    owner.sdk.createGroup(admin),
    group
  )
  const [info] = JSON.parse(
    (await owner.sdk.getGroupMembersInfo({ groupID, userIDList: [mate.userID] })).data
  )
  t.equal('the administrator has the role 3', info?.roleLevel, 3)
  marked(owner, mate, guest, late)
  const userIDList = [guest.userID, late.userID]
  await t.resolves(
    'inviteUserToGroup of two resolves',
    owner.sdk.inviteUserToGroup({ groupID, reason: '', userIDList })
  )
  for (const user of [guest, late]) {
    await t.event('each of them gets OnJoinedGroupAdded', user, CbEvents.ONJOINEDGROUPADDED, of(groupID))
    await t.event(
      'members get OnGroupMemberAdded of each',
      mate,
      CbEvents.ONGROUPMEMBERADDED,
      about(groupID, user.userID)
    )
  }
  marked(owner, mate, guest, late)
  await t.resolves(
    'kickGroupMember of two by an administrator resolves',
    mate.sdk.kickGroupMember({ groupID, reason: '', userIDList })
  )
  for (const user of [guest, late]) {
    await t.event('each of them gets OnJoinedGroupDeleted', user, CbEvents.ONJOINEDGROUPDELETED, of(groupID))
    await t.event(
      'members get OnGroupMemberDeleted of each',
      owner,
      CbEvents.ONGROUPMEMBERDELETED,
      about(groupID, user.userID)
    )
  }
  await owner.sdk.setGroupVerification({ groupID, verification: 1 })
  marked(owner, mate, guest)
  await guest.sdk.joinGroup({ groupID, reqMsg: 'hello', joinSource: 3 })
  const fits = about(groupID, guest.userID)
  await t.event(
    'administrators get OnGroupApplicationAdded, too',
    mate,
    CbEvents.ONGROUPAPPLICATIONADDED,
    fits
  )
  const handled = { groupID, fromUserID: guest.userID, handleMsg: 'ok' }
  await t.resolves('an administrator accepts', mate.sdk.acceptGroupApplication(handled))
  await t.event(
    'the administrator gets OnGroupApplicationAccepted',
    mate,
    CbEvents.ONGROUPAPPLICATIONACCEPTED,
    fits
  )
  await t.event('and OnGroupMemberAdded', mate, CbEvents.ONGROUPMEMBERADDED, fits)
  const alone = { groupBaseInfo: { groupType: 0, groupName: 'Alone' }, memberList: [] }
  const single = await t.json('createGroup without members answers', owner.sdk.createGroup(alone), group)
  t.equal('it has one member', single.memberCount, 1)
  await owner.sdk.dismissGroup(single.groupID)
  await owner.sdk.dismissGroup(groupID)
}

const search = async (t, user, groupID) => {
  const find = (keyword, byID) =>
    user.sdk.searchGroups({ keywordList: [keyword], isSearchGroupID: byID, isSearchGroupName: !byID })
  const byName = await t.json('searchGroups by name answers', find('arden', false), [group])
  t.equal(
    'searchGroups by a part of the name finds the group',
    byName.map(item => item.groupID),
    [groupID]
  )
  const byID = await t.json('searchGroups by ID answers', find(groupID, true), [group])
  t.equal(
    'searchGroups by ID finds the group',
    byID.map(item => item.groupID),
    [groupID]
  )
  const none = await t.json('searchGroups by what does not match answers', find('arden', true), [group])
  t.equal('it finds nothing', none, [])
}

const invite = async (t, owner, mate, guest, groupID) => {
  marked(owner, mate, guest)
  await t.resolves(
    'inviteUserToGroup resolves',
    owner.sdk.inviteUserToGroup({ groupID, reason: 'come', userIDList: [guest.userID] })
  )
  const added = about(groupID, guest.userID)
  for (const user of [owner, mate]) {
    const told = await t.event(
      'a member gets OnGroupMemberAdded of an invitation',
      user,
      CbEvents.ONGROUPMEMBERADDED,
      added
    )
    t.shape('OnGroupMemberAdded is as declared', told, member)
    t.equal(
      'it names who invited, the role 1 and the source 2',
      [told?.inviterUserID, told?.roleLevel, told?.joinSource],
      [owner.userID, 1, 2]
    )
  }
  const joined = await t.event(
    'the invited user gets OnJoinedGroupAdded',
    guest,
    CbEvents.ONJOINEDGROUPADDED,
    of(groupID)
  )
  t.equal('it carries the new number of members', joined?.memberCount, 3)
  await t.silence(
    'the invited user gets no OnGroupMemberAdded of that (flutter_v2)',
    guest,
    CbEvents.ONGROUPMEMBERADDED,
    added
  )
  marked(owner, mate, guest)
  await t.resolves(
    'kickGroupMember resolves',
    owner.sdk.kickGroupMember({ groupID, reason: 'go', userIDList: [guest.userID] })
  )
  for (const user of [owner, mate]) {
    const told = await t.event(
      'a member gets OnGroupMemberDeleted of a kick',
      user,
      CbEvents.ONGROUPMEMBERDELETED,
      added
    )
    t.shape('OnGroupMemberDeleted is as declared', told, member)
  }
  const left = await t.event(
    'the one who was kicked gets OnJoinedGroupDeleted',
    guest,
    CbEvents.ONJOINEDGROUPDELETED,
    of(groupID)
  )
  t.shape('OnJoinedGroupDeleted is as declared', left, group)
  t.equal(
    'the one who was kicked has no group then',
    JSON.parse((await guest.sdk.getJoinedGroupList()).data),
    []
  )
  const [info] = JSON.parse((await owner.sdk.getGroupsInfo([groupID])).data)
  t.equal('the group has two members again', info.memberCount, 2)
}

const dismiss = async (t, owner, mate, groupID) => {
  marked(owner, mate)
  await t.rejects('dismissGroup by a member is rejected', mate.sdk.dismissGroup(groupID))
  await t.resolves('dismissGroup by the owner resolves', owner.sdk.dismissGroup(groupID))
  for (const user of [owner, mate]) {
    await t.event('a group fewer: OnJoinedGroupDeleted', user, CbEvents.ONJOINEDGROUPDELETED, of(groupID))
    t.equal('getJoinedGroupList has it no more', JSON.parse((await user.sdk.getJoinedGroupList()).data), [])
  }
  const [info] = JSON.parse((await owner.sdk.getGroupsInfo([groupID])).data)
  t.holds(
    'getGroupsInfo has it with the status 2, or not',
    info === undefined || info.status === 2,
    2,
    info?.status
  )
  const { data } = await mate.sdk.createTextMessage('anybody here?')
  await t.rejects('messages to it are rejected', mate.sdk.sendMessage({ recvID: '', groupID, message: data }))
}

export default async function groups(t, server) {
  const everybody = await server.users(t, 'olga', 'mira', 'gus', 'lars')
  const [owner, mate, guest, late] = everybody
  let groupID
  await t.section('many members', () => many(t, owner, mate, guest, late))
  await t.section('a new group', async () => {
    groupID = await create(t, owner, mate)
  })
  await t.section('a search for groups', () => search(t, mate, groupID))
  await t.section('invitations and kicks', () => invite(t, owner, mate, guest, groupID))
  await t.section('the end of a group', () => dismiss(t, owner, mate, groupID))
  await Promise.all(everybody.map(({ sdk }) => sdk.logout()))
}
