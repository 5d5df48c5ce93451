// What the checks of open-im-sdk 2.3.0 have in common: the globals of a browser that the client reaches for, users with
// a client each, and the lines that are printed.
import { randomBytes } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import { WebSocket } from 'ws'

const deadlineMs = 2500
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

const { CbEvents, OpenIMSDK, RequestFunc, uuid, emitter } = await import('oim230')
export { CbEvents, OpenIMSDK, RequestFunc, emitter, uuid }

export const short = value => {
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return text === undefined ? 'undefined' : text.length > 300 ? `${text.slice(0, 300)}…` : text
}

export const parse = text => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const typeName = value => (value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value)

// A shape is a type name, alternatives `a|b`, an object of shapes, or an array whose one entry is the shape of all.
export const mismatch = (value, shape, path = 'it') => {
  if (typeof shape === 'string') {
    const fits = shape.split('|').includes(typeName(value))
    return fits ? undefined : `${path} ${shape}, but ${short(value)}`
  }
  if (Array.isArray(shape)) {
    if (!Array.isArray(value)) return `${path} array, but ${short(value)}`
    return value.map((entry, i) => mismatch(entry, shape[0], `${path}[${i}]`)).find(Boolean)
  }
  if (typeName(value) !== 'object') return `${path} object, but ${short(value)}`
  const wrong = Object.entries(shape)
    .map(([key, part]) => mismatch(value[key], part, `${path}.${key}`))
    .filter(Boolean)
  return wrong.length > 0 ? wrong.slice(0, 6).join('; ') : undefined
}

export class Report {
  count = 0
  failed = 0
  called = new Set()
  seen = new Set()

  holds(sentence, condition, expected, came) {
    this.count += 1
    if (condition) return process.stdout.write(`ok  ${sentence}\n`)
    this.failed += 1
    return process.stdout.write(`FAIL ${sentence}: expected ${short(expected)}, came ${short(came)}\n`)
  }

  equal(sentence, came, expected) {
    this.holds(sentence, isDeepStrictEqual(came, expected), expected, came)
  }

  shape(sentence, value, shape) {
    const wrong = mismatch(value, shape)
    this.holds(sentence, wrong === undefined, 'the declared fields', wrong)
  }

  // Answers the response's data; parsed, where the sentence is about JSON.
  async resolves(sentence, promise) {
    try {
      const response = await within(promise, 'an answer')
      const wrong = mismatch(response, {
        event: 'string',
        errCode: 'number',
        errMsg: 'string',
        operationID: 'string'
      })
      this.holds(sentence, !wrong && response.errCode === 0, 'a WsResponse with errCode 0', wrong ?? response)
      return response.data
    } catch (error) {
      this.holds(sentence, false, 'an answer', error instanceof Error ? error.message : error)
      return undefined
    }
  }

  async json(sentence, promise, shape) {
    const data = await this.resolves(sentence, promise)
    const value = typeof data === 'string' ? parse(data) : undefined
    const wrong = value === undefined ? `data ${short(data)}` : mismatch(value, shape, 'data')
    this.holds(`${sentence}, with JSON as declared`, wrong === undefined, 'a JSON string as declared', wrong)
    return value ?? (Array.isArray(shape) ? [] : {})
  }

  async rejects(sentence, promise) {
    try {
      this.holds(sentence, false, 'a rejection', await within(promise, 'an answer'))
      return undefined
    } catch (error) {
      const wrong = mismatch(error, {
        event: 'string',
        errCode: 'number',
        errMsg: 'string',
        operationID: 'string'
      })
      this.holds(sentence, !wrong && error.errCode !== 0, 'a WsResponse with an errCode', wrong ?? error)
      return error
    }
  }

  // Answers the parsed data of the first such event since the user was marked.
  async event(sentence, user, name, fits = () => true) {
    const found = await user.wait(name, fits)
    const others = user.events.slice(user.mark).map(event => event.name)
    const close = user.events.slice(user.mark).findLast(event => event.name === name)
    const came = close ? `${name} with ${short(close.raw)}` : `events ${others.join(' ') || '(none)'}`
    this.holds(sentence, found !== undefined, `${name} within ${deadlineMs} ms`, came)
    return found?.data
  }

  // Absence can be shown by waiting only: 400 ms.
  async silence(sentence, user, name, fits = () => true) {
    await new Promise(resolve => setTimeout(resolve, 400))
    const found = user.find(name, fits)
    this.holds(sentence, !found, `no ${name}`, found?.raw)
  }

  async section(name, run) {
    try {
      await run()
    } catch (error) {
      this.holds(`${name}: all of its checks were made`, false, 'no exception', error?.stack ?? error)
    }
  }

  end() {
    process.stdout.write(`${this.count} checks, ${this.failed} failed\n`)
    return this.failed > 0 ? 1 : 0
  }
}

export const within = async (promise, what, ms = 5000) => {
  let timer
  const late = new Promise((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`no ${what} within ${ms} ms`)), ms)
  })
  return Promise.race([promise, late]).finally(() => clearTimeout(timer))
}

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
