import { randomBytes } from 'node:crypto'
import { page } from './page.js'

/**
 * Logins as old systems have them: a form gives a ticket, the ticket gives a cookie, each with a redirect. A wrong
 * password is a page like any other, with status 200.
 */
export class Logins {
  #tickets = new Map()
  #sessions = new Map()

  constructor(people, faults) {
    this.people = people
    this.faults = faults
  }

  /** POST /login */
  enter({ userid, pwd }) {
    const person = this.people.get(userid)
    if (this.faults.refuseLogins) return page('系统维护中，暂停登录', { status: 503 })
    if (person?.password !== pwd) return page('用户名或密码错误')
    const ticket = randomBytes(8).toString('hex')
    this.#tickets.set(ticket, userid)
    return { status: 302, headers: { location: `/sso?ticket=${ticket}` } }
  }

  /** GET /sso?ticket=…, good once. The cookie is for what is below /portal. */
  redeem({ ticket }) {
    const userid = this.#tickets.get(ticket)
    if (!this.#tickets.delete(ticket)) return page('票据无效', { status: 403 })
    const session = randomBytes(16).toString('hex')
    this.#sessions.set(session, userid)
    const cookie = `JSESSIONID=${session}; Path=/portal; HttpOnly`
    return { status: 302, headers: { location: '/portal/index', 'set-cookie': cookie } }
  }

  /** Whose cookie this is. */
  personOf(request) {
    const [, session] = /\bJSESSIONID=(\w+)/.exec(request.headers.cookie ?? '') ?? []
    return this.people.get(this.#sessions.get(session))
  }

  /** A new password ends the sessions of the old one. */
  setPassword(userid, password) {
    this.people.get(userid).password = password
    for (const [session, owner] of this.#sessions) if (owner === userid) this.#sessions.delete(session)
  }
}
