// Pages `init_login` and `sdk_use`: login, its events, its failures, logout, and what becomes of a connection.
import { CbEvents, RequestFunc, cut, marked, say, within } from './2.3.0-harness.mjs'

const login = async (t, server) => {
  const user = await server.user(t, 'ann')
  const sdk = user.client()
  const config = await user.config()
  const early = await t.rejects('a call before login is rejected', sdk.getSelfUserInfo())
  t.equal('a call before login names its function in event', early?.event, RequestFunc.GETSELFUSERINFO)
  const answer = await within(user.sdk.login({ ...config, operationID: 'my-login' }), 'login').catch(
    error => error
  )
  t.equal('login resolves with errCode 0', answer.errCode, 0)
  t.equal('login answers with event Login', answer.event, RequestFunc.LOGIN)
  t.equal('login answers with the operationID that was given', answer.operationID, 'my-login')
  await t.event('OnConnecting comes at login', user, CbEvents.ONCONNECTING)
  await t.event('OnConnectSuccess comes at login', user, CbEvents.ONCONNECTSUCCESS)
  const names = user.names()
  t.holds(
    'OnConnecting comes before OnConnectSuccess',
    names.indexOf('OnConnecting') < names.indexOf('OnConnectSuccess'),
    'this order',
    names
  )
  await t.event('OnSyncServerFinish comes at login', user, CbEvents.ONSYNCSERVERFINISH)
  const syncs = user.names().filter(name => name.startsWith('OnSync'))
  t.equal('OnSyncServerStart comes before it, and no failure', syncs, [
    'OnSyncServerStart',
    'OnSyncServerFinish'
  ])
  const envelopes = user.events.map(event => ({ name: event.name, ...event.rest }))
  const envelope = { event: 'string', errCode: 'number', errMsg: 'string', operationID: 'string' }
  t.shape('events come as WsResponse, as declared', envelopes, [envelope])
  t.holds(
    'event of an event is its name',
    envelopes.every(({ event, name }) => event === name),
    'the name',
    envelopes
  )
  t.holds('OnConnectFailed does not come', !names.includes('OnConnectFailed'), 'no such event', names)
  const status = await t.resolves('getLoginStatus resolves', user.sdk.getLoginStatus())
  t.equal('the login status is the string 101', status, '101')
  const own = await t.resolves('getLoginUser resolves', user.sdk.getLoginUser('my-operation'))
  t.equal('getLoginUser answers the userID', own, user.userID)
  const answered = await user.sdk.getLoginUser('my-operation')
  t.equal('an answer carries the operationID of its call', answered.operationID, 'my-operation')
  t.equal('an answer carries the function in event', answered.event, RequestFunc.GETLOGINUSER)
  const generated = await user.sdk.getLoginUser()
  t.holds(
    'an answer to a call without operationID carries a generated one',
    typeof generated.operationID === 'string' && generated.operationID !== '',
    'an ID',
    generated.operationID
  )
  return user
}

const wrongTokens = async (t, server) => {
  const [user, other] = await Promise.all([server.user(t, 'wren'), server.user(t, 'otto')])
  const config = await user.config()
  const ways = {
    'with a token that is none': { token: 'no-token' },
    'with an empty token': { token: '' },
    "with another user's token": { userID: other.userID },
    'with a token that was changed': { token: `${config.token.slice(0, -4)}AAAA` },
    'of a user that is not registered': { userID: 'nobody-at-all' }
  }
  for (const [what, wrong] of Object.entries(ways)) {
    const error = await t.rejects(`a login ${what} is rejected`, user.client().login({ ...config, ...wrong }))
    t.equal(`a login ${what} is rejected with event Login`, error?.event, RequestFunc.LOGIN)
  }
  const nowhere = user.client().login({ ...config, url: 'ws://127.0.0.1:9' })
  await t.rejects('a login where no server is is rejected', nowhere)
  const after = await within(user.sdk.login(config), 'login').catch(error => error)
  t.equal('after such failures the right token logs in', after.errCode, 0)
  await user.sdk.logout()
}

