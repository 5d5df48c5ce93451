// Page `group`: the members of a group, their roles, and what owners may set.
import { CbEvents, marked, sorted } from './2.3.0-harness.mjs'
import { group, member } from './2.3.0-shapes.mjs'

const ids = list => sorted(list.map(entry => entry.userID))

const lists = async (t, { owner, mate, guest, groupID }) => {
  const list = (filter, offset = 0, count = 20) =>
    owner.sdk.getGroupMemberList({ groupID, filter, offset, count })
  const all = await t.json('getGroupMemberList answers', list(0), [member])
  t.equal('the filter 0 lists all members', ids(all), ids([owner, mate, guest]))
  t.equal('the filter 1 lists ordinary members', ids(JSON.parse((await list(1)).data)), [guest.userID])
  t.equal('the filter 2 lists the owner', ids(JSON.parse((await list(2)).data)), [owner.userID])
  t.equal('the filter 3 lists administrators', ids(JSON.parse((await list(3)).data)), [mate.userID])
  const pages = await Promise.all([list(0, 0, 2), list(0, 2, 2)])
  const sizes = pages.map(({ data }) => JSON.parse(data).length)
  t.equal('offset and count cut the list into pages', sizes, [2, 1])
  t.equal('the pages have everybody once', ids(pages.flatMap(({ data }) => JSON.parse(data))), ids(all))
  const asked = { groupID, userIDList: [guest.userID, mate.userID] }
  const infos = await t.json('getGroupMembersInfo answers', owner.sdk.getGroupMembersInfo(asked), [member])
  t.equal('getGroupMembersInfo has whom was asked for', ids(infos), ids([guest, mate]))
  const time = {
    groupID,
    offset: 0,
    count: 20,
    filterUserIDList: [owner.userID],
    joinTimeBegin: 0,
    joinTimeEnd: 0
  }
  const joined = await t.json(
    'getGroupMemberListByJoinTimeFilter answers',
    owner.sdk.getGroupMemberListByJoinTimeFilter(time),
    [member]
  )
  t.equal('it leaves out whom the filter names', ids(joined), ids([guest, mate]))
  const before = { ...time, joinTimeEnd: 1000 }
  t.equal(
    'it has nobody before all have joined',
    JSON.parse((await owner.sdk.getGroupMemberListByJoinTimeFilter(before)).data),
    []
  )
  const later = { ...time, joinTimeBegin: Math.floor(Date.now() / 1000) + 3600 }
  t.equal(
    'and nobody after all have joined',
    JSON.parse((await owner.sdk.getGroupMemberListByJoinTimeFilter(later)).data),
    []
  )
  const find = (keyword, byID) =>
    owner.sdk.searchGroupMembers({
      groupID,
      keywordList: [keyword],
      isSearchUserID: byID,
      isSearchMemberNickname: !byID,
      offset: 0,
      count: 10
    })
  const byName = await t.json('searchGroupMembers by nickname answers', find('guid', false), [member])
  t.equal('searchGroupMembers by nickname finds the member', ids(byName), [guest.userID])
  const byID = await t.json('searchGroupMembers by ID answers', find(guest.userID, true), [member])
  t.equal('searchGroupMembers by ID finds the member', ids(byID), [guest.userID])
}

