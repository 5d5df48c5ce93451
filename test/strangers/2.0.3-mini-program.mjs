// The client in a WeChat mini-program or in uni-app, which js_v2/sdk_integrate/faq.md says that it supports: there is no WebSocket, and
// wx.connectSocket or uni.connectSocket gives a SocketTask (https://developers.weixin.qq.com/miniprogram/dev/api/network/websocket/SocketTask.html).
import { App, enter, leave, pause, register } from './2.0.3-app.mjs'
import { check, has, same } from './2.0.3-checks.mjs'
import { CbEvents } from 'oim203'
import { WebSocket } from 'ws'

const tasks = []

function connectSocket({ url }) {
  const socket = new WebSocket(url)
  const task = {
    send: ({ data, success, fail }) => {
      if (socket.readyState !== WebSocket.OPEN) return fail?.({ errMsg: 'not open' })
      return socket.send(data, () => success?.({ errMsg: 'ok' }))
    },
    close: () => socket.close(),
    onOpen: listener => socket.on('open', () => listener({})),
    onClose: listener => socket.on('close', (code, reason) => listener({ code, reason: reason.toString() })),
    onError: listener => socket.on('error', error => listener({ errMsg: error.message })),
    onMessage: listener => socket.on('message', data => listener({ data: String(Buffer.from(data)) })),
    terminate: () => socket.terminate()
  }
  tasks.push(task)
  return task
}

/** An instance that was made where there is a `wx`, or a `uni`, and no WebSocket: the client looks for them when it is made. */
function inMiniProgram(api, userID, name = 'wx') {
  const { WebSocket: browsers } = globalThis
  for (const other of ['WebSocket', 'wx', 'uni']) delete globalThis[other]
  globalThis[name] = { connectSocket }
  try {
    return new App(api, userID)
  } finally {
    Object.assign(globalThis, { WebSocket: browsers, wx: { connectSocket }, uni: { connectSocket } })
  }
}

const arrives = (app, message) =>
  app.event(CbEvents.ONRECVNEWMESSAGE, data => data?.clientMsgID === message?.clientMsgID)

export async function miniProgram(api) {
  const [bob] = await enter(api, 'bob')
  const amy = inMiniProgram(api, await register(api, 'amy'))
  has('mini-program: login resolves', await amy.login(), { errCode: 0 })
  same('mini-program: getLoginStatus says 101', Number(await amy.call('getLoginStatus')), 101)
  const question = await amy.say(bob.userID, 'from a mini-program')
  has('mini-program: what it sends arrives', await arrives(bob, question), { content: 'from a mini-program' })
  const answer = await bob.say(amy.userID, 'to a mini-program')
  has('mini-program: what is sent to it arrives', await arrives(amy, answer), {
    content: 'to a mini-program'
  })
  const heard = amy.events.filter(({ event }) => event === CbEvents.ONRECVNEWMESSAGE)
  same('mini-program: it arrives once', heard.length, 1)

  const before = amy.mark
  tasks.at(-1).terminate()
  const missed = await bob.say(amy.userID, 'while it was cut off')
  // The client connects again two seconds after it was closed.
  await pause(2000)
  await amy.sees('mini-program: a cut connection comes back', CbEvents.ONCONNECTSUCCESS, undefined, before)
  has('mini-program: the history has what was missed', (await amy.history(bob.userID)).at(-1), {
    clientMsgID: missed?.clientMsgID
  })

  await leave(bob)
  await Promise.all([out(api), change(api), uniApp(api)])
}

async function uniApp(api) {
  const [bob] = await enter(api, 'bob')
  const amy = inMiniProgram(api, await register(api, 'amy'), 'uni')
  has('uni-app: login resolves', await amy.login(), { errCode: 0 })
  const question = await amy.say(bob.userID, 'from uni-app')
  has('uni-app: what it sends arrives', await arrives(bob, question), { content: 'from uni-app' })
  const answer = await bob.say(amy.userID, 'to uni-app')
  has('uni-app: what is sent to it arrives', await arrives(amy, answer), { content: 'to uni-app' })
  await leave(bob)
}

/** The client connects again two seconds after a close, and the gateway may take its time to close: what is said holds after that. */
const SETTLED_MS = 5500

async function out(api) {
  const [bob] = await enter(api, 'bob')
  const amy = inMiniProgram(api, await register(api, 'amy'))
  await amy.login()
  has('mini-program: logout resolves', await amy.settle('logout'), { errCode: 0 })
  const from = amy.mark
  await pause(SETTLED_MS)
  await bob.say(amy.userID, 'are you there?')
  await amy.seesNot(
    'mini-program: who has logged out gets no message',
    CbEvents.ONRECVNEWMESSAGE,
    undefined,
    from
  )
  await amy.seesNot(
    'mini-program: who has logged out is not logged in again',
    CbEvents.ONCONNECTSUCCESS,
    undefined,
    from
  )
  const again = await amy.login().catch(error => error)
  check(
    'mini-program: login after logout resolves',
    again?.errCode === 0,
    'errCode 0',
    again?.message ?? again
  )
  await leave(bob)
}

async function change(api) {
  const [bob] = await enter(api, 'bob')
  const app = inMiniProgram(api, await register(api, 'amy'))
  await app.login()
  await app.settle('logout')
  app.userID = await register(api, 'eve')
  has('mini-program: another user may log in at once', await app.login(), { errCode: 0 })
  const from = app.mark
  await pause(SETTLED_MS)
  const sent = await bob.say(app.userID, 'hello eve')
  await arrives(app, sent)
  await app.seesNot('mini-program: the other user is not kicked', CbEvents.ONKICKEDOFFLINE, undefined, from)
  const heard = app.events.slice(from).filter(({ event }) => event === CbEvents.ONRECVNEWMESSAGE)
  same('mini-program: the other user gets a message once', heard.length, 1)
  same('mini-program: getLoginUser says the other user', await app.call('getLoginUser'), app.userID)
  await leave(bob)
}
