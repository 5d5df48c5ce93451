// Login, logout, kicks, cuts and the user's own profile: js_v2/sdk_integrate/{init_login,sdk_use,user}.md.
import { App, enter, leave, parse, pause, register } from './2.0.3-app.mjs'
import { check, has, same, typed } from './2.0.3-checks.mjs'
import { CbEvents, RequestFunc, uuid } from 'oim203'

export async function session(api) {
  const userID = await register(api, 'amy')
  const amy = new App(api, userID)
  await login(amy)
  const [bob] = await enter(api, 'bob')
  await refusals(amy, bob)
  await profile(amy, bob)
  await listeners(amy, bob)
  await outAndIn(amy, bob)
  await cut(amy, bob)
  await kick(amy)
  await leave(bob)
}

async function login(amy) {
  const answer = await amy.login({ operationID: 'my-own-login' })
  has('login resolves with errCode 0, its event and the operationID of the caller', answer, {
    event: RequestFunc.LOGIN,
    errCode: 0,
    operationID: 'my-own-login'
  })
  await amy.sees('login is told by OnConnecting', CbEvents.ONCONNECTING)
  await amy.sees('login is told by OnConnectSuccess', CbEvents.ONCONNECTSUCCESS)
  const order = amy.events
    .map(({ event }) => event)
    .filter(event => [CbEvents.ONCONNECTING, CbEvents.ONCONNECTSUCCESS].includes(event))
  same('OnConnecting comes before OnConnectSuccess', order, ['OnConnecting', 'OnConnectSuccess'])
  await amy.sees('login is told by OnSyncServerStart', CbEvents.ONSYNCSERVERSTART)
  await amy.sees('login is told by OnSyncServerFinish', CbEvents.ONSYNCSERVERFINISH)
  const sync = amy.events.map(({ event }) => event).filter(event => event.startsWith('OnSyncServer'))
  same('OnSyncServerStart comes before OnSyncServerFinish, and no other', sync, [
    'OnSyncServerStart',
    'OnSyncServerFinish'
  ])
  same('getLoginStatus says 101, logged in', Number(await amy.call('getLoginStatus')), 101)
  same('getLoginUser says the userID', await amy.call('getLoginUser'), amy.userID)
  const generated = await amy.client.getLoginUser()
  check(
    'a call without operationID resolves with one of its own',
    generated.operationID?.length > 0,
    'an operationID',
    generated
  )
  check(
    'uuid makes ids that end with the userID',
    uuid(amy.userID).endsWith(amy.userID),
    amy.userID,
    'others'
  )
}

async function refusals(amy, bob) {
  const attempts = {
    'a token that is none': { token: 'not-a-token' },
    'the token of another user': { token: await bob.token() },
    'an empty token': { token: '' }
  }
  for (const [name, change] of Object.entries(attempts)) {
    const stranger = new App(amy.api, amy.userID)
    try {
      const answer = await stranger.login(change)
      check(`login with ${name} is rejected`, false, 'a rejection', answer)
    } catch (error) {
      check(
        `login with ${name} is rejected, with errCode and errMsg`,
        typeof error.errCode === 'number' && error.errCode !== 0 && error.errMsg?.length > 0,
        'errCode and errMsg',
        error?.message ?? error
      )
    }
  }
  same('the user is still logged in where it was', Number(await amy.call('getLoginStatus')), 101)
}

async function profile(amy, bob) {
  const self = await amy.call('getSelfUserInfo')
  typed('getSelfUserInfo gives a FullUserItem', self, 'FullUserItem')
  has('getSelfUserInfo gives what the back end registered', self, {
    userID: amy.userID,
    nickname: 'amy',
    faceURL: 'https://example.com/amy.png'
  })
  const changes = {
    nickname: 'blooming',
    faceURL: 'https://example.com/new.png',
    gender: 1,
    phoneNumber: '123',
    birth: 1_642_584_426,
    email: '123@qq.com',
    ex: 'ex'
  }
  const from = amy.mark
  await amy.call('setSelfInfo', { userID: amy.userID, ...changes })
  const told = await amy.sees(
    'setSelfInfo is told by OnSelfInfoUpdated',
    CbEvents.ONSELFINFOUPDATED,
    data => data?.nickname === 'blooming',
    from
  )
  typed('OnSelfInfoUpdated carries a FullUserItem', told, 'FullUserItem')
  has('OnSelfInfoUpdated carries the new profile', told, changes)
  has('getSelfUserInfo gives the new profile', await amy.call('getSelfUserInfo'), changes)
  await amy.call('setSelfInfo', { userID: amy.userID, email: 'new@qq.com' })
  has('setSelfInfo leaves fields as they are that it does not name', await amy.call('getSelfUserInfo'), {
    ...changes,
    email: 'new@qq.com'
  })
  const users = await bob.call('getUsersInfo', [amy.userID, bob.userID])
  typed('getUsersInfo gives TotalUserStructs', users, 'TotalUserStruct[]')
  const stranger = users?.find(user => user.publicInfo?.userID === amy.userID)
  has('getUsersInfo gives the public part of a stranger', stranger?.publicInfo, {
    userID: amy.userID,
    nickname: 'blooming',
    faceURL: changes.faceURL,
    gender: 1
  })
  has('getUsersInfo gives no more than the public part of a stranger', stranger, {
    friendInfo: null,
    blackInfo: null
  })
  same('getUsersInfo gives as many users as were asked for', users?.length, 2)
}

