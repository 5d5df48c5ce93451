import type { Timed } from '../../../core/index.ts'
import { ImError } from '../codes.ts'
import type { CoreEvent, Deliver, Device, Snapshot, UserCore } from '../user-core.ts'
import type { Instance } from './policy.ts'

/** A connection of a user, as his session knows it. */
export interface Member extends Device, Instance {
  readonly userID: string
  /** When it has begun to log in, compared with logins on other nodes; 0: not yet, or there are no other nodes. */
  loginAt: number
  /** A mark of the core: up to there everything that the connection was told has arrived. */
  mark: number | undefined
  /** Sends an event. `isCause`: an operation of this connection that is under way has caused it. */
  take(event: CoreEvent | Snapshot, isCause: boolean): void
}

/** What a session needs of those around it. */
export interface SessionHost<M extends Member> {
  /** Makes the core of a user. */
  open(userID: string, deliver: Deliver): Promise<UserCore>
  /** Nobody is connected any more, and nothing is being opened. */
  emptied(session: Session<M>): void
  /** The time of grace is over. */
  expired(session: Session<M>): void
  /** A core did what it must not. */
  failed(what: string, error: unknown): void
}

/** A user who is connected, or was a moment ago: his core and his connections. */
export class Session<M extends Member> implements Timed {
  dueAt = 0
  slot = -1
  readonly userID: string
  readonly #host: SessionHost<M>
  /** Connections that are logged in, or about to be. */
  readonly members = new Set<M>()
  /** Those that the core knows of; false: it is just being told. */
  readonly #attached = new Map<M, boolean>()
  #core: UserCore | undefined
  #opening: Promise<UserCore> | undefined
  #isOver = false

  constructor(userID: string, host: SessionHost<M>) {
    this.userID = userID
    this.#host = host
  }

  /** The core, once somebody was attached. @throws {ImError} `notLoggedIn` before */
  get core(): UserCore {
    if (!this.#core) throw new ImError('notLoggedIn')
    return this.#core
  }

  /** True while there is a core, or one is being opened. */
  get isOpen(): boolean {
    return this.#core !== undefined || this.#opening !== undefined
  }

  /**
   * Lets the core know of a member. Events reach it from now on.
   * @returns what it missed
   * @throws whatever the core does, and `notLoggedIn` when the member has left meanwhile
   */
  async attach(member: M): Promise<readonly CoreEvent[]> {
    const core = await this.#open()
    if (!this.members.has(member)) throw new ImError('notLoggedIn')
    const since = this.#doubtfulSince(member)
    // What it has missed has not arrived either.
    member.mark = core.mark ? 0 : undefined
    this.#attached.set(member, false)
    try {
      const missed = await core.attach(member, since)
      this.#attached.set(member, true)
      if (this.members.has(member)) return missed
    } catch (error) {
      this.#attached.delete(member)
      throw error
    }
    this.#detach(member, member.mark)
    throw new ImError('notLoggedIn')
  }

  /** Whether the core knows of a connection that is the user's. */
  isThere(member: M): boolean {
    return this.members.has(member) && this.#attached.get(member) === true
  }

  /** The connection is no longer the user's. @param isCertain everything that it was told has arrived */
  leave(member: M, isCertain: boolean): void {
    if (!this.members.delete(member)) return
    // Whom the core is just being told of is taken back when it has been told. From a core that runs elsewhere something
    // may be on its way here: all that has arrived is what came up to the mark.
    if (this.#attached.get(member)) this.#detach(member, isCertain ? this.#core?.mark?.() : member.mark)
    this.#settle()
  }

  due(): void {
    this.#host.expired(this)
  }

  /** Ends the core. Resolves when nothing of it is left. */
  async close(): Promise<void> {
    this.#isOver = true
    try {
      const core = this.#core ?? (await this.#opening)
      await core?.close()
    } catch (error) {
      this.#host.failed('could not close the core of a user', error)
    }
  }

  readonly #deliver: Deliver = (event, { cause, except, only } = {}) => {
    if (this.#isOver) return
    for (const member of this.#attached.keys()) {
      if (member === except || (only && member !== only) || !this.members.has(member)) continue
      try {
        member.take(event, member === cause)
      } catch (error) {
        this.#host.failed(`could not send an event (${event.kind})`, error)
      }
    }
  }

  /** The core, opened once for all who ask meanwhile. */
  #open(): Promise<UserCore> {
    if (this.#core) return Promise.resolve(this.#core)
    this.#opening ??= this.#host
      .open(this.userID, this.#deliver)
      .then(core => (this.#core = core))
      .finally(() => {
        this.#opening = undefined
        this.#settle()
      })
    return this.#opening
  }

  /** From where on the other connections of a platform may be deaf: one of them may be the newcomer's own old one. */
  #doubtfulSince({ platformID }: M): number | undefined {
    let since: number | undefined
    for (const [{ platformID: other, mark }, isThere] of this.#attached)
      if (isThere && other === platformID && mark !== undefined) since = Math.min(since ?? mark, mark)
    return since
  }

  #detach(member: M, since?: number): void {
    this.#attached.delete(member)
    try {
      this.#core?.detach(member, since)
    } catch (error) {
      this.#host.failed('could not detach a connection', error)
    }
  }

  #settle(): void {
    if (this.members.size === 0 && !this.#opening && !this.#isOver) this.#host.emptied(this)
  }
}