const logout = async (t, user) => {
  await t.resolves('logout resolves', user.sdk.logout())
  await t.rejects('a call after logout is rejected', user.sdk.getLoginUser())
  marked(user)
  const again = await user.login().catch(error => error)
  t.equal('the same client logs in again', again.errCode, 0)
  await t.event('OnConnectSuccess comes at the second login', user, CbEvents.ONCONNECTSUCCESS)
  t.equal('after it calls are answered', (await user.sdk.getLoginUser()).data, user.userID)
}

// Page `init_login`: OnKickedOffline, "logged out by another end". flutter_v2: "logged in at another end".
const kicks = async (t, server) => {
  const user = await server.user(t, 'kim')
  await user.login()
  const next = await server.user(t, 'next')
  next.userID = user.userID
  marked(user)
  const answer = await next.login().catch(error => error)
  t.equal('a second login on the same platform resolves', answer.errCode, 0)
  await t.event('the client that was there before gets OnKickedOffline', user, CbEvents.ONKICKEDOFFLINE)
  await t.rejects('calls of the client that was kicked are rejected', user.sdk.getSelfUserInfo())
  const { data } = await user.sdk.getLoginStatus().catch(error => error)
  t.holds(
    'its login status is a documented one, not 101',
    ['102', '103', '201'].includes(data),
    '102, 103 or 201',
    data
  )
  user.close()
  t.equal('the second client goes on', (await next.sdk.getLoginStatus()).data, '101')
  t.holds(
    'the second client is not kicked',
    !next.names().includes('OnKickedOffline'),
    'no such event',
    next.names()
  )
  await next.sdk.logout()
}

// The demo of the client shows what its user has sent elsewhere, as OnRecvNewMessage brings it.
const devices = async (t, server) => {
  const [user, friend] = await server.users(t, 'dee', 'fay')
  const phone = await server.user(t, 'phone')
  phone.userID = user.userID
  await phone.login(1)
  marked(user, friend, phone)
  const text = 'from the page'
  await say(user, friend, text)
  const fits = message => message.content === text && message.sendID === user.userID
  await t.event('another platform of the sender gets what was sent', phone, CbEvents.ONRECVNEWMESSAGE, fits)
  await t.event('the other user gets it once', friend, CbEvents.ONRECVNEWMESSAGE, fits)
  t.equal('the sending client gets no event of it', user.find(CbEvents.ONRECVNEWMESSAGE, fits), undefined)
  t.equal('both platforms are logged in', (await user.sdk.getLoginStatus()).data, '101')
  t.equal(
    'sent messages do not count as unread elsewhere',
    (await phone.sdk.getTotalUnreadMsgCount()).data,
    '0'
  )
  await Promise.all([user, friend, phone].map(({ sdk }) => sdk.logout()))
}

const cutConnection = async (t, server) => {
  const [user, friend] = await server.users(t, 'cora', 'fred')
  const known = await say(friend, user, 'before')
  const before = entry => entry.clientMsgID === known.clientMsgID
  await t.event('a message comes before the connection is cut', user, CbEvents.ONRECVNEWMESSAGE, before)
  await user.sdk.markC2CMessageAsRead({ userID: friend.userID, msgIDList: [] })
  await user.wait(CbEvents.ONTOTALUNREADMESSAGECOUNTCHANGED, n => Number(n) === 0)
  marked(user)
  const pending = user.sdk.getAllConversationList()
  cut(user.userID)
  const error = await t.rejects('a call that a cut connection leaves unanswered is rejected', pending)
  t.holds('its errCode is 111 or 112', [111, 112].includes(error?.errCode), '111 or 112', error)
  await say(friend, user, 'while you were away')
  await t.event('the client connects again by itself', user, CbEvents.ONCONNECTSUCCESS)
  await user.wait(CbEvents.ONSYNCSERVERFINISH, () => true)
  const status = await user.sdk.getLoginStatus().catch(reason => reason)
  t.equal('the login status is 101 again', status.data, '101')
  const history = await t.json(
    'the history has what was sent meanwhile',
    user.sdk.getHistoryMessageList({ userID: friend.userID, groupID: '', startClientMsgID: '', count: 10 }),
    [{ content: 'string' }]
  )
  t.equal('it is the last message there', history.at(-1)?.content, 'while you were away')
  const again = user.find(CbEvents.ONRECVNEWMESSAGE, before)
  t.holds(
    'what came before, and was read, does not come as a new message again',
    !again,
    'no such event',
    again?.raw
  )
  t.equal('what was missed counts as unread', (await user.sdk.getTotalUnreadMsgCount()).data, '1')
  await Promise.all([user, friend].map(({ sdk }) => sdk.logout()))
}