const roles = async (t, { owner, mate, guest, groupID }) => {
  marked(owner, mate, guest)
  const role = { groupID, userID: mate.userID, roleLevel: 3 }
  await t.resolves('setGroupMemberRoleLevel resolves', owner.sdk.setGroupMemberRoleLevel(role))
  const fits = data => data.userID === mate.userID && data.roleLevel === 3
  for (const user of [owner, mate, guest]) {
    const told = await t.event(
      'members get OnGroupMemberInfoChanged of a role',
      user,
      CbEvents.ONGROUPMEMBERINFOCHANGED,
      fits
    )
    t.shape('OnGroupMemberInfoChanged is as declared', told, member)
  }
  marked(owner, mate, guest)
  const name = { groupID, userID: guest.userID, GroupMemberNickname: 'our guide' }
  await t.resolves('setGroupMemberNickname resolves', guest.sdk.setGroupMemberNickname(name))
  const named = data => data.userID === guest.userID && data.nickname === 'our guide'
  await t.event(
    'members get OnGroupMemberInfoChanged of a nickname',
    mate,
    CbEvents.ONGROUPMEMBERINFOCHANGED,
    named
  )
  const byOwner = { groupID, userID: mate.userID, GroupMemberNickname: 'the mate' }
  await t.resolves(
    'setGroupMemberNickname of another by the owner resolves',
    owner.sdk.setGroupMemberNickname(byOwner)
  )
  const called = data => data.userID === mate.userID && data.nickname === 'the mate'
  await t.event(
    'members get OnGroupMemberInfoChanged of that',
    guest,
    CbEvents.ONGROUPMEMBERINFOCHANGED,
    called
  )
  const [info] = JSON.parse(
    (await owner.sdk.getGroupMembersInfo({ groupID, userIDList: [guest.userID] })).data
  )
  t.equal('a later read has it', info.nickname, 'our guide')
}

const settings = async (t, { owner, mate, guest, groupID }) => {
  const groupInfo = {
    groupName: 'Diggers',
    introduction: 'deep',
    notification: 'tomorrow',
    faceURL: 'd.png',
    ex: 'y'
  }
  marked(owner, mate, guest)
  await t.resolves('setGroupInfo resolves', owner.sdk.setGroupInfo({ groupID, groupInfo }))
  const picked = value => Object.fromEntries(Object.keys(groupInfo).map(key => [key, value?.[key]]))
  const fits = data => data.groupID === groupID && data.groupName === 'Diggers'
  for (const user of [owner, mate, guest]) {
    const told = await t.event(
      'members get OnGroupInfoChanged of setGroupInfo',
      user,
      CbEvents.ONGROUPINFOCHANGED,
      fits
    )
    t.shape('OnGroupInfoChanged is as declared', told, group)
    t.equal('it carries the new values', picked(told), groupInfo)
  }
  const [info] = JSON.parse((await guest.sdk.getGroupsInfo([groupID])).data)
  t.equal('a later read has the new values', picked(info), groupInfo)
  t.equal('it has who has set the notification', info.notificationUserID, owner.userID)
  await t.resolves(
    'setGroupInfo with one field resolves',
    owner.sdk.setGroupInfo({ groupID, groupInfo: { ex: 'z' } })
  )
  const [partly] = JSON.parse((await guest.sdk.getGroupsInfo([groupID])).data)
  t.equal('it leaves the others', picked(partly), { ...groupInfo, ex: 'z' })
  await t.rejects(
    'setGroupInfo by an ordinary member is rejected',
    guest.sdk.setGroupInfo({ groupID, groupInfo })
  )
  for (const [method, field] of [
    ['setGroupApplyMemberFriend', 'applyMemberFriend'],
    ['setGroupLookMemberInfo', 'lookMemberInfo']
  ]) {
    marked(guest)
    await t.resolves(`${method} resolves`, owner.sdk[method]({ groupID, rule: 1 }))
    const set = data => data.groupID === groupID && data[field] === 1
    await t.event(`members get OnGroupInfoChanged with ${field} 1`, guest, CbEvents.ONGROUPINFOCHANGED, set)
  }
}

const say = async (user, groupID, text) => {
  const { data } = await user.sdk.createTextMessage(text)
  return user.sdk.sendMessage({ recvID: '', groupID, message: data })
}

