// One user on the web and on a phone. Events are the user's (https://docs.openim.io/sdks/callback/: "when the profile of the
// user who is logged in changes", "when a user's blacklist grows", and so on); what is called local is the device's alone
// (…/api/message/insertSingleMessageToLocalStorage, …/deleteMessageFromLocalStorage, …/setMessageLocalEx).

import { CbEvents, OnlineState, Platform, SessionType } from 'oim352'
import { including, jsonOf, just, without } from './3.5.2-shapes.mjs'

const idsOf = list => list.map(({ clientMsgID }) => clientMsgID)

export async function devices(t) {
  const [web, b] = [await t.online('Dora'), await t.online('Dan')]
  const phone = t.another(web, Platform.iOS)
  t.is('the user logs in on a phone too', await phone.login(), { errCode: 0 })
  await phone.find([CbEvents.OnSyncServerFinish], {}, 0, 500)

  await t.step('presence of two devices', async () => {
    const both = {
      userID: web.userID,
      status: OnlineState.Online,
      platformIDs: just(Platform.Web, Platform.iOS)
    }
    t.is('platformIDs has both', await t.ask(b, 'subscribeUsersStatus', [web.userID]), [both])
  })

  await t.step('events on the other device', async () => {
    const elsewhere = async (sentence, name, expected, act) => {
      const since = phone.mark()
      await act()
      await t.event(`${name} comes to the other device ${sentence}`, phone, name, since, expected)
    }
    await elsewhere('when the profile changes', CbEvents.OnSelfInfoUpdated, { nickname: 'Dorothea' }, () =>
      t.ask(web, 'setSelfInfo', { nickname: 'Dorothea' })
    )
    await elsewhere('when the blacklist grows', CbEvents.OnBlackAdded, { userID: b.userID }, () =>
      t.ask(web, 'addBlack', { toUserID: b.userID })
    )
    await elsewhere('when the blacklist shrinks', CbEvents.OnBlackDeleted, { userID: b.userID }, () =>
      t.ask(web, 'removeBlack', b.userID)
    )
    const friend = { ownerUserID: web.userID, userID: b.userID }
    await elsewhere('when a friend is made', CbEvents.OnFriendAdded, friend, async () => {
      await t.ask(b, 'addFriend', { toUserID: web.userID, reqMsg: '' })
      await t.ask(web, 'acceptFriendApplication', { toUserID: b.userID, handleMsg: '' })
    })
    await elsewhere('when a remark is set', CbEvents.OnFriendInfoChanged, { remark: 'DD' }, () =>
      t.ask(web, 'setFriendRemark', { toUserID: b.userID, remark: 'DD' })
    )
    await elsewhere('when a group is made', CbEvents.OnJoinedGroupAdded, { groupName: 'Desk' }, () =>
      t.ask(web, 'createGroup', { groupInfo: { groupName: 'Desk', groupType: 2 }, memberUserIDs: [b.userID] })
    )
    const latestMsg = jsonOf({ textElem: { content: 'from the web' } })
    const names = [CbEvents.OnConversationChanged, CbEvents.OnNewConversation]
    const said = phone.mark()
    await t.say(web, { recvID: b.userID }, 'from the web')
    await t.event(
      'what is sent is the latestMsg on the other device',
      phone,
      names,
      said,
      including({ userID: b.userID, latestMsg })
    )

    const conversationID = await t.conversationOf(web, b.userID, SessionType.Single)
    await elsewhere(
      'when a conversation is pinned',
      CbEvents.OnConversationChanged,
      including({ conversationID, isPinned: true }),
      () => t.ask(web, 'pinConversation', { conversationID, isPinned: true })
    )
    const since = phone.mark()
    await t.say(b, { recvID: web.userID }, 'read me')
    await phone.find([CbEvents.OnRecvNewMessages], including({ textElem: { content: 'read me' } }), since)
    await elsewhere(
      'when a conversation is read',
      CbEvents.OnConversationChanged,
      including({ conversationID, unreadCount: 0 }),
      () => t.ask(web, 'markConversationMessageAsRead', conversationID)
    )
    t.is('the other device counts nothing unread then', await t.ask(phone, 'getTotalUnreadMsgCount'), 0)
    t.is('both devices have the same history', (await t.history(phone, conversationID)).slice(-2), [
      { textElem: { content: 'from the web' } },
      { textElem: { content: 'read me' }, isRead: true }
    ])
  })

  await t.step('what is local', async () => {
    const conversationID = await t.conversationOf(web, b.userID, SessionType.Single)
    const [{ clientMsgID }, { clientMsgID: other }] = (await t.history(web, conversationID)).slice(-2)
    await t.ask(web, 'setMessageLocalEx', { conversationID, clientMsgID, localEx: 'here' })
    const marked = (await t.history(phone, conversationID)).find(one => one.clientMsgID === clientMsgID)
    t.is('localEx is not on the other device', marked?.localEx, '')

    const message = await t.ask(web, 'createTextMessage', 'for this device')
    await t.ask(web, 'insertSingleMessageToLocalStorage', { message, recvID: b.userID, sendID: web.userID })
    const inserted = { textElem: { content: 'for this device' } }
    t.is('an inserted message is on its device', await t.history(web, conversationID), including(inserted))
    t.is(
      'an inserted message is not on the other device',
      await t.history(phone, conversationID),
      without(inserted)
    )

    await t.ask(web, 'deleteMessageFromLocalStorage', { conversationID, clientMsgID: other })
    t.is(
      'a message deleted locally is gone',
      await t.history(web, conversationID),
      without({ clientMsgID: other })
    )
    const there = await t.history(phone, conversationID)
    t.is('a message deleted locally stays on the other device', idsOf(there).includes(other), true)
    await t.ask(web, 'deleteAllMsgFromLocal')
    t.is('deleteAllMsgFromLocal empties the history of its device', await t.history(web, conversationID), [])
    const after = idsOf(await t.history(phone, conversationID))
    t.is('deleteAllMsgFromLocal leaves the other device alone', after, idsOf(there))
  })

  await t.step('logging out of one', async () => {
    const since = b.mark()
    await t.ask(phone, 'logout')
    await t.event('OnUserStatusChanged has the device that is left', b, CbEvents.OnUserStatusChanged, since, {
      userID: web.userID,
      status: OnlineState.Online,
      platformIDs: [Platform.Web]
    })
    t.is('the other device works on', await t.ask(web, 'getLoginUserID'), web.userID)
  })
}
