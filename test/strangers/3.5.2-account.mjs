// Logging in and out, the own profile, other users, presence:
// https://docs.openim.io/sdks/api/initialization/ and https://docs.openim.io/sdks/api/user/.

import {
  CbEvents,
  ErrorCode,
  LoginStatus,
  MessageReceiveOptType,
  OnlineState,
  Platform,
  SessionType
} from 'oim352'
import {
  including,
  jsonOf,
  listOf,
  now,
  number,
  publicUser,
  selfUser,
  string,
  without
} from './3.5.2-shapes.mjs'

export async function account(t) {
  const a = await t.offline('Ann')
  const b = await t.offline('Ben')

  await t.step('logging in', async () => {
    await t.refused('a method before login is rejected', a, 'getSelfUserInfo')
    const early = await a.im.getSelfUserInfo().catch(error => error)
    t.is('the rejection before login has the code ResourceLoadNotCompleteError', early, {
      errCode: ErrorCode.ResourceLoadNotCompleteError
    })
    t.is('login resolves with a WsResponse', await a.login(undefined, 'my-own-operation'), {
      event: 'Login',
      errCode: 0,
      errMsg: string,
      operationID: 'my-own-operation'
    })
    await t.event('OnConnectSuccess comes at login', a, CbEvents.OnConnectSuccess, 0, string)
    await t.event('OnSyncServerFinish comes at login', a, CbEvents.OnSyncServerFinish, 0, string)
    t.order('OnConnecting comes before OnConnectSuccess', a, 0, [
      CbEvents.OnConnecting,
      CbEvents.OnConnectSuccess
    ])
    t.order('OnSyncServerStart comes before OnSyncServerFinish', a, 0, [
      CbEvents.OnSyncServerStart,
      CbEvents.OnSyncServerFinish
    ])
    t.is('events are of the shape WsResponse', a.log[0], {
      event: CbEvents.OnConnecting,
      errCode: 0,
      errMsg: string,
      operationID: string
    })
    t.is('a second login of the same client says LoginRepeatError', await a.login(), {
      errCode: ErrorCode.LoginRepeatError
    })
    t.is('getLoginStatus says Logged', await t.ask(a, 'getLoginStatus'), LoginStatus.Logged)
    t.is('getLoginUserID says who', await t.ask(a, 'getLoginUserID'), a.userID)
  })
  await b.login()

  await t.step('the own profile', async () => {
    t.is('getSelfUserInfo is what the back end registered', await t.ask(a, 'getSelfUserInfo'), {
      ...selfUser,
      userID: a.userID,
      nickname: 'Ann',
      faceURL: 'https://faces.example/Ann.png',
      createTime: now,
      globalRecvMsgOpt: MessageReceiveOptType.Nomal
    })
    const changed = { nickname: 'Anna 安娜', faceURL: 'https://faces.example/anna.png', ex: '{"team":7}' }
    const since = a.mark()
    await t.ask(a, 'setSelfInfo', changed)
    await t.event('OnSelfInfoUpdated has the new profile', a, CbEvents.OnSelfInfoUpdated, since, {
      ...selfUser,
      ...changed,
      userID: a.userID
    })
    t.is('setSelfInfo shows in getSelfUserInfo', await t.ask(a, 'getSelfUserInfo'), changed)
    await t.ask(a, 'setSelfInfo', { ex: 'only' })
    t.is('setSelfInfo leaves alone what it is not given', await t.ask(a, 'getSelfUserInfo'), {
      ...changed,
      ex: 'only'
    })
    for (const opt of [MessageReceiveOptType.NotNotify, MessageReceiveOptType.Nomal]) {
      await t.ask(a, 'setGlobalRecvMessageOpt', opt)
      t.is(`setGlobalRecvMessageOpt(${opt}) shows in globalRecvMsgOpt`, await t.ask(a, 'getSelfUserInfo'), {
        globalRecvMsgOpt: opt
      })
    }
  })

  await t.step('other users', async () => {
    const found = await t.ask(a, 'getUsersInfoWithCache', { userIDList: [b.userID, a.userID] })
    t.is(
      'getUsersInfoWithCache has a FullUserItemWithCache for each user',
      found,
      including({ publicInfo: { userID: a.userID } }, { publicInfo: { userID: b.userID } })
    )
    t.is(
      'a stranger has publicInfo alone; the other infos are null',
      found?.find(({ publicInfo }) => publicInfo?.userID === b.userID),
      {
        publicInfo: { ...publicUser, userID: b.userID, nickname: 'Ben' },
        friendInfo: null,
        blackInfo: null,
        groupMemberInfo: null
      }
    )
    await t.say(b, { recvID: a.userID }, 'who am I?')
    await t.ask(b, 'setSelfInfo', { nickname: 'Benny', faceURL: 'https://faces.example/benny.png' })
    await t.ask(a, 'getUsersInfoWithCache', { userIDList: [b.userID] })
    const renamed = { showName: 'Benny', faceURL: 'https://faces.example/benny.png' }
    const of = await t.ask(a, 'getOneConversation', { sourceID: b.userID, sessionType: SessionType.Single })
    t.is('after getUsersInfoWithCache the conversation has the new name and face', of, renamed)
    await t.ask(a, 'markConversationMessageAsRead', of?.conversationID)
  })

  await t.step('presence', async () => {
    const online = { userID: b.userID, status: OnlineState.Online, platformIDs: including(Platform.Web) }
    const subscribed = await t.ask(a, 'subscribeUsersStatus', [b.userID])
    t.is('subscribeUsersStatus says who is online, and on what', subscribed, [online])
    t.is('getSubscribeUsersStatus has the subscribed user', await t.ask(a, 'getSubscribeUsersStatus'), [
      online
    ])

    let since = a.mark()
    await t.ask(b, 'logout')
    await t.event(
      'OnUserStatusChanged says that a user went offline',
      a,
      CbEvents.OnUserStatusChanged,
      since,
      {
        userID: b.userID,
        status: OnlineState.Offline
      }
    )
    t.is('getSubscribeUsersStatus knows it too', await t.ask(a, 'getSubscribeUsersStatus'), [
      { userID: b.userID, status: OnlineState.Offline }
    ])
    since = a.mark()
    t.is('login after logout with the same client succeeds', await b.login(), { errCode: 0 })
    await t.event(
      'OnUserStatusChanged says that a user came online',
      a,
      CbEvents.OnUserStatusChanged,
      since,
      online
    )

    await t.ask(a, 'unsubscribeUsersStatus', [b.userID])
    t.is(
      'getSubscribeUsersStatus forgets who is unsubscribed',
      await t.ask(a, 'getSubscribeUsersStatus'),
      without({ userID: b.userID })
    )
    since = a.mark()
    await t.ask(b, 'logout')
    await t.noEvent(
      'OnUserStatusChanged does not come after unsubscribing',
      a,
      CbEvents.OnUserStatusChanged,
      since,
      {
        userID: b.userID
      }
    )
  })

  await t.step('background and network', async () => {
    await t.ask(a, 'setAppBackgroundStatus', true)
    await t.ask(a, 'setAppBackgroundStatus', false)
    await t.ask(a, 'networkStatusChanged')
    t.is('getLoginStatus says Logged after these', await t.ask(a, 'getLoginStatus'), LoginStatus.Logged)
  })

  await t.step('logging out', async () => {
    const c = await t.online('Cleo')
    await t.ask(a, 'logout')
    await t.refused('a method after logout is rejected', a, 'getSelfUserInfo')
    const since = a.mark()
    await t.say(c, { recvID: a.userID }, 'while away')
    await t.noEvent('no message comes after logout', a, CbEvents.OnRecvNewMessages, since, listOf({}))
    t.is('login after logout succeeds', await a.login(), { errCode: 0 })
    t.is('the profile is still there', await t.ask(a, 'getSelfUserInfo'), { nickname: 'Anna 安娜' })
    const list = (await t.ask(a, 'getAllConversationList')) ?? []
    const unread = {
      userID: c.userID,
      unreadCount: 1,
      latestMsg: jsonOf({ textElem: { content: 'while away' } })
    }
    t.is('the message sent while away is in the conversation list, unread', list, including(unread))
    const first = list.find(({ userID }) => userID === c.userID)
    t.is('getTotalUnreadMsgCount counts it', await t.ask(a, 'getTotalUnreadMsgCount'), 1)
    t.is('it is in the history', await t.history(a, first?.conversationID), [
      { sendID: c.userID, textElem: { content: 'while away' }, sendTime: number }
    ])
  })
}