const offline = async (t, server) => {
  const [user, friend] = [await server.user(t, 'offie'), await server.user(t, 'onno')]
  await friend.login()
  for (const text of ['one', 'two', 'three']) {
    await say(friend, user, text)
  }
  await friend.sdk.addFriend({ toUserID: user.userID, reqMsg: 'call me' })
  await user.login()
  await user.wait(CbEvents.ONSYNCSERVERFINISH, () => true)
  t.equal('who was offline has the messages as unread', (await user.sdk.getTotalUnreadMsgCount()).data, '3')
  const [conversation] = JSON.parse((await user.sdk.getAllConversationList()).data)
  t.equal('so has the conversation', [conversation?.userID, conversation?.unreadCount], [friend.userID, 3])
  t.equal('it has the last as latestMsg', JSON.parse(conversation?.latestMsg ?? '{}').content, 'three')
  const options = { userID: friend.userID, groupID: '', startClientMsgID: '', count: 10 }
  const history = JSON.parse((await user.sdk.getHistoryMessageList(options)).data)
  t.equal(
    'the history has them in their order',
    history.map(entry => entry.content),
    ['one', 'two', 'three']
  )
  const [application] = JSON.parse((await user.sdk.getRecvFriendApplicationList()).data)
  t.equal(
    'the application for friendship waits',
    [application?.fromUserID, application?.reqMsg],
    [friend.userID, 'call me']
  )
  await Promise.all([user, friend].map(({ sdk }) => sdk.logout()))
}

const batches = async (t, server) => {
  const [user, friend] = [await server.user(t, 'bea'), await server.user(t, 'finn')]
  await user.login(5, { isBatch: true })
  await friend.login()
  marked(user)
  const texts = ['first', 'second', 'third']
  for (const text of texts) {
    await say(friend, user, text)
  }
  const has = text => list => Array.isArray(list) && list.some(message => message.content === text)
  for (const text of texts) {
    await t.event(
      `with isBatch "${text}" comes in OnRecvNewMessages, a list`,
      user,
      CbEvents.ONRECVNEWMESSAGES,
      has(text)
    )
  }
  const came = user.events
    .filter(event => event.name === CbEvents.ONRECVNEWMESSAGES)
    .flatMap(event => event.data)
  const contents = came.map(message => message.content).filter(text => texts.includes(text))
  const single = user.find(CbEvents.ONRECVNEWMESSAGE, message => texts.includes(message.content))
  t.equal('they do not come as OnRecvNewMessage, too', single?.data, undefined)
  t.equal('the messages of the lists come in the order of sending, once each', contents, texts)
  await Promise.all([user, friend].map(({ sdk }) => sdk.logout()))
}

export default async function logins(t, server) {
  await t.section('login', async () => logout(t, await login(t, server)))
  await t.section('wrong tokens', () => wrongTokens(t, server))
  await t.section('kicks', () => kicks(t, server))
  await t.section('devices', () => devices(t, server))
  await t.section('a cut connection', () => cutConnection(t, server))
  await t.section('who was offline', () => offline(t, server))
  await t.section('batches', () => batches(t, server))
}
