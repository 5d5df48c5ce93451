// What the checks of open-im-sdk 3.5.2 share: apps with a client inside, a report, and what a value should look like.
// The client wants a global `WebSocket` (README of the package: "pure javascript library"; its source asks for `WebSocket`,
// then `uni`, then `wx`), which Node 20 has not: `ws` is the polyfill.

import { randomBytes } from 'node:crypto'
import { WebSocket } from 'ws'
import { CbEvents, OpenIMSDK, RequestApi } from 'oim352'
import { differences, show, string } from './3.5.2-shapes.mjs'

const answerDeadline = 20_000
const eventDeadline = 10_000

const sockets = new Set()

class AppSocket extends WebSocket {
  constructor(address) {
    super(address)
    sockets.add(this)
    this.on('close', () => sockets.delete(this))
  }
}
globalThis.WebSocket = AppSocket

/** Cuts the connections of a user as a lost network would: without a closing handshake. */
export function cut(userID) {
  for (const socket of sockets) if (socket.url.includes(`sendID=${userID}&`)) socket.terminate()
}

export const askedMethods = new Set()
const answeredMethods = new Set()
export const seenEvents = new Set()

const nameOf = method =>
  method === 'sendMessage' ? RequestApi.SendMessageNotOss : method[0].toUpperCase() + method.slice(1)

/** What a call comes to: its answer, its rejection, or that there was none. Never throws. */
async function outcome(promise) {
  let timer
  const late = new Promise(resolve => {
    timer = setTimeout(() => resolve({ errMsg: `no answer within ${answerDeadline} ms` }), answerDeadline)
  })
  try {
    return await Promise.race([promise, late])
  } catch (error) {
    return { rejected: true, ...(error instanceof Error ? { errMsg: String(error) } : error) }
  } finally {
    clearTimeout(timer)
  }
}

/** One installation of the app: a client, and all that it was told, in order. */
export class App {
  im = new OpenIMSDK()
  log = []
  #waiting = new Set()

  constructor(server, userID, nickname, platformID) {
    Object.assign(this, { server, userID, nickname, platformID })
    for (const name of Object.values(CbEvents)) {
      this.im.on(name, event => {
        seenEvents.add(name)
        this.log.push({ name, ...event })
        for (const look of this.#waiting) look()
      })
    }
  }

  /** A point in what it was told; events are looked for after one. */
  mark() {
    return this.log.length
  }

  async login(token, ...operation) {
    askedMethods.add('login')
    const { userID, platformID, server } = this
    const params = { userID, platformID, token: token ?? (await server.token(userID, platformID)) }
    return outcome(this.im.login({ ...params, wsAddr: server.wsAddr, apiAddr: server.apiAddr }, ...operation))
  }

  /** The first event of one of these names after `since` that is as expected, or undefined when the time is over. */
  async find(names, expected, since, deadline = eventDeadline) {
    const found = () =>
      this.log
        .slice(since)
        .find(({ name, data }) => names.includes(name) && !differences(data, expected).length)
    const end = Date.now() + deadline
    for (let event = found(); ; event = found()) {
      const left = end - Date.now()
      if (event || left <= 0) return event
      await new Promise(resolve => {
        const done = () => {
          clearTimeout(timer)
          this.#waiting.delete(done)
          resolve()
        }
        const timer = setTimeout(done, left)
        this.#waiting.add(done)
      })
    }
  }
}

/** The back end of the app: registers users and fetches tokens. */
export class Server {
  constructor(address) {
    this.apiAddr = address.replace(/\/+$/, '')
    this.wsAddr = this.apiAddr.replace(/^http/, 'ws')
  }

  async #post(path, body) {
    const headers = { authorization: 'Bearer paifang-demo', 'content-type': 'application/json' }
    const answer = await fetch(this.apiAddr + path, { method: 'POST', headers, body: JSON.stringify(body) })
    if (!answer.ok) throw new Error(`${path} answered ${answer.status} ${await answer.text()}`)
    return answer.json()
  }

  async register(nickname) {
    const userID = `u${randomBytes(6).toString('hex')}`
    await this.#post('/v1/im/users', { userID, nickname, faceURL: `https://faces.example/${nickname}.png` })
    return userID
  }

  async token(userID, platformID) {
    return (await this.#post('/v1/im/token', { userID, platformID })).token
  }
}

/** A topic of checks; its lines are kept together. */
export class Topic {
  lines = []
  checks = 0
  failed = 0

  constructor(server) {
    this.server = server
  }