async function listeners(amy, bob) {
  let heard = 0
  const listener = () => (heard += 1)
  amy.client.on(CbEvents.ONRECVNEWMESSAGE, listener)
  const first = await bob.say(amy.userID, 'to both listeners')
  await amy.event(CbEvents.ONRECVNEWMESSAGE, data => data?.clientMsgID === first?.clientMsgID)
  same('a second listener of an event hears it too', heard, 1)
  await amy.settle('off', CbEvents.ONRECVNEWMESSAGE, listener)
  const second = await bob.say(amy.userID, 'to one listener')
  await amy.event(CbEvents.ONRECVNEWMESSAGE, data => data?.clientMsgID === second?.clientMsgID)
  same('a listener that was taken off hears no more', heard, 1)
}

async function outAndIn(amy, bob) {
  const answer = await amy.logout()
  has('logout resolves with errCode 0 and its event', answer, { event: RequestFunc.LOGOUT, errCode: 0 })
  const status = await amy.settle('getLoginStatus')
  check('no call goes through after logout', status?.errCode !== 0, 'a rejection', status)
  const from = amy.mark
  const missed = await bob.say(amy.userID, 'you are away')
  check('a message to a user who has logged out is accepted', missed?.status === 2, 'status 2', missed)
  const [cid] = await enter(amy.api, 'cid')
  await cid.say(amy.userID, 'nobody is there')
  await cid.settle('addFriend', { toUserID: amy.userID, reqMsg: 'while you are away' })
  await amy.seesNot('who has logged out gets no message', CbEvents.ONRECVNEWMESSAGE, () => true, from)
  has('login on the same instance works again', await amy.login(), { errCode: 0, event: RequestFunc.LOGIN })
  await amy.sees(
    'a conversation that is new since then is told by OnNewConversation',
    CbEvents.ONNEWCONVERSATION,
    data => Array.isArray(data) && data.some(item => item.userID === cid.userID),
    from
  )
  await amy.sees(
    'one that has changed since then is told by OnConversationChanged',
    CbEvents.ONCONVERSATIONCHANGED,
    data => Array.isArray(data) && data.some(item => item.userID === bob.userID),
    from
  )
  const requests = await amy.call('getRecvFriendApplicationList')
  has('a friend request of then is in the list', requests?.at(-1), {
    fromUserID: cid.userID,
    reqMsg: 'while you are away'
  })
  await leave(cid)
  const { data } = await amy.settle('getHistoryMessageList', {
    userID: bob.userID,
    groupID: '',
    count: 20,
    startClientMsgID: ''
  })
  has('the history has what was sent in the meantime', parse(data)?.at(-1), {
    clientMsgID: missed?.clientMsgID
  })
}

async function cut(amy, bob) {
  const from = amy.mark
  amy.cut()
  const missed = await bob.say(amy.userID, 'while you were cut off')
  await pause(1500)
  await amy.sees('a cut connection comes back by itself', CbEvents.ONCONNECTSUCCESS, () => true, from)
  same('after a cut getLoginStatus says 101 again', Number(await amy.call('getLoginStatus')), 101)
  await amy.sees(
    'a conversation that has changed in the meantime is told by OnConversationChanged',
    CbEvents.ONCONVERSATIONCHANGED,
    data => Array.isArray(data) && data.some(item => item.latestMsg.includes(missed?.clientMsgID)),
    from
  )
  const list = await amy.history(bob.userID)
  has('after a cut the history has what was sent in the meantime', list.at(-1), {
    clientMsgID: missed?.clientMsgID
  })
  const next = await bob.say(amy.userID, 'and now')
  await amy.sees(
    'after a cut new messages come again',
    CbEvents.ONRECVNEWMESSAGE,
    data => data?.clientMsgID === next?.clientMsgID,
    from
  )
}

async function kick(amy) {
  const phone = new App(amy.api, amy.userID)
  await phone.login({ platformID: 2 })
  await amy.seesNot('a login on another platform kicks nobody', CbEvents.ONKICKEDOFFLINE)
  const second = new App(amy.api, amy.userID)
  const from = amy.mark
  has('a second login on the same platform resolves', await second.login(), { errCode: 0 })
  await amy.sees('it kicks the first, by OnKickedOffline', CbEvents.ONKICKEDOFFLINE, () => true, from)
  // The client connects again two seconds after it was closed, and the gateway may take its time to close: the second login
  // must outlive that.
  await pause(5500)
  const kicked = second.find(CbEvents.ONKICKEDOFFLINE)
  check('the second login is not kicked by the first that connects again', !kicked, 'no kick', kicked?.data)
  same('the second login is still logged in', Number(await second.call('getLoginStatus')), 101)
  same('so is the one on another platform', Number(await phone.call('getLoginStatus')), 101)
  await leave(second, phone)
}
