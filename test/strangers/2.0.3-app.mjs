// Users of the back end and their clients: calls with the data parsed, events from the first one on, waits with a deadline.
import { isDeepStrictEqual } from 'node:util'
import { randomUUID } from 'node:crypto'
import { CbEvents, OpenIMSDK, RequestFunc } from 'oim203'
import { WebSocket } from 'ws'
import { check, same, tally } from './2.0.3-checks.mjs'

/** How long an event or an answer may take, in milliseconds. */
const DEADLINE_MS = 10_000
/** How long nothing must happen where absence is the expectation, in milliseconds. */
export const SILENCE_MS = 250

const sockets = []
// The client takes a global WebSocket for a sign that it runs in a browser; Node 20 has none.
globalThis.WebSocket = class extends WebSocket {
  constructor(url) {
    super(url)
    sockets.push(this)
  }
}
// The client traces to console.log; the lines of this program go to stdout themselves.
console.log = () => {}
// It also logs in again by itself after a cut, and has no handler for when that is refused.
process.on('unhandledRejection', () => {})

export function parse(data) {
  if (typeof data !== 'string') return data
  try {
    return JSON.parse(data)
  } catch {
    return data
  }
}

const late = (promise, name) => {
  let timer
  const deadline = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer to ${name}`)), DEADLINE_MS * 2)
  })
  return Promise.race([promise, deadline]).finally(() => clearTimeout(timer))
}

export const pause = ms => new Promise(resolve => setTimeout(resolve, ms))

const functions = Object.values(RequestFunc)
const requestOf = method => {
  const name = method[0].toUpperCase() + method.slice(1)
  return functions.find(value => value === name) ?? functions.find(value => value === `${name}ByURL`)
}

async function post(api, path, body) {
  const response = await fetch(`${api}${path}`, {
    method: 'POST',
    headers: { authorization: 'Bearer paifang-demo', 'content-type': 'application/json' },
    body: JSON.stringify(body)
  })
  if (!response.ok) throw new Error(`${path} answered ${response.status}: ${await response.text()}`)
  return response.json()
}

/** One instance of the client, its events from the first one on, and its calls with the data parsed. */
export class App {
  constructor(api, userID) {
    this.api = api
    this.userID = userID
    this.client = new OpenIMSDK()
    this.events = []
    this.watchers = new Set()
    for (const event of Object.values(CbEvents)) {
      this.client.on(event, response => {
        tally.events.add(event)
        const { errCode, errMsg, operationID } = response
        const sound = [errMsg, operationID, response.data].every(value => typeof value === 'string')
        if (!sound || errCode !== 0 || response.event !== event) tally.unsound.push(response)
        this.events.push({ event, data: parse(response.data), response })
        for (const watcher of this.watchers) watcher()
      })
    }
    tally.methods.add('on')
  }

  get url() {
    return this.api.replace(/^http/, 'ws')
  }

  async token(platformID = 5) {
    const { token } = await post(this.api, '/v1/im/token', { userID: this.userID, platformID })
    return token
  }

  /** Logs in as the documentation shows; other values than its own may be given. */
  async login(change = {}) {
    tally.methods.add('login')
    const platformID = change.platformID ?? 5
    const token = change.token ?? (await this.token(platformID))
    const opened = sockets.length
    const answer = await late(
      this.client.login({ userID: this.userID, token, url: this.url, platformID, ...change }),
      'login'
    )
    this.socket = sockets[opened]
    return answer
  }

  /** What the client resolves or rejects with; `null` when nothing came in time. */
  async settle(method, ...args) {
    tally.methods.add(method)
    try {
      return await late(this.client[method](...args), method)
    } catch (error) {
      return error
    }
  }

  /** Calls a method and checks that it resolves with the documented envelope; returns its data, parsed. */
  async call(method, ...args) {
    const operationID = randomUUID()
    const answer = await this.settle(method, ...args, operationID)
    const { event, errCode, errMsg, data } = answer ?? {}
    if (errCode !== 0) {
      check(`${method} resolves with errCode 0`, false, 'errCode 0', answer?.message ?? answer)
      return undefined
    }
    const expected = { event: requestOf(method), errCode: 0, errMsg: '', operationID, data: 'a string' }
    const came = { event, errCode, errMsg, operationID: answer.operationID, data: typeof data }
    if (came.data === 'string') came.data = 'a string'
    if (!tally.answered.has(method) || !isDeepStrictEqual(came, expected)) {
      same(`${method} resolves with its own event and operationID, and data as a string`, came, expected)
    }
    tally.answered.add(method)
    return parse(data)
  }

  /** Checks that a call is refused, in the envelope of all answers. */
  async refused(sentence, method, ...args) {
    const operationID = randomUUID()
    const answer = await this.settle(method, ...args, operationID)
    const holds = typeof answer?.errCode === 'number' && answer.errCode !== 0 && answer.errMsg?.length > 0
    const own = answer?.event === requestOf(method) && answer.operationID === operationID
    check(
      sentence,
      holds && own,
      'a rejection with errCode, errMsg, its event and operationID',
      answer?.message ?? answer
    )
  }

  find(event, matches = () => true, from = 0) {
    return this.events.slice(from).find(item => item.event === event && matches(item.data))
  }

  /** The data of the first event of that kind that matches, or undefined when none comes in time. */
  async event(event, matches, from = 0, deadlineMs = DEADLINE_MS) {
    const found = this.find(event, matches, from)
    if (found) return found.data
    return new Promise(resolve => {
      const done = data => {
        clearTimeout(timer)
        this.watchers.delete(look)
        resolve(data)
      }
      const look = () => {
        const item = this.find(event, matches, from)
        if (item) done(item.data)
      }
      const timer = setTimeout(done, deadlineMs)
      this.watchers.add(look)
    })
  }

  /** Checks that an event comes whose data matches; returns the data. */
  async sees(sentence, event, matches, from = 0, deadlineMs = DEADLINE_MS) {
    const data = await this.event(event, matches, from, deadlineMs)
    const others = this.events.slice(from).filter(item => item.event === event)
    check(
      sentence,
      data !== undefined,
      `${event} that says so`,
      others.length > 0 ? others.at(-1).data : 'no such event'
    )
    return data
  }

  /** Checks that no such event comes; the others have had the time by then to see theirs. */
  async seesNot(sentence, event, matches, from = 0) {
    await pause(SILENCE_MS)
    const item = this.find(event, matches, from)
    check(sentence, item === undefined, `no ${event}`, item?.data || event)
  }

  get mark() {
    return this.events.length
  }

  /** Creates a text message and sends it to a user or, with `{ groupID }`, to a group; returns what was sent. */
  async say(to, text) {
    const target = typeof to === 'string' ? { recvID: to, groupID: '' } : { recvID: '', groupID: to.groupID }
    const { data: message } = await this.settle('createTextMessage', text)
    const answer = await this.settle('sendMessage', { ...target, message })
    return answer?.errCode === 0 ? parse(answer.data) : undefined
  }

  async history(peer, count = 50, startClientMsgID = '') {
    const target = typeof peer === 'string' ? { userID: peer, groupID: '' } : { userID: '', ...peer }
    const answer = await this.settle('getHistoryMessageList', { ...target, count, startClientMsgID })
    return answer?.errCode === 0 ? (parse(answer.data) ?? []) : []
  }

  async conversation(peer) {
    const [sourceID, sessionType] = typeof peer === 'string' ? [peer, 1] : [peer.groupID, 2]
    const answer = await this.settle('getOneConversation', { sourceID, sessionType })
    return answer?.errCode === 0 ? parse(answer.data) : undefined
  }

  async unread() {
    const answer = await this.settle('getTotalUnreadMsgCount')
    return Number(answer?.data)
  }

  async logout() {
    const answer = await this.settle('logout')
    return answer
  }

  /** Ends the connection as a lost network does, without a closing handshake. */
  cut() {
    this.socket.terminate()
  }
}

/** A new user of the back end, not logged in. */
export async function register(api, nickname) {
  const userID = `${nickname}-${randomUUID().slice(0, 8)}`
  await post(api, '/v1/im/users', { userID, nickname, faceURL: `https://example.com/${nickname}.png` })
  return userID
}

/** New users, each logged in on one client. */
export async function enter(api, ...nicknames) {
  return Promise.all(
    nicknames.map(async nickname => {
      const app = new App(api, await register(api, nickname))
      await app.login()
      return app
    })
  )
}

/** Makes two clients friends. */
export async function befriend(one, other) {
  await one.settle('addFriend', { toUserID: other.userID, reqMsg: 'hello' })
  await other.event('OnFriendApplicationAdded', data => data?.fromUserID === one.userID)
  await other.settle('acceptFriendApplication', { toUserID: one.userID, handleMsg: 'welcome' })
  await one.event('OnFriendAdded')
}

/** Lets go of all connections of a part. */
export async function leave(...apps) {
  await Promise.all(apps.map(app => app.logout()))
}