  /** One check: passed when nothing is wrong. */
  check(sentence, wrong) {
    this.checks++
    if (wrong.length) this.failed++
    const more = wrong.length > 3 ? ` (and ${wrong.length - 3} more)` : ''
    const line = `${sentence}: ${wrong.slice(0, 3).join('; ')}${more}`
    this.lines.push(wrong.length ? `FAIL ${line}` : `ok  ${sentence}`)
  }

  is(sentence, came, expected) {
    this.check(sentence, differences(came, expected))
  }

  /** Runs a part of the topic; what it throws is a failed check, and the topic goes on. */
  async step(sentence, run) {
    try {
      await run()
    } catch (error) {
      this.check(`${sentence} comes to its end`, [`expected no error, came ${error?.stack ?? show(error)}`])
    }
  }

  async offline(nickname, platformID = 5) {
    return new App(this.server, await this.server.register(nickname), nickname, platformID)
  }

  another(app, platformID) {
    return new App(this.server, app.userID, app.nickname, platformID)
  }

  async online(nickname) {
    const app = await this.offline(nickname)
    const answer = await app.login()
    const since = await app.find([CbEvents.OnSyncServerFinish], string, 0)
    if (answer.errCode !== 0 || !since) this.is(`${nickname} logs in`, answer, { errCode: 0 })
    return app
  }

  async #call(app, method, args) {
    askedMethods.add(method)
    const operationID = `${method}-${randomBytes(6).toString('hex')}`
    return [operationID, await outcome(app.im[method](...args, operationID))]
  }

  /** Calls a method that should succeed, and returns its data. A line for the first time, and for each failure. */
  async ask(app, method, ...args) {
    const known = answeredMethods.has(method)
    answeredMethods.add(method)
    const [operationID, answer] = await this.#call(app, method, args)
    const wrong = differences(answer, { event: nameOf(method), errCode: 0, errMsg: string, operationID })
    if (wrong.length || !known) {
      const what = wrong.length ? `(${show(args)}) ` : ''
      this.check(`${method} ${what}resolves with errCode 0, its own name and its operationID`, wrong)
    }
    return answer.data
  }

  /** Calls a method that should be refused. */
  async refused(sentence, app, method, ...args) {
    const [, answer] = await this.#call(app, method, args)
    const good = answer.rejected && Number.isInteger(answer.errCode) && answer.errCode !== 0
    const wrong =
      good && typeof answer.errMsg === 'string' ? [] : [`expected a rejection, came ${show(answer)}`]
    this.check(sentence, wrong)
    return answer
  }

  /** An event that should come; returns its data. `names` is one, or several of which one will do. */
  async event(sentence, app, names, since, expected, deadline = eventDeadline) {
    const event = await app.find([names].flat(), expected, since, deadline)
    if (event) {
      this.check(sentence, [])
      return event.data
    }
    const told = app.log.slice(since)
    const near = told.findLast(({ name }) => [names].flat().includes(name))
    const others = [...new Set(told.map(({ name }) => name))].join(', ') || 'nothing'
    const wrong = near
      ? differences(near.data, expected)
      : [`expected ${[names].flat().join(' or ')}, came ${others}`]
    this.check(sentence, wrong)
    return near?.data
  }

  /** An event that should not come: waits for the whole time, since absence has no other sign. */
  async noEvent(sentence, app, names, since, expected, time = 300) {
    const event = await app.find([names].flat(), expected, since, time)
    this.check(
      sentence,
      event ? [`expected none within ${time} ms, came ${event.name} ${show(event.data)}`] : []
    )
  }

  /** These events should have come one after the other. */
  order(sentence, app, since, names) {
    const told = app.log.slice(since).map(({ name }) => name)
    const places = names.map(name => told.indexOf(name))
    const good = places.every((place, i) => place > (i ? places[i - 1] : -1))
    this.check(sentence, good ? [] : [`expected ${names.join(', ')}, came ${told.join(', ') || 'nothing'}`])
  }

  /** Creates a text and sends it; returns what sending resolved with. */
  async say(app, to, content) {
    const message = await this.ask(app, 'createTextMessage', content)
    return (await this.ask(app, 'sendMessage', { recvID: '', groupID: '', ...to, message })) ?? {}
  }

  async conversationOf(app, sourceID, sessionType) {
    return (await this.ask(app, 'getOneConversation', { sourceID, sessionType }))?.conversationID
  }

  /** The messages of a conversation as a chat page would first load them. */
  async history(app, conversationID, count = 50) {
    const params = { conversationID, count, lastMinSeq: 0, startClientMsgID: '' }
    const page = await this.ask(app, 'getAdvancedHistoryMessageList', params)
    return Array.isArray(page?.messageList) ? page.messageList : []
  }
}
