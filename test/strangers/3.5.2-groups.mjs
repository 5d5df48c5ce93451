// Groups and their administration: https://docs.openim.io/sdks/api/group/, https://docs.openim.io/sdks/callback/onGroup…,
// https://docs.openim.io/sdks/enum/ (roleLevel, groupStatus, groupMemberFilter).

import {
  AllowType,
  CbEvents,
  GroupAtType,
  GroupMemberFilter,
  GroupMemberRole,
  GroupStatus,
  SessionType
} from 'oim352'
import { group, including, just, member, now, positive } from './3.5.2-shapes.mjs'

export async function groups(t) {
  const [o, ad, m] = [await t.online('Olga'), await t.online('Adam'), await t.online('Mia')]
  const everybody = [o, ad, m]
  const marks = () => everybody.map(app => app.mark())
  const toAll = async (name, sinces, expected, what = '') => {
    for (const [i, app] of everybody.entries()) {
      await t.event(`${name}${what} comes to ${app.nickname}`, app, name, sinces[i], expected)
    }
  }
  let groupID = ''

  await t.step('creating', async () => {
    const info = {
      groupName: 'Hiking 徒步',
      groupType: 2,
      introduction: 'up and down',
      notification: 'bring water',
      faceURL: 'https://faces.example/hike.png',
      ex: 'x1'
    }
    const sinces = marks()
    const created = await t.ask(o, 'createGroup', {
      groupInfo: info,
      memberUserIDs: [m.userID],
      adminUserIDs: [ad.userID]
    })
    groupID = created?.groupID
    const whole = {
      ...group,
      ...info,
      ownerUserID: o.userID,
      creatorUserID: o.userID,
      memberCount: 3,
      status: GroupStatus.Nomal,
      createTime: now
    }
    t.is('createGroup resolves with the GroupItem', created, whole)
    await toAll(CbEvents.OnJoinedGroupAdded, sinces, { ...group, groupID, groupName: info.groupName })
    for (const app of everybody) {
      t.is(`getJoinedGroupList of ${app.nickname} has it`, await t.ask(app, 'getJoinedGroupList'), [
        { ...whole, groupID }
      ])
    }
    t.is('getSpecifiedGroupsInfo has it', await t.ask(m, 'getSpecifiedGroupsInfo', [groupID]), [
      { ...whole, groupID }
    ])

    const own = `g${groupID}x`
    const again = { groupInfo: { groupID: own, groupName: 'Own', groupType: 2 }, memberUserIDs: [m.userID] }
    t.is('createGroup takes a groupID', await t.ask(o, 'createGroup', again), { groupID: own })
    await t.refused('createGroup rejects a groupID that is taken', o, 'createGroup', again)
    await t.ask(o, 'dismissGroup', own)
  })

  await t.step('searching groups', async () => {
    const found = [{ ...group, groupID }]
    const byName = { keywordList: ['Hiking'], isSearchGroupID: false, isSearchGroupName: true }
    t.is('searchGroups finds by name', await t.ask(m, 'searchGroups', byName), found)
    const byID = { keywordList: [groupID], isSearchGroupID: true, isSearchGroupName: false }
    t.is('searchGroups finds by ID', await t.ask(m, 'searchGroups', byID), found)
    const none = { ...byID, keywordList: ['Hiking'] }
    t.is('searchGroups looks nowhere else', await t.ask(m, 'searchGroups', none), [])
  })

  const roles = {
    [o.userID]: GroupMemberRole.Owner,
    [ad.userID]: GroupMemberRole.Admin,
    [m.userID]: GroupMemberRole.Nomal
  }
  const item = app => ({
    ...member,
    groupID,
    userID: app.userID,
    nickname: app.nickname,
    roleLevel: roles[app.userID]
  })

  await t.step('listing members', async () => {
    const filters = [
      [GroupMemberFilter.All, everybody],
      [GroupMemberFilter.Owner, [o]],
      [GroupMemberFilter.Admin, [ad]],
      [GroupMemberFilter.Nomal, [m]],
      [GroupMemberFilter.AdminAndNomal, [ad, m]],
      [GroupMemberFilter.AdminAndOwner, [o, ad]]
    ]
    for (const [filter, apps] of filters) {
      const list = await t.ask(m, 'getGroupMemberList', { groupID, filter, offset: 0, count: 20 })
      t.is(`getGroupMemberList with the filter ${GroupMemberFilter[filter]}`, list, just(...apps.map(item)))
    }
    const page = offset => t.ask(m, 'getGroupMemberList', { groupID, filter: 0, offset, count: 2 })
    const pages = [(await page(0)) ?? [], (await page(2)) ?? []]
    const sizes = pages.map(({ length }) => length)
    t.is('getGroupMemberList pages by offset and count', sizes, [2, 1])
    t.is('its pages have everybody once', pages.flat(), just(...everybody.map(item)))

    const some = await t.ask(m, 'getSpecifiedGroupMembersInfo', { groupID, userIDList: [o.userID, m.userID] })
    t.is('getSpecifiedGroupMembersInfo has the members', some, just(item(o), item(m)))
    t.is(
      'getGroupMemberOwnerAndAdmin has these',
      await t.ask(m, 'getGroupMemberOwnerAndAdmin', groupID),
      just(item(o), item(ad))
    )

    const search = { groupID, isSearchUserID: false, isSearchMemberNickname: false, offset: 0, count: 20 }
    const byName = { ...search, keywordList: ['dam'], isSearchMemberNickname: true }
    t.is('searchGroupMembers finds by nickname', await t.ask(m, 'searchGroupMembers', byName), [item(ad)])
    const byID = { ...search, keywordList: [o.userID], isSearchUserID: true }
    t.is('searchGroupMembers finds by ID', await t.ask(m, 'searchGroupMembers', byID), [item(o)])

    const times = { groupID, offset: 0, count: 20, joinTimeBegin: 0, joinTimeEnd: 0, filterUserIDList: [] }
    const joined = await t.ask(m, 'getGroupMemberListByJoinTimeFilter', times)
    t.is(
      'getGroupMemberListByJoinTimeFilter without limits has everybody',
      joined,
      just(...everybody.map(item))
    )
    const fewer = await t.ask(m, 'getGroupMemberListByJoinTimeFilter', {
      ...times,
      filterUserIDList: [o.userID]
    })
    t.is('filterUserIDList leaves members out', fewer, just(item(ad), item(m)))
    const first = Math.min(...(Array.isArray(joined) ? joined : []).map(({ joinTime }) => joinTime))
    const before = await t.ask(m, 'getGroupMemberListByJoinTimeFilter', {
      ...times,
      joinTimeEnd: first - 1000
    })
    t.is('joinTimeEnd leaves out who joined later', before, [])

    const [info] = (await t.ask(o, 'getUsersInfoWithCache', { userIDList: [m.userID], groupID })) ?? []
    t.is('getUsersInfoWithCache with a groupID has groupMemberInfo', info, { groupMemberInfo: item(m) })
  })

  await t.step('changing the group', async () => {
    let sinces = marks()
    const changed = {
      groupName: 'Climbing',
      introduction: 'up',
      faceURL: 'https://faces.example/climb.png',
      ex: 'x2'
    }
    await t.ask(ad, 'setGroupInfo', { groupID, ...changed })
    await toAll(CbEvents.OnGroupInfoChanged, sinces, { ...group, groupID, ...changed })
    t.is(
      'setGroupInfo shows in getSpecifiedGroupsInfo',
      await t.ask(m, 'getSpecifiedGroupsInfo', [groupID]),
      [changed]
    )

    sinces = marks()
    const notification = 'bring ropes'
    await t.ask(o, 'setGroupInfo', { groupID, notification })
    const announced = {
      groupID,
      notification,
      notificationUserID: o.userID,
      notificationUpdateTime: positive
    }
    await toAll(CbEvents.OnGroupInfoChanged, sinces, announced, ' with an announcement')
    t.is('an announcement leaves the rest alone', await t.ask(m, 'getSpecifiedGroupsInfo', [groupID]), [
      { ...changed, ...announced }
    ])
    const conversationID = await t.conversationOf(m, groupID, SessionType.Group)
    await t.event(
      'OnConversationChanged has AtGroupNotice after an announcement of the owner',
      m,
      [CbEvents.OnConversationChanged, CbEvents.OnNewConversation],
      sinces[2],
      including({ conversationID, groupAtType: GroupAtType.AtGroupNotice })
    )
    await t.ask(m, 'resetConversationGroupAtType', conversationID)
    const [reset] = (await t.ask(m, 'getMultipleConversation', [conversationID])) ?? []
    t.is('resetConversationGroupAtType makes it AtNormal', reset, { groupAtType: GroupAtType.AtNormal })

    const allowed = {
      applyMemberFriend: AllowType.NotAllowed,
      lookMemberInfo: AllowType.NotAllowed,
      needVerification: 2
    }
    await t.ask(o, 'setGroupInfo', { groupID, ...allowed })
    t.is(
      'setGroupInfo sets needVerification and the AllowTypes',
      await t.ask(m, 'getSpecifiedGroupsInfo', [groupID]),
      [allowed]
    )
    await t.refused('a member cannot setGroupInfo', m, 'setGroupInfo', { groupID, groupName: 'Mine' })
  })

  await t.step('changing members', async () => {
    const sinces = marks()
    const changed = { nickname: 'Mia the Quick', faceURL: 'https://faces.example/mia2.png', ex: 'fast' }
    await t.ask(ad, 'setGroupMemberInfo', { groupID, userID: m.userID, ...changed })
    const whole = { ...member, groupID, userID: m.userID, ...changed }
    await toAll(CbEvents.OnGroupMemberInfoChanged, sinces, whole)
    const read = () => t.ask(o, 'getSpecifiedGroupMembersInfo', { groupID, userIDList: [m.userID] })
    t.is('setGroupMemberInfo shows in getSpecifiedGroupMembersInfo', await read(), [whole])

    const raised = marks()
    await t.ask(o, 'setGroupMemberInfo', { groupID, userID: m.userID, roleLevel: GroupMemberRole.Admin })
    await toAll(
      CbEvents.OnGroupMemberInfoChanged,
      raised,
      { ...whole, roleLevel: GroupMemberRole.Admin },
      ' with a new role'
    )
    await t.ask(o, 'setGroupMemberInfo', { groupID, userID: m.userID, roleLevel: GroupMemberRole.Nomal })
    t.is('a role can be taken away', await read(), [{ ...whole, roleLevel: GroupMemberRole.Nomal }])
    const params = { groupID, userID: ad.userID, nickname: 'Lazy' }
    await t.refused('a member cannot setGroupMemberInfo of an admin', m, 'setGroupMemberInfo', params)
    const owner = { groupID, userID: o.userID, nickname: 'Boss' }
    await t.refused('an admin cannot setGroupMemberInfo of the owner', ad, 'setGroupMemberInfo', owner)
  })
}
