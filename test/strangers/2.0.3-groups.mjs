// Groups and their administration: js_v2/sdk_integrate/group.md and struct.md; who gets which event:
// flutter_v2/sdk_integrate/group.md, integrate/web/integrate_group_web.md (all members learn of a transfer and of new group
// information). Messages of groups are in 2.0.3-group-messages.mjs.
import { enter, leave } from './2.0.3-app.mjs'
import { byName, check, has, same, typed } from './2.0.3-checks.mjs'
import { CbEvents } from 'oim203'
import { invite, join, kick, quit } from './2.0.3-membership.mjs'
import { groupMessages, notices } from './2.0.3-group-messages.mjs'

export async function groups(api) {
  const [amy, bob, cid, dan] = await enter(api, 'amy', 'bob', 'cid', 'dan')
  const groupID = await create(amy, bob, cid)
  await members(amy, bob, cid, groupID)
  await groupMessages(amy, bob, cid, groupID)
  await invite(amy, cid, dan, groupID)
  await kick(amy, bob, dan, groupID)
  await join(amy, bob, dan, groupID)
  await information(amy, bob, dan, groupID)
  await mute(amy, bob, cid, groupID)
  await quit(amy, bob, dan, groupID)
  await transfer(amy, bob, groupID)
  await notices(amy, groupID)
  await dismiss(bob, cid, groupID)
  await leave(amy, bob, cid, dan)
}

const member = (groupID, app) => data => data?.groupID === groupID && data.userID === app.userID
const group = groupID => data => data?.groupID === groupID

async function create(amy, bob, cid) {
  same('getJoinedGroupList of a new user is empty', (await amy.call('getJoinedGroupList')) ?? [], [])
  const base = {
    groupType: 0,
    groupName: 'walkers',
    introduction: 'we walk',
    notification: 'on Sunday',
    faceURL: 'https://example.com/walk.png',
    ex: '{"a":1}'
  }
  const created = await amy.call('createGroup', {
    groupBaseInfo: { ...base },
    memberList: [
      { userID: bob.userID, roleLevel: 3 },
      { userID: cid.userID, roleLevel: 1 }
    ]
  })
  typed('createGroup gives a GroupItem', created, 'GroupItem')
  const expected = {
    ...base,
    ownerUserID: amy.userID,
    creatorUserID: amy.userID,
    memberCount: 3,
    status: 0
  }
  has('createGroup gives what was asked for, and who made it', created, expected)
  const { groupID } = created ?? {}
  for (const [who, app] of [
    ['who creates a group', amy],
    ['an administrator from the beginning', bob],
    ['a member from the beginning', cid]
  ]) {
    const told = await app.sees(`${who} gets OnJoinedGroupAdded`, CbEvents.ONJOINEDGROUPADDED, group(groupID))
    typed(`${who} gets a GroupItem with it`, told, 'GroupItem')
    const joined = await app.call('getJoinedGroupList')
    typed(`getJoinedGroupList of ${who} gives GroupItems`, joined, 'GroupItem[]')
    has(`getJoinedGroupList of ${who} has the group`, joined?.[0], { groupID, ...expected })
  }
  const [info] = (await cid.call('getGroupsInfo', [groupID])) ?? []
  typed('getGroupsInfo gives GroupItems', [info], 'GroupItem[]')
  has('getGroupsInfo gives the group', info, { groupID, ...expected })
  return groupID
}

async function members(amy, bob, cid, groupID) {
  const list = filter => amy.call('getGroupMemberList', { groupID, filter, offset: 0, count: 20 })
  const ids = items => byName(items?.map(item => item.userID))
  const all = await list(0)
  typed('getGroupMemberList gives GroupMemberItems', all, 'GroupMemberItem[]')
  same('filter 0 gives all', ids(all), byName([amy.userID, bob.userID, cid.userID]))
  same('filter 1 gives ordinary members', ids(await list(1)), [cid.userID])
  same('filter 2 gives the owner', ids(await list(2)), [amy.userID])
  same('filter 3 gives administrators', ids(await list(3)), [bob.userID])
  const pages = []
  for (const offset of [0, 2]) {
    pages.push(await amy.call('getGroupMemberList', { groupID, filter: 0, offset, count: 2 }))
  }
  same(
    'offset and count give pages',
    pages.map(page => page?.length ?? 0),
    [2, 1]
  )
  same('the pages give everyone once', ids(pages.flat()), ids(all))
  const some = await amy.call('getGroupMembersInfo', { groupID, userIDList: [bob.userID] })
  typed('getGroupMembersInfo gives GroupMemberItems', some, 'GroupMemberItem[]')
  same('getGroupMembersInfo gives those that were asked for', some?.length, 1)
  has('getGroupMembersInfo gives the member', some?.[0], {
    groupID,
    userID: bob.userID,
    nickname: 'bob',
    faceURL: 'https://example.com/bob.png',
    roleLevel: 3,
    muteEndTime: 0
  })
}

