// Muting in groups, passing them on, ending them: https://docs.openim.io/sdks/api/group/changeGroupMemberMute,
// …/changeGroupMute, …/transferGroupOwner, …/quitGroup, …/dismissGroup.

import { CbEvents, GroupMemberFilter, GroupMemberRole, GroupStatus } from 'oim352'
import { group, listOf, positive, without } from './3.5.2-shapes.mjs'

export async function governing(t) {
  const [o, ad, m] = [await t.online('Rex'), await t.online('Ria'), await t.online('Ron')]
  const everybody = [o, ad, m]
  const marks = () => everybody.map(app => app.mark())
  const toAll = async (name, sinces, expected, what = '') => {
    for (const [i, app] of everybody.entries()) {
      await t.event(`${name}${what} comes to ${app.nickname}`, app, name, sinces[i], expected)
    }
  }
  const created = await t.ask(o, 'createGroup', {
    groupInfo: { groupName: 'State', groupType: 2 },
    memberUserIDs: [m.userID],
    adminUserIDs: [ad.userID]
  })
  const groupID = created?.groupID

  const refuseToSend = async (sentence, app) => {
    const message = await t.ask(app, 'createTextMessage', 'may I?')
    await t.refused(sentence, app, 'sendMessage', { recvID: '', groupID, message })
  }
  const canSend = async (sentence, app, to) => {
    const since = to.mark()
    await t.say(app, { groupID }, sentence)
    const one = [{ sendID: app.userID, textElem: { content: sentence } }]
    await t.event(sentence, to, CbEvents.OnRecvNewMessages, since, one)
  }

  await t.step('muting', async () => {
    let sinces = marks()
    await t.ask(ad, 'changeGroupMemberMute', { groupID, userID: m.userID, mutedSeconds: 60 })
    await toAll(
      CbEvents.OnGroupMemberInfoChanged,
      sinces,
      { groupID, userID: m.userID, muteEndTime: positive },
      ' with muteEndTime'
    )
    await refuseToSend('a muted member cannot send', m)
    await t.ask(ad, 'changeGroupMemberMute', { groupID, userID: m.userID, mutedSeconds: 0 })
    await canSend('a member muted for 0 seconds can send', m, o)
    const mute = { groupID, userID: ad.userID, mutedSeconds: 60 }
    await t.refused('a member cannot mute an admin', m, 'changeGroupMemberMute', mute)

    sinces = marks()
    await t.ask(ad, 'changeGroupMute', { groupID, isMute: true })
    await toAll(
      CbEvents.OnGroupInfoChanged,
      sinces,
      { groupID, status: GroupStatus.Muted },
      ' with status Muted'
    )
    await refuseToSend('a member of a muted group cannot send', m)
    await canSend('the owner of a muted group can send', o, m)
    await canSend('an admin of a muted group can send', ad, m)
    sinces = marks()
    await t.ask(o, 'changeGroupMute', { groupID, isMute: false })
    await toAll(
      CbEvents.OnGroupInfoChanged,
      sinces,
      { groupID, status: GroupStatus.Nomal },
      ' with status Nomal'
    )
    await canSend('a member can send again', m, o)
    await t.refused('a member cannot mute the group', m, 'changeGroupMute', { groupID, isMute: true })
  })

  await t.step('transferring', async () => {
    await t.refused('an admin cannot transfer the group', ad, 'transferGroupOwner', {
      groupID,
      newOwnerUserID: ad.userID
    })
    await t.refused('the owner cannot quit', o, 'quitGroup', groupID)
    const sinces = marks()
    await t.ask(o, 'transferGroupOwner', { groupID, newOwnerUserID: m.userID })
    await toAll(CbEvents.OnGroupInfoChanged, sinces, { groupID, ownerUserID: m.userID }, ' with a new owner')
    await t.event(
      'OnGroupMemberInfoChanged has the new owner',
      ad,
      CbEvents.OnGroupMemberInfoChanged,
      sinces[1],
      {
        userID: m.userID,
        roleLevel: GroupMemberRole.Owner
      }
    )
    const owners = await t.ask(ad, 'getGroupMemberList', {
      groupID,
      filter: GroupMemberFilter.Owner,
      offset: 0,
      count: 9
    })
    t.is('there is one owner, the new one', owners, [{ userID: m.userID, roleLevel: GroupMemberRole.Owner }])
  })

  await t.step('dismissing', async () => {
    await t.refused('who is not the owner cannot dismiss', o, 'dismissGroup', groupID)
    const sinces = marks()
    await t.ask(m, 'dismissGroup', groupID)
    await toAll(CbEvents.OnGroupDismissed, sinces, { ...group, groupID })
    await toAll(CbEvents.OnJoinedGroupDeleted, sinces, { groupID }, ' of a dismissed group')
    for (const app of everybody) {
      const list = await t.ask(app, 'getJoinedGroupList')
      t.is(`getJoinedGroupList of ${app.nickname} has it no more`, list, without({ groupID }))
      t.is(`getJoinedGroupList of ${app.nickname} is a list`, list, listOf(group))
    }
    const dismissed = [{ groupID, status: GroupStatus.Dismissed }]
    t.is(
      'the status of the group is Dismissed',
      await t.ask(o, 'getSpecifiedGroupsInfo', [groupID]),
      dismissed
    )
  })
}
