// Wrong tokens, a second login, a cut connection: https://docs.openim.io/sdks/api/initialization/login (fails, or succeeds;
// not needed after a lost network), …/logout (OnKickedOffline logs out), …/callback/onKickedOffline (login policies).

import { CbEvents, ErrorCode, LoginStatus, Platform, SessionType } from 'oim352'
import { cut } from './3.5.2-kit.mjs'
import { including, string, text } from './3.5.2-shapes.mjs'

export async function connection(t) {
  await Promise.all([
    t.step('wrong tokens', () => wrongTokens(t)),
    t.step('a second login', () => secondLogin(t)),
    t.step('a cut connection', () => cutConnection(t))
  ])
}

async function wrongTokens(t) {
  const [a, b] = [await t.offline('Wanda'), await t.offline('Wim')]
  const wrong = [
    ['that is none', 'not-a-token'],
    ['of another user', await t.server.token(b.userID, 5)],
    ['with a changed end', `${(await t.server.token(a.userID, 5)).slice(0, -6)}AAAAAA`]
  ]
  for (const [what, token] of wrong) {
    const app = t.another(a, 5)
    const answer = await app.login(token)
    const came = { rejected: answer.rejected, failed: answer.errCode > 0, errMsg: answer.errMsg }
    t.is(`login with a token ${what} is rejected with a code and a message`, came, {
      rejected: true,
      failed: true,
      errMsg: text
    })
    t.is(
      `no OnConnectSuccess comes for a token ${what}`,
      app.log
        .map(({ name }) => name)
        .join()
        .includes('Success'),
      false
    )
  }
  await a.login('not-a-token')
  t.is('the same client logs in with the right token after a wrong one', await a.login(), { errCode: 0 })
  t.is('and works', await t.ask(a, 'getLoginUserID'), a.userID)
}

async function secondLogin(t) {
  const a = await t.online('Kim')
  const again = t.another(a, Platform.Web)
  let since = a.mark()
  t.is('a second login of a user on the same platform succeeds', await again.login(), { errCode: 0 })
  await t.event('OnKickedOffline comes to the first', a, CbEvents.OnKickedOffline, since, string)
  await t.refused('the first is logged out by it', a, 'getSelfUserInfo')
  t.is('the second works', await t.ask(again, 'getLoginStatus'), LoginStatus.Logged)
  since = a.mark()
  await t.noEvent('the first does not come back on its own', a, CbEvents.OnConnectSuccess, since, string, 400)

  const phone = t.another(a, Platform.iOS)
  since = again.mark()
  t.is('a login of the user on a phone succeeds', await phone.login(), { errCode: 0 })
  await t.noEvent('it kicks nobody on the web', again, CbEvents.OnKickedOffline, since, string)
  const b = await t.online('Kurt')
  const sinces = [again.mark(), phone.mark()]
  await t.say(b, { recvID: a.userID }, 'to both')
  for (const [i, [app, where]] of [
    [again, 'the web'],
    [phone, 'the phone']
  ].entries()) {
    await t.event(`a message comes to ${where}`, app, CbEvents.OnRecvNewMessages, sinces[i], [
      { sendID: b.userID, textElem: { content: 'to both' } }
    ])
  }

  since = again.mark()
  t.is('the kicked client may log in again with a new token', await a.login(), { errCode: 0 })
  await t.event('and kicks in turn', again, CbEvents.OnKickedOffline, since, string)
  await t.ask(a, 'logout')
  await t.ask(phone, 'logout')
}

async function cutConnection(t) {
  const [a, b] = [await t.online('Rita'), await t.online('Rob')]
  const since = a.mark()
  await t.say(b, { recvID: a.userID }, 'before the cut')
  await a.find([CbEvents.OnRecvNewMessages], [{ sendID: b.userID }], since)
  const conversationID = await t.conversationOf(a, b.userID, SessionType.Single)
  await t.ask(a, 'markConversationMessageAsRead', conversationID)

  const gone = a.mark()
  cut(a.userID)
  await t.say(b, { recvID: a.userID }, 'during the cut')
  // The client waits for five seconds before it connects again.
  await t.event(
    'OnConnectSuccess comes again after a cut, without login',
    a,
    CbEvents.OnConnectSuccess,
    gone,
    string,
    9000
  )
  await t.event('so does OnSyncServerFinish', a, CbEvents.OnSyncServerFinish, gone, string)
  t.order('OnConnecting comes before it', a, gone, [CbEvents.OnConnecting, CbEvents.OnConnectSuccess])
  await t.event(
    'OnConversationChanged says that the conversation has an unread message from meanwhile',
    a,
    CbEvents.OnConversationChanged,
    gone,
    including({ conversationID, unreadCount: 1 })
  )
  await t.event(
    'OnTotalUnreadMessageCountChanged says so too',
    a,
    CbEvents.OnTotalUnreadMessageCountChanged,
    gone,
    1
  )
  t.is('the history has the messages of before and during the cut', await t.history(a, conversationID), [
    { textElem: { content: 'before the cut' } },
    { textElem: { content: 'during the cut' } }
  ])
  t.is('getLoginStatus says Logged after a cut', await t.ask(a, 'getLoginStatus'), LoginStatus.Logged)
  const back = a.mark()
  await t.say(b, { recvID: a.userID }, 'after the cut')
  await t.event('messages come again', a, CbEvents.OnRecvNewMessages, back, [
    { textElem: { content: 'after the cut' } }
  ])

  const nowhere = t.another(a, Platform.Web)
  nowhere.server = { ...t.server, wsAddr: 'ws://127.0.0.1:9', apiAddr: t.server.apiAddr }
  t.is(
    'login where no server is is rejected with ConnectionEstablishmentFailed',
    await nowhere.login('any'),
    {
      rejected: true,
      errCode: ErrorCode.ConnectionEstablishmentFailed
    }
  )
}
