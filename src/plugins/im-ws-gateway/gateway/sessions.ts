import type { Wheel } from '../../../core/index.ts'
import { ImError } from '../codes.ts'
import type { ImSettings } from '../config.ts'
import type { UserCores } from '../user-core.ts'
import { kickedBy, type Verdict } from './policy.ts'
import { Session, type Member, type SessionHost } from './session.ts'

/** What sessions are made of. */
export interface SessionsParts<M extends Member> {
  readonly settings: Pick<ImSettings, 'policy' | 'maxConnectionsPerUser' | 'graceMs'>
  readonly cores: Pick<UserCores, 'open'>
  readonly wheel: Wheel
  /** Connections of a user that came before any of these, and are being drained. */
  readonly earlier?: (userID: string) => Iterable<M>
  readonly events: {
    /** A connection has to go, because of another one. */
    kick(verdict: Verdict<M>): void
    opened(): void
    closed(): void
    failed(what: string, error: unknown): void
  }
}

/** All users who are connected, or were a moment ago: each has one core. */
export class Sessions<M extends Member> {
  readonly #parts: SessionsParts<M>
  readonly #byUser = new Map<string, Session<M>>()
  /** Cores that are being closed: their users get a new one only after that. */
  readonly #closing = new Map<string, Promise<void>>()
  readonly #host: SessionHost<M>

  constructor(parts: SessionsParts<M>) {
    this.#parts = parts
    const { cores, wheel, settings, events } = parts
    this.#host = {
      open: async (userID, deliver) => {
        await this.#closing.get(userID)
        const core = await cores.open(userID, deliver)
        events.opened()
        return core
      },
      emptied: session => {
        if (!session.isOpen) this.#byUser.delete(session.userID)
        else if (settings.graceMs === 0) this.#end(session)
        else wheel.schedule(session, wheel.now() + settings.graceMs)
      },
      expired: session => this.#end(session),
      failed: (what, error) => events.failed(what, error)
    }
  }

  /** Users with a core, or about to have one. */
  get users(): number {
    return this.#byUser.size
  }

  /** Their sessions, in the order in which they began. */
  all(): Iterable<Session<M>> {
    return this.#byUser.values()
  }

  /** The connections of a user. */
  membersOf(userID: string): ReadonlySet<M> {
    return this.#byUser.get(userID)?.members ?? new Set()
  }

  /** Whether a connection is logged in. */
  isThere(member: M): boolean {
    return this.#byUser.get(member.userID)?.isThere(member) === true
  }

  /**
   * Takes a connection in whose token was checked. Those that it is to replace stay until it is there.
   * @throws {ImError} `tooManyConnections` when the user has as many on its platform as he may
   */
  admit(member: M): Session<M> {
    const { settings, wheel } = this.#parts
    const others = this.membersOf(member.userID)
    const going = new Set(kickedBy(settings.policy, member, others).map(({ connection }) => connection))
    let stay = 0
    for (const other of others) if (other.platformID === member.platformID && !going.has(other)) stay++
    if (stay >= settings.maxConnectionsPerUser) throw new ImError('tooManyConnections')
    let session = this.#byUser.get(member.userID)
    if (!session) {
      session = new Session<M>(member.userID, this.#host)
      this.#byUser.set(member.userID, session)
    }
    session.members.add(member)
    wheel.cancel(session)
    return session
  }

  /** A connection is there: ends those that came before it and have to go. */
  prevail(member: M): void {
    const { settings, events, earlier } = this.#parts
    const all = [...this.membersOf(member.userID)]
    const before = all.slice(0, Math.max(0, all.indexOf(member)))
    const older = earlier ? [...earlier(member.userID), ...before] : before
    for (const verdict of kickedBy(settings.policy, member, older)) events.kick(verdict)
  }

  /** Ends all sessions. Resolves when all cores are closed. */
  async close(): Promise<void> {
    for (const session of this.#byUser.values()) this.#end(session)
    await Promise.all(this.#closing.values())
  }

  #end(session: Session<M>): void {
    const { userID } = session
    this.#parts.wheel.cancel(session)
    this.#byUser.delete(userID)
    const closed = session.close().finally(() => {
      if (this.#closing.get(userID) === closed) this.#closing.delete(userID)
      this.#parts.events.closed()
    })
    this.#closing.set(userID, closed)
  }
}
