import type { FastifyBaseLogger } from 'fastify'
import type { Clock, Timer } from '../../../core/index.ts'
import type { State } from '../../state/service.ts'
import type { ImSettings } from '../config.ts'
import type { Counters } from '../gateway/counters.ts'
import { verdictOn, type Verdict } from '../gateway/policy.ts'
import type { Member } from '../gateway/session.ts'
import type { Sessions } from '../gateway/sessions.ts'
import { kickedDigestOf } from '../tokens/token-text.ts'
import { Announcer } from './announcer.ts'
import { maxLogins, readLogins, type Login } from './login-message.ts'
import { isLater, LoginOrder, type LoginTime } from './login-order.ts'

/** What nodes tell each other with. */
export interface LoginNewsParts<M extends Member> {
  readonly policy: ImSettings['policy']
  readonly state: Pick<State, 'publish' | 'subscribe'>
  readonly clock: Clock
  readonly log: FastifyBaseLogger
  readonly counters: Counters
  /** Names this node: 16 hexadecimal digits that no other one has. */
  readonly node: string
  readonly sessions: Pick<Sessions<M>, 'all' | 'membersOf' | 'isThere'>
  /** A connection has to go, because of a login on another node. */
  readonly kick: (verdict: Verdict<M>) => void
}

const channel = 'im-ws-gateway:logins'
const retryMs = 5_000

/**
 * Has the policy reach the connections of other nodes. Each node tells the others who has logged in, with a digest in
 * place of his token, and ends those of its own connections that came before and have to go. Who hears of a login that
 * came before one of his own and has to go tells the other node of his own once more. Messages arrive at most once:
 * where some may be lost, each node says again who is logged in, and so the policy is applied in the end.
 */
export class LoginNews<M extends Member> {
  readonly #parts: LoginNewsParts<M>
  readonly #order: LoginOrder
  readonly #announcer: Announcer<M>
  #unsubscribe: (() => Promise<void>) | undefined
  #retry: Timer | undefined
  #closed = false

  constructor(parts: LoginNewsParts<M>) {
    const { clock, counters, log } = parts
    this.#parts = parts
    this.#order = new LoginOrder(clock)
    this.#announcer = new Announcer<M>({
      clock,
      maxItems: maxLogins,
      tell: members => this.#tell(members),
      failed: err => {
        counters.loginMessagesFailed++
        log.warn({ err }, 'other nodes cannot be told who has logged in: they will be, later')
      }
    })
  }

  /** Listens, as soon as that is possible. Never rejects. */
  async start(): Promise<void> {
    const { state, clock, log } = this.#parts
    try {
      const again = (): void => this.#announceAll()
      this.#unsubscribe = await state.subscribe(channel, message => this.#heard(message), again)
      if (this.#closed) await this.#unsubscribe()
      else this.#announceAll()
    } catch (err) {
      if (this.#closed) return
      log.warn({ err }, 'cannot hear who logs in on other nodes')
      this.#retry = clock.after(retryMs, () => void this.start())
    }
  }

  /** A connection is logging in: says when, compared with all other logins. */
  begin(member: M): void {
    member.loginAt = this.#order.next()
  }

  /** It is logged in: tells the other nodes. */
  announce(member: M): void {
    this.#announcer.add(member)
  }

  /** It is gone. */
  forget(member: M): void {
    this.#announcer.forget(member)
  }

  async close(): Promise<void> {
    this.#closed = true
    this.#announcer.stop()
    this.#retry?.cancel()
    await this.#unsubscribe?.().catch(() => undefined)
  }

  #announceAll(): void {
    for (const { members } of this.#parts.sessions.all())
      for (const member of members) this.#announcer.add(member)
    this.#announcer.hasten()
  }

  async #tell(members: readonly M[]): Promise<void> {
    const { state, node, sessions } = this.#parts
    const logins = members.filter(member => sessions.isThere(member)).map(loginOf)
    if (logins.length > 0) await state.publish(channel, JSON.stringify({ node, logins }))
  }

  #heard(text: string): void {
    const { node, counters } = this.#parts
    const message = readLogins(text)
    if (!message) counters.loginMessagesRefused++
    else if (message.node !== node)
      for (const login of message.logins) this.#judge(login, { at: login.at, node: message.node })
  }

  /** Applies the policy to a login on another node and the connections of the user here. */
  #judge(login: Login, time: LoginTime): void {
    const { policy, sessions, counters, node, kick } = this.#parts
    this.#order.heard(login.at)
    counters.loginsHeard++
    for (const member of sessions.membersOf(login.userID)) {
      const haveSameToken = (): boolean => kickedDigestOf(member.token) === login.digest
      if (isLater(time, { at: member.loginAt, node })) {
        const verdict = verdictOn(policy, login, member, haveSameToken)
        if (verdict) kick({ connection: member, ...verdict })
      } else if (sessions.isThere(member) && verdictOn(policy, member, login, haveSameToken))
        this.announce(member)
    }
  }
}

function loginOf({ userID, platformID, dialect, token, loginAt: at }: Member): Login {
  return { userID, platformID, dialect, digest: kickedDigestOf(token), at }
}