const mutes = async (t, { owner, mate, guest, groupID }) => {
  marked(owner, mate, guest)
  await t.resolves('changeGroupMute resolves', owner.sdk.changeGroupMute({ groupID, isMute: true }))
  const muted = data => data.groupID === groupID && data.status === 3
  await t.event('members get OnGroupInfoChanged with status 3', guest, CbEvents.ONGROUPINFOCHANGED, muted)
  await t.rejects('an ordinary member may not speak then', say(guest, groupID, 'hm'))
  await t.resolves('the owner may', say(owner, groupID, 'silence, please'))
  await t.resolves('an administrator may', say(mate, groupID, 'yes, silence'))
  await t.resolves('changeGroupMute back resolves', owner.sdk.changeGroupMute({ groupID, isMute: false }))
  await t.event(
    'members get OnGroupInfoChanged with status 0',
    guest,
    CbEvents.ONGROUPINFOCHANGED,
    data => data.status === 0
  )
  await t.resolves('an ordinary member may speak again', say(guest, groupID, 'at last'))
  marked(owner, mate, guest)
  const mute = mutedSeconds =>
    owner.sdk.changeGroupMemberMute({ groupID, userID: guest.userID, mutedSeconds })
  await t.resolves('changeGroupMemberMute resolves', mute(60))
  const isMuted = data => data.userID === guest.userID && data.muteEndTime > Date.now() / 1000
  await t.event(
    'members get OnGroupMemberInfoChanged with the end of it',
    mate,
    CbEvents.ONGROUPMEMBERINFOCHANGED,
    isMuted
  )
  await t.event('the muted member gets it, too', guest, CbEvents.ONGROUPMEMBERINFOCHANGED, isMuted)
  await t.rejects('the muted member may not speak', say(guest, groupID, 'hm'))
  await t.resolves('another may', say(mate, groupID, 'well'))
  marked(guest)
  await t.resolves('changeGroupMemberMute with 0 seconds resolves', mute(0))
  const freed = data => data.userID === guest.userID && data.muteEndTime <= Date.now() / 1000
  await t.event(
    'the member gets OnGroupMemberInfoChanged of its end',
    guest,
    CbEvents.ONGROUPMEMBERINFOCHANGED,
    freed
  )
  await t.resolves('the member may speak again', say(guest, groupID, 'free'))
}

const transfer = async (t, { owner, mate, guest, groupID }) => {
  marked(owner, mate, guest)
  await t.rejects(
    'transferGroupOwner by an ordinary member is rejected',
    guest.sdk.transferGroupOwner({ groupID, newOwnerUserID: guest.userID })
  )
  await t.resolves(
    'transferGroupOwner resolves',
    owner.sdk.transferGroupOwner({ groupID, newOwnerUserID: mate.userID })
  )
  const owned = data => data.groupID === groupID && data.ownerUserID === mate.userID
  for (const user of [owner, mate, guest]) {
    await t.event(
      'members get OnGroupInfoChanged with the new owner',
      user,
      CbEvents.ONGROUPINFOCHANGED,
      owned
    )
  }
  const risen = data => data.userID === mate.userID && data.roleLevel === 2
  await t.event(
    'and OnGroupMemberInfoChanged with the role 2',
    guest,
    CbEvents.ONGROUPMEMBERINFOCHANGED,
    risen
  )
  const { data } = await guest.sdk.getGroupMembersInfo({ groupID, userIDList: [owner.userID, mate.userID] })
  const role = id => JSON.parse(data).find(entry => entry.userID === id)?.roleLevel
  t.equal('the new owner has the role 2', role(mate.userID), 2)
  t.holds('the old owner has it no more', role(owner.userID) !== 2, '1 or 3', role(owner.userID))
}

export default async function members(t, server) {
  const everybody = await server.users(t, 'oda', 'mona', 'guido')
  const [owner, mate, guest] = everybody
  const memberList = [mate, guest].map(({ userID }) => ({ userID, roleLevel: 1 }))
  const { data } = await owner.sdk.createGroup({
    groupBaseInfo: { groupType: 0, groupName: 'G' },
    memberList
  })
  const { groupID } = JSON.parse(data)
  const scene = { owner, mate, guest, groupID }
  await Promise.all([mate, guest].map(user => user.wait(CbEvents.ONJOINEDGROUPADDED, () => true)))
  await t.section('roles and nicknames', () => roles(t, { ...scene }))
  await t.section('lists of members', () => lists(t, scene))
  await t.section('settings of a group', () => settings(t, scene))
  await t.section('mutes', () => mutes(t, scene))
  await t.section('another owner', () => transfer(t, scene))
  await Promise.all(everybody.map(({ sdk }) => sdk.logout()))
}
