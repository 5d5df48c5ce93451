// What happens to friends and groups is also a message of its own type in their conversations:
// https://docs.openim.io/sdks/enum/messageContentType, https://docs.openim.io/sdks/class/message/notificationElem.

import { CbEvents, MessageType, SessionType } from 'oim352'
import { including, jsonOf, message } from './3.5.2-shapes.mjs'

export async function notices(t) {
  const [o, m, x] = [await t.online('Nora'), await t.online('Nick'), await t.online('Noel')]
  const created = await t.ask(o, 'createGroup', {
    groupInfo: { groupName: 'News', groupType: 2 },
    memberUserIDs: [m.userID]
  })
  const groupID = created?.groupID

  const acts = [
    [MessageType.GroupCreated],
    [MessageType.GroupNameUpdated, o, 'setGroupInfo', { groupID, groupName: 'Old News' }],
    [MessageType.GroupAnnouncementUpdated, o, 'setGroupInfo', { groupID, notification: 'none' }],
    [
      MessageType.GroupMemberMuted,
      o,
      'changeGroupMemberMute',
      { groupID, userID: m.userID, mutedSeconds: 9 }
    ],
    [
      MessageType.GroupMemberCancelMuted,
      o,
      'changeGroupMemberMute',
      { groupID, userID: m.userID, mutedSeconds: 0 }
    ],
    [MessageType.GroupMuted, o, 'changeGroupMute', { groupID, isMute: true }],
    [MessageType.GroupCancelMuted, o, 'changeGroupMute', { groupID, isMute: false }],
    [MessageType.MemberInvited, o, 'inviteUserToGroup', { groupID, reason: '', userIDList: [x.userID] }],
    [MessageType.MemberQuit, x, 'quitGroup', groupID],
    [MessageType.MemberInvited, o, 'inviteUserToGroup', { groupID, reason: '', userIDList: [x.userID] }],
    [MessageType.MemberKicked, o, 'kickGroupMember', { groupID, reason: '', userIDList: [x.userID] }],
    [undefined, o, 'setGroupInfo', { groupID, needVerification: 2 }],
    [MessageType.MemberEnter, x, 'joinGroup', { groupID, reqMsg: '', joinSource: 3 }],
    [MessageType.GroupOwnerTransferred, o, 'transferGroupOwner', { groupID, newOwnerUserID: m.userID }]
  ]
  const notice = (contentType, more) => ({
    ...message,
    contentType,
    sessionType: SessionType.Group,
    groupID,
    notificationElem: { detail: jsonOf({}) },
    ...more
  })

  await t.step('notices in a group', async () => {
    for (const [type, app, method, params] of acts) {
      const since = method ? m.mark() : 0
      if (method) await t.ask(app, method, params)
      if (type === undefined) continue
      const what = `a message of type ${MessageType[type]} comes to members`
      await t.event(what, m, CbEvents.OnRecvNewMessages, since, including(notice(type)))
    }
    const types = acts.map(([type]) => type).filter(type => type !== undefined)
    const conversationID = await t.conversationOf(o, groupID, SessionType.Group)
    const known = (await t.history(o, conversationID)).filter(({ contentType }) =>
      types.includes(contentType)
    )
    t.is(
      'the history of the group has them all, in order',
      known.map(({ contentType }) => contentType),
      types
    )
    const since = m.mark()
    await t.ask(m, 'dismissGroup', groupID)
    await t.event(
      'a message of type GroupDismissed comes to members',
      m,
      CbEvents.OnRecvNewMessages,
      since,
      including(notice(MessageType.GroupDismissed))
    )
  })

  await t.step('notices between two', async () => {
    const single = { groupID: '', sessionType: SessionType.Single }
    let since = m.mark()
    await t.ask(o, 'addFriend', { toUserID: m.userID, reqMsg: '' })
    await t.ask(m, 'acceptFriendApplication', { toUserID: o.userID, handleMsg: '' })
    await t.event(
      'a message of type FriendAdded comes',
      m,
      CbEvents.OnRecvNewMessages,
      since,
      including(notice(MessageType.FriendAdded, single))
    )
    const conversationID = await t.conversationOf(o, m.userID, SessionType.Single)
    since = m.mark()
    await t.ask(o, 'setConversationPrivateChat', { conversationID, isPrivate: true })
    await t.event(
      'a message of type BurnMessageChange comes',
      m,
      CbEvents.OnRecvNewMessages,
      since,
      including(notice(MessageType.BurnMessageChange, single))
    )
  })
}
