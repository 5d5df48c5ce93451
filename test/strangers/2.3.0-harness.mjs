// What the checks of open-im-sdk 2.3.0 have in common: the globals of a browser that the client reaches for, and users
// with a client each.
import { randomBytes } from 'node:crypto'
import { WebSocket } from 'ws'
import { Report, deadlineMs, parse, sorted, within } from './2.3.0-report.mjs'

const sockets = new Set()

// The client runs its heartbeat in a web worker that posts a message every ten seconds; this one posts three a second.
class Worker {
  #timer = setInterval(() => this.onmessage?.(), 300)
  terminate() {
    clearInterval(this.#timer)
  }
}

class TrackedSocket extends WebSocket {
  constructor(...args) {
    super(...args)
    sockets.add(this)
    this.once('close', () => sockets.delete(this))
  }
}

Object.assign(globalThis, { window: globalThis, WebSocket: TrackedSocket, Worker })
if (!globalThis.navigator?.onLine) {
  Object.defineProperty(globalThis, 'navigator', { value: { onLine: true }, configurable: true })
}
console.log = () => {}

// The client catches no failure of the login that it makes by itself after a lost connection.
process.on('unhandledRejection', reason => {
  if (reason?.event !== 'Login') throw reason
})

const { CbEvents, OpenIMSDK, RequestFunc } = await import('oim230')
export { CbEvents, Report, RequestFunc, parse, sorted, within }

export class User {
  events = []
  mark = 0
  #waiting = new Set()

  constructor(server, report, userID, nickname) {
    Object.assign(this, { server, report, userID, nickname })
    this.sdk = this.client(raw => (this.raw = raw))
  }

  client(made = () => {}) {
    const sdk = new OpenIMSDK()
    made(sdk)
    for (const name of Object.values(CbEvents)) sdk.on(name, response => this.#take(name, response))
    const { called } = this.report
    return new Proxy(sdk, {
      get: (target, key) => {
        const value = target[key]
        if (typeof value !== 'function') return value
        called.add(key)
        return value.bind(target)
      }
    })
  }

  #take(name, { data, ...rest }) {
    this.report.seen.add(name)
    const parsed = typeof data === 'string' ? (parse(data) ?? data) : data
    const event = { name, raw: data, data: parsed, rest }
    this.events.push(event)
    for (const look of this.#waiting) look()
  }

  find(name, fits) {
    return this.events.slice(this.mark).find(event => event.name === name && fits(event.data))
  }

  async wait(name, fits) {
    const found = this.find(name, fits)
    if (found) return found
    return new Promise(resolve => {
      const finish = event => {
        clearTimeout(timer)
        this.#waiting.delete(look)
        resolve(event)
      }
      const look = () => {
        const event = this.find(name, fits)
        if (event) finish(event)
      }
      const timer = setTimeout(finish, deadlineMs)
      this.#waiting.add(look)
    })
  }

  names() {
    return this.events.slice(this.mark).map(event => event.name)
  }

  async config(platformID = 5, more = {}) {
    const { token } = await this.server.post('/v1/im/token', { userID: this.userID, platformID })
    return { userID: this.userID, token, url: this.server.ws, platformID, ...more }
  }

  // What closing the page does.
  close() {
    const { ws, worker } = this.raw
    worker?.terminate()
    ws?.close()
  }

  async login(platformID, more) {
    return within(this.sdk.login(await this.config(platformID, more)), 'login')
  }
}

// Sends a text to a user, or to the group of an ID, and answers the message that was sent.
export const say = async (from, to, content) => {
  const { data } = await from.sdk.createTextMessage(content)
  const target = typeof to === 'string' ? { recvID: '', groupID: to } : { recvID: to.userID, groupID: '' }
  return JSON.parse((await from.sdk.sendMessage({ ...target, message: data })).data)
}

// From here on, events that were before do not count.
export const marked = (...users) => {
  for (const user of users) user.mark = user.events.length
}

export class Server {
  constructor(url) {
    this.url = url.replace(/\/$/, '')
    this.ws = this.url.replace(/^http/, 'ws')
  }

  async post(path, body) {
    const response = await fetch(this.url + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: 'Bearer paifang-demo' },
      body: JSON.stringify(body)
    })
    if (!response.ok) throw new Error(`${path} answered ${response.status}: ${await response.text()}`)
    return response.json()
  }

  async user(report, name) {
    const userID = `${name}${randomBytes(5).toString('hex')}`
    await this.post('/v1/im/users', { userID, nickname: name, faceURL: `http://127.0.0.1/${name}.png` })
    return new User(this, report, userID, name)
  }

  async users(report, ...names) {
    const users = await Promise.all(names.map(name => this.user(report, name)))
    await Promise.all(users.map(user => user.login()))
    return users
  }
}

// Ends connections as a lost network does: without a closing handshake.
export const cut = userID => {
  for (const socket of sockets) if (socket.url.includes(`sendID=${userID}&`)) socket.terminate()
}