async function information(amy, bob, dan, groupID) {
  const groupInfo = { groupName: 'climbers', notification: 'on Monday', ex: '{"b":2}' }
  await bob.call('setGroupInfo', { groupID, groupInfo: { ...groupInfo } })
  for (const [who, app] of [
    ['the owner', amy],
    ['an ordinary member', dan]
  ]) {
    const told = await app.sees(
      `${who} gets OnGroupInfoChanged of setGroupInfo`,
      CbEvents.ONGROUPINFOCHANGED,
      data => data?.groupID === groupID && data.groupName === 'climbers'
    )
    typed(`${who} gets a GroupItem with it`, told, 'GroupItem')
  }
  const [info] = (await dan.call('getGroupsInfo', [groupID])) ?? []
  has('getGroupsInfo has the new information, and what was not named as it was', info, {
    ...groupInfo,
    introduction: 'we walk',
    faceURL: 'https://example.com/walk.png'
  })
  has('the conversation has the new name', await dan.conversation({ groupID }), { showName: 'climbers' })
  const away = { groupID: 'no-such-group', reqMsg: 'please' }
  await dan.refused('nobody can join a group that is none', 'joinGroup', away)
  await dan.refused('an ordinary member cannot change it', 'setGroupInfo', {
    groupID,
    groupInfo: { groupName: 'mine' }
  })
}

async function mute(amy, bob, cid, groupID) {
  const speak = async app => (await app.say({ groupID }, 'may I?')) !== undefined
  const status = async () => (await cid.call('getGroupsInfo', [groupID]))?.[0]?.status
  await amy.call('changeGroupMute', { groupID, isMute: true })
  await cid.sees(
    'changeGroupMute is told to members by OnGroupInfoChanged, with status 3',
    CbEvents.ONGROUPINFOCHANGED,
    data => data?.groupID === groupID && data.status === 3
  )
  same('getGroupsInfo gives status 3, muted', await status(), 3)
  same('in a muted group ordinary members cannot write', await speak(cid), false)
  same('in a muted group the owner can', await speak(amy), true)
  same('in a muted group an administrator can', await speak(bob), true)
  await amy.settle('changeGroupMute', { groupID, isMute: false })
  same('getGroupsInfo gives status 0 again', await status(), 0)
  same('then ordinary members can write again', await speak(cid), true)
  await amy.call('changeGroupMemberMute', { groupID, userID: cid.userID, mutedSeconds: 600 })
  const told = await bob.sees(
    'changeGroupMemberMute is told by OnGroupMemberInfoChanged',
    CbEvents.ONGROUPMEMBERINFOCHANGED,
    member(groupID, cid)
  )
  typed('OnGroupMemberInfoChanged carries a GroupMemberItem', told, 'GroupMemberItem')
  const [muted] = (await bob.call('getGroupMembersInfo', { groupID, userIDList: [cid.userID] })) ?? []
  const end = muted?.muteEndTime
  check('muteEndTime is in the future', end > Date.now() / 1000, 'a later time', end)
  same('a muted member cannot write', await speak(cid), false)
  same('others can', await speak(bob), true)
  await amy.settle('changeGroupMemberMute', { groupID, userID: cid.userID, mutedSeconds: 0 })
  same('0 seconds end it', await speak(cid), true)
}

async function transfer(amy, bob, groupID) {
  await bob.refused('who is not the owner cannot transfer it', 'transferGroupOwner', {
    groupID,
    newOwnerUserID: bob.userID
  })
  await amy.call('transferGroupOwner', { groupID, newOwnerUserID: bob.userID })
  for (const [who, app] of [
    ['the old owner', amy],
    ['the new owner', bob]
  ]) {
    await app.sees(
      `${who} gets OnGroupInfoChanged of the transfer`,
      CbEvents.ONGROUPINFOCHANGED,
      data => data?.groupID === groupID && data.ownerUserID === bob.userID
    )
  }
  has('getGroupsInfo gives the new owner', (await amy.call('getGroupsInfo', [groupID]))?.[0], {
    ownerUserID: bob.userID,
    creatorUserID: amy.userID
  })
  const [owner] = (await amy.call('getGroupMembersInfo', { groupID, userIDList: [bob.userID] })) ?? []
  has('the new owner has roleLevel 2', owner, { roleLevel: 2 })
}

async function dismiss(bob, cid, groupID) {
  await bob.call('dismissGroup', groupID)
  await cid.event(CbEvents.ONJOINEDGROUPDELETED, group(groupID))
  const { data: message } = await cid.settle('createTextMessage', 'anybody?')
  await cid.refused('nobody can write to a dismissed group', 'sendMessage', { recvID: '', groupID, message })
  const left = ((await cid.call('getJoinedGroupList')) ?? []).filter(group(groupID))
  check(
    'a dismissed group is not among the joined ones, or has status 2',
    left.every(item => item.status === 2),
    'none, or status 2',
    left
  )
}
