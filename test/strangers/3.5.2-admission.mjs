// How users come into groups and leave them: https://docs.openim.io/sdks/enum/groupVerification, …/api/group/joinGroup,
// …/inviteUserToGroup, …/kickGroupMember, …/quitGroup, and https://docs.openim.io/sdks/callback/onGroupApplication….

import { ApplicationHandleResult, CbEvents, GroupJoinSource, GroupVerificationType } from 'oim352'
import { group, groupApplication, including, member, without } from './3.5.2-shapes.mjs'

export async function admission(t) {
  const [o, ad, m, x] = [
    await t.online('Otto'),
    await t.online('Ada'),
    await t.online('Max'),
    await t.online('Xenia')
  ]
  let groupID = ''
  const create = async needVerification => {
    const created = await t.ask(o, 'createGroup', {
      groupInfo: { groupName: `Club ${needVerification}`, groupType: 2, needVerification },
      memberUserIDs: [m.userID],
      adminUserIDs: [ad.userID]
    })
    t.is(`createGroup sets needVerification ${GroupVerificationType[needVerification]}`, created, {
      needVerification
    })
    groupID = created?.groupID
  }
  const marks = () => ({ o: o.mark(), ad: ad.mark(), m: m.mark(), x: x.mark() })

  const application = (handleResult, more) => ({
    ...groupApplication,
    groupID,
    userID: x.userID,
    nickname: 'Xenia',
    ownerUserID: o.userID,
    handleResult,
    ...more
  })
  const eventsOf = async (name, since, expected, what = '') => {
    await t.event(`${name}${what} comes to who applied`, x, name, since.x, expected)
    await t.event(`${name}${what} comes to the owner`, o, name, since.o, expected)
    await t.event(`${name}${what} comes to the admin`, ad, name, since.ad, expected)
  }
  const joins = async (how, since, expected) => {
    await t.event(`OnJoinedGroupAdded comes to who ${how}`, x, CbEvents.OnJoinedGroupAdded, since.x, {
      ...group,
      groupID
    })
    for (const [name, app] of Object.entries({ o, ad, m })) {
      await t.event(
        `OnGroupMemberAdded comes to ${app.nickname} for who ${how}`,
        app,
        CbEvents.OnGroupMemberAdded,
        since[name],
        {
          ...member,
          groupID,
          userID: x.userID,
          nickname: 'Xenia',
          ...expected
        }
      )
    }
    t.is(
      `getJoinedGroupList of who ${how} has the group`,
      await t.ask(x, 'getJoinedGroupList'),
      including({ groupID })
    )
    const [info] = (await t.ask(o, 'getSpecifiedGroupsInfo', [groupID])) ?? []
    t.is(`memberCount is more by who ${how}`, info, { memberCount: 4 })
  }
  const leaves = async (how, since) => {
    await t.event(`OnJoinedGroupDeleted comes to who ${how}`, x, CbEvents.OnJoinedGroupDeleted, since.x, {
      groupID
    })
    for (const [name, app] of Object.entries({ o, ad, m })) {
      await t.event(
        `OnGroupMemberDeleted comes to ${app.nickname} for who ${how}`,
        app,
        CbEvents.OnGroupMemberDeleted,
        since[name],
        {
          ...member,
          groupID,
          userID: x.userID
        }
      )
    }
    t.is(
      `getJoinedGroupList of who ${how} lacks the group`,
      await t.ask(x, 'getJoinedGroupList'),
      without({ groupID })
    )
    const [info] = (await t.ask(o, 'getSpecifiedGroupsInfo', [groupID])) ?? []
    t.is(`memberCount is less by who ${how}`, info, { memberCount: 3 })
  }

  await t.step('where applying needs consent', async () => {
    await create(GroupVerificationType.ApplyNeedInviteNot)
    const seen = await x.im
      .getGroupMemberList({ groupID, filter: 0, offset: 0, count: 9 })
      .catch(() => ({ data: [] }))
    t.is('getGroupMemberList has nothing for who is no member', seen.data, [])
    let since = marks()
    const join = { groupID, reqMsg: 'let me in', joinSource: GroupJoinSource.Search }
    await t.ask(x, 'joinGroup', join)
    const open = application(ApplicationHandleResult.Unprocessed, {
      reqMsg: 'let me in',
      joinSource: GroupJoinSource.Search
    })
    await eventsOf(CbEvents.OnGroupApplicationAdded, since, open)
    await t.noEvent(
      'OnGroupApplicationAdded does not come to a member',
      m,
      CbEvents.OnGroupApplicationAdded,
      since.m,
      {}
    )
    t.is(
      'getGroupApplicationListAsApplicant has it',
      await t.ask(x, 'getGroupApplicationListAsApplicant'),
      including(open)
    )
    t.is(
      'getGroupApplicationListAsRecipient has it',
      await t.ask(o, 'getGroupApplicationListAsRecipient'),
      including(open)
    )
    t.is(
      'the list of the admin has it',
      await t.ask(ad, 'getGroupApplicationListAsRecipient'),
      including(open)
    )
    t.is('the applicant is no member yet', await t.ask(x, 'getJoinedGroupList'), without({ groupID }))

    const answer = { groupID, fromUserID: x.userID }
    await t.refused('a member cannot accept', m, 'acceptGroupApplication', { ...answer, handleMsg: '' })
    since = marks()
    await t.ask(ad, 'refuseGroupApplication', { ...answer, handleMsg: 'full' })
    const refused = application(ApplicationHandleResult.Reject, { handledMsg: 'full' })
    await eventsOf(CbEvents.OnGroupApplicationRejected, since, refused)
    t.is(
      'the list of the applicant says Reject',
      await t.ask(x, 'getGroupApplicationListAsApplicant'),
      including(refused)
    )

    await t.ask(x, 'joinGroup', join)
    since = marks()
    await t.ask(o, 'acceptGroupApplication', { ...answer, handleMsg: 'welcome' })
    const accepted = application(ApplicationHandleResult.Agree, { handledMsg: 'welcome' })
    await eventsOf(CbEvents.OnGroupApplicationAccepted, since, accepted)
    await joins('was accepted', since, { joinSource: GroupJoinSource.Search })
  })

  await t.step('kicking', async () => {
    const kick = { groupID, reason: 'noise', userIDList: [x.userID] }
    await t.refused('a member cannot kick', m, 'kickGroupMember', kick)
    await t.refused('an admin cannot kick the owner', ad, 'kickGroupMember', {
      ...kick,
      userIDList: [o.userID]
    })
    let since = marks()
    await t.ask(ad, 'kickGroupMember', kick)
    await leaves('was kicked', since)

    since = marks()
    await t.ask(m, 'inviteUserToGroup', { groupID, reason: 'come back', userIDList: [x.userID] })
    await joins('a member invited', since, {
      joinSource: GroupJoinSource.Invitation,
      inviterUserID: m.userID
    })
  })

  await t.step('quitting', async () => {
    const since = marks()
    await t.ask(x, 'quitGroup', groupID)
    await leaves('quit', since)
  })

  await t.step('where all need consent', async () => {
    await create(GroupVerificationType.AllNeed)
    let since = marks()
    await t.ask(m, 'inviteUserToGroup', { groupID, reason: 'a friend', userIDList: [x.userID] })
    const open = application(ApplicationHandleResult.Unprocessed, { joinSource: GroupJoinSource.Invitation })
    await t.event(
      'OnGroupApplicationAdded comes to the owner when a member invites',
      o,
      CbEvents.OnGroupApplicationAdded,
      since.o,
      open
    )
    t.is('who a member invites is no member yet', await t.ask(x, 'getJoinedGroupList'), without({ groupID }))
    since = marks()
    await t.ask(o, 'acceptGroupApplication', { groupID, fromUserID: x.userID, handleMsg: '' })
    await joins('a member invited with consent', since, { joinSource: GroupJoinSource.Invitation })
    await t.ask(x, 'quitGroup', groupID)
    since = marks()
    await t.ask(ad, 'inviteUserToGroup', { groupID, reason: 'come', userIDList: [x.userID] })
    await joins('an admin invited', since, { inviterUserID: ad.userID })
  })

  await t.step('where none need consent', async () => {
    await create(GroupVerificationType.AllNot)
    const since = marks()
    await t.ask(x, 'joinGroup', { groupID, reqMsg: '', joinSource: GroupJoinSource.QrCode })
    await joins('just joins', since, { joinSource: GroupJoinSource.QrCode })
    await t.noEvent('no application comes of it', o, CbEvents.OnGroupApplicationAdded, since.o, { groupID })
  })
}
