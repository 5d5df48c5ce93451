// Reading, revoking, messages in groups, mentions: https://docs.openim.io/sdks/api/conversation/markConversationMessageAsRead,
// …/api/message/revokeMessage, …/api/message/createTextAtMessage, …/callback/onRecvC2CReadReceipt, …/callback/onNewRecvMessageRevoked,
// …/api/conversation/resetConversationGroupAtType.

import { CbEvents, GroupAtType, GroupMemberRole, MessageType, SessionType } from 'oim352'
import {
  boolean,
  conversation,
  including,
  jsonOf,
  message,
  positive,
  receipt,
  revokedInfo
} from './3.5.2-shapes.mjs'

export async function receipts(t) {
  const [a, b, c] = [await t.online('Lea'), await t.online('Leo'), await t.online('Lin')]
  let conversationID = ''
  const sent = []

  await t.step('reading', async () => {
    for (const content of ['one', 'two', 'three']) sent.push(await t.say(a, { recvID: b.userID }, content))
    const ids = sent.map(({ clientMsgID }) => clientMsgID)
    await b.find([CbEvents.OnRecvNewMessages], including({ clientMsgID: ids[2] }), 0)
    conversationID = await t.conversationOf(b, a.userID, SessionType.Single)
    const own = await t.conversationOf(a, b.userID, SessionType.Single)
    t.is('both sides have one conversationID', own, conversationID)
    t.is('getTotalUnreadMsgCount counts three', await t.ask(b, 'getTotalUnreadMsgCount'), 3)
    t.is('messages are unread before', await t.history(a, conversationID), [
      { isRead: false },
      { isRead: false },
      { isRead: false }
    ])

    const sinces = [a.mark(), b.mark()]
    await t.ask(b, 'markConversationMessageAsRead', conversationID)
    await t.event(
      'OnConversationChanged has no unread messages',
      b,
      CbEvents.OnConversationChanged,
      sinces[1],
      [{ ...conversation, conversationID, unreadCount: 0 }]
    )
    const total = CbEvents.OnTotalUnreadMessageCountChanged
    await t.event('OnTotalUnreadMessageCountChanged has 0', b, total, sinces[1], 0)
    const read = {
      ...receipt,
      userID: b.userID,
      sessionType: SessionType.Single,
      msgIDList: including(...ids)
    }
    await t.event(
      'OnRecvC2CReadReceipt has a ReceiptInfo of these messages',
      a,
      CbEvents.OnRecvC2CReadReceipt,
      sinces[0],
      [read]
    )
    const all = [{ isRead: true }, { isRead: true }, { isRead: true }]
    t.is('the history of the sender says isRead', await t.history(a, conversationID), all)
    t.is('so does the history of the reader', await t.history(b, conversationID), all)
    t.is('getTotalUnreadMsgCount is 0', await t.ask(b, 'getTotalUnreadMsgCount'), 0)
  })

  await t.step('revoking', async () => {
    const sinces = [a.mark(), b.mark()]
    const { clientMsgID } = sent[1]
    await t.refused('the receiver cannot revoke', b, 'revokeMessage', { conversationID, clientMsgID })
    await t.ask(a, 'revokeMessage', { conversationID, clientMsgID })
    const revoked = {
      ...revokedInfo,
      clientMsgID,
      revokerID: a.userID,
      revokerNickname: 'Lea',
      sourceMessageSendID: a.userID,
      sourceMessageSenderNickname: 'Lea',
      sourceMessageSendTime: sent[1].sendTime,
      sessionType: SessionType.Single
    }
    const name = CbEvents.OnNewRecvMessageRevoked
    await t.event('OnNewRecvMessageRevoked has the RevokedInfo', b, name, sinces[1], revoked)
    const detail = jsonOf({ clientMsgID, revokerID: a.userID, sourceMessageSendID: a.userID })
    const notice = { contentType: MessageType.RevokeMessage, notificationElem: { detail } }
    for (const app of [a, b]) {
      t.is(
        `a revoked message is a notification in its place, to ${app.nickname}`,
        await t.history(app, conversationID),
        [
          { clientMsgID: sent[0].clientMsgID, contentType: MessageType.TextMessage },
          notice,
          { clientMsgID: sent[2].clientMsgID, contentType: MessageType.TextMessage }
        ]
      )
    }
  })

  let groupID = ''
  let groupConversation = ''
  await t.step('a message to a group', async () => {
    const created = await t.ask(a, 'createGroup', {
      groupInfo: { groupName: 'Trio', groupType: 2 },
      memberUserIDs: [c.userID],
      adminUserIDs: [b.userID]
    })
    groupID = created?.groupID
    groupConversation = await t.conversationOf(c, groupID, SessionType.Group)
    t.is(
      'all members have one conversationID',
      await t.conversationOf(a, groupID, SessionType.Group),
      groupConversation
    )
    const sinces = [a.mark(), b.mark(), c.mark()]
    const said = await t.say(a, { groupID }, 'to all')
    t.is('sendMessage to a group resolves with the message', said, {
      ...message,
      groupID,
      sessionType: SessionType.Group,
      sendTime: positive
    })
    for (const [i, app] of [b, c].entries()) {
      await t.event(
        `OnRecvNewMessages has it (${app.nickname})`,
        app,
        CbEvents.OnRecvNewMessages,
        sinces[i + 1],
        [
          {
            ...message,
            clientMsgID: said.clientMsgID,
            groupID,
            sendID: a.userID,
            sessionType: SessionType.Group
          }
        ]
      )
      await t.event(
        `the conversation of ${app.nickname} has it as latestMsg, unread`,
        app,
        [CbEvents.OnConversationChanged, CbEvents.OnNewConversation],
        sinces[i + 1],
        including({
          ...conversation,
          conversationID: groupConversation,
          groupID,
          showName: 'Trio',
          unreadCount: positive,
          latestMsg: jsonOf({ clientMsgID: said.clientMsgID })
        })
      )
    }
    const since = c.mark()
    await t.ask(c, 'markConversationMessageAsRead', groupConversation)
    await t.event(
      'markConversationMessageAsRead of a group clears its unread messages',
      c,
      CbEvents.OnConversationChanged,
      since,
      [{ conversationID: groupConversation, unreadCount: 0 }]
    )
  })

  await t.step('a mention', async () => {
    const sinces = [b.mark(), c.mark()]
    const atUsersInfo = [{ atUserID: c.userID, groupNickname: 'Lin' }]
    const quoted = await t.say(c, { groupID }, 'who is there?')
    const created = await t.ask(a, 'createTextAtMessage', {
      text: '@Lin I am',
      atUserIDList: [c.userID],
      atUsersInfo,
      message: quoted
    })
    const atTextElem = {
      text: '@Lin I am',
      atUserList: [c.userID],
      atUsersInfo,
      quoteMessage: { clientMsgID: quoted.clientMsgID }
    }
    const { AtTextMessage } = MessageType
    t.is('createTextAtMessage resolves with an AtTextMessage', created, {
      ...message,
      contentType: AtTextMessage,
      atTextElem
    })
    await t.ask(a, 'sendMessage', { recvID: '', groupID, message: created })
    const came = isAtSelf =>
      including({ contentType: AtTextMessage, atTextElem: { ...atTextElem, isAtSelf } })
    await t.event('who is mentioned gets isAtSelf', c, CbEvents.OnRecvNewMessages, sinces[1], came(true))
    const others = including({ contentType: AtTextMessage, atTextElem: { text: '@Lin I am' } })
    await t.event('others get it too', b, CbEvents.OnRecvNewMessages, sinces[0], others)
    const heard = b.log.slice(sinces[0]).flatMap(({ data }) => (Array.isArray(data) ? data : []))
    const itself = heard.find(({ contentType }) => contentType === AtTextMessage)
    t.is('isAtSelf is not true for others', itself?.atTextElem?.isAtSelf === true, false)
    await t.event('OnConversationChanged has AtMe', c, CbEvents.OnConversationChanged, sinces[1], [
      { conversationID: groupConversation, groupAtType: GroupAtType.AtMe }
    ])
    t.is(
      'getOneConversation has AtMe',
      await t.ask(c, 'getOneConversation', { sourceID: groupID, sessionType: 3 }),
      {
        groupAtType: GroupAtType.AtMe
      }
    )
    const since = c.mark()
    await t.ask(c, 'resetConversationGroupAtType', groupConversation)
    await t.event(
      'OnConversationChanged has AtNormal after resetConversationGroupAtType',
      c,
      CbEvents.OnConversationChanged,
      since,
      [{ conversationID: groupConversation, groupAtType: GroupAtType.AtNormal }]
    )

    const plain = await t.ask(a, 'createTextAtMessage', { text: '@Leo', atUserIDList: [b.userID] })
    t.is('createTextAtMessage does without atUsersInfo and message', plain, {
      contentType: AtTextMessage,
      atTextElem: { text: '@Leo', atUserList: [b.userID] }
    })
  })

  await t.step('revoking in a group', async () => {
    const mine = await t.say(c, { groupID }, 'oops')
    const theirs = await t.say(a, { groupID }, 'well said')
    const params = one => ({ conversationID: groupConversation, clientMsgID: one.clientMsgID })
    await t.refused('a member cannot revoke what another said', c, 'revokeMessage', params(theirs))
    const sinces = [a.mark(), c.mark()]
    await t.ask(b, 'revokeMessage', params(mine))
    const revoked = {
      ...revokedInfo,
      clientMsgID: mine.clientMsgID,
      revokerID: b.userID,
      revokerRole: GroupMemberRole.Admin,
      revokerNickname: 'Leo',
      sourceMessageSendID: c.userID,
      sessionType: SessionType.Group
    }
    for (const [i, app] of [a, c].entries()) {
      await t.event(
        `an admin revokes, and ${app.nickname} hears of it`,
        app,
        CbEvents.OnNewRecvMessageRevoked,
        sinces[i],
        revoked
      )
    }
    const history = await t.history(a, groupConversation)
    t.is('the revoked message is a notification', history.at(-2), { contentType: MessageType.RevokeMessage })
    t.is('messages have an isRead', history.at(-1), { isRead: boolean, clientMsgID: theirs.clientMsgID })
  })
}
