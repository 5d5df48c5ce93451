import type { FastifyReply, FastifyRequest, HookHandlerDoneFunction } from 'fastify'
import type { Lookup } from './lookup.ts'
import type { OpenSession } from './open-session.ts'
import type { SessionUser } from './service.ts'
import { LoggedIn, stranger, unclear, unknown } from './user.ts'

/** Who makes which request. */
export class RequestUsers {
  readonly #lookup: Pick<Lookup, 'find'>
  readonly #sessions = new WeakMap<FastifyRequest, OpenSession>()
  readonly #users = new WeakMap<FastifyRequest, SessionUser>()

  constructor(lookup: Pick<Lookup, 'find'>) {
    this.#lookup = lookup
  }

  /** Looks up the token of a request, before anything else sees it. It refuses nobody. */
  readonly hook = (
    request: FastifyRequest,
    _: FastifyReply,
    done: HookHandlerDoneFunction
  ): void | Promise<void> => {
    const token = shownToken(request)
    if (token === undefined) return done()
    const found = this.#lookup.find(token)
    // Fastify waits for a promise, and most requests need none.
    if (found instanceof Promise) return this.#await(request, found)
    this.#note(request, found)
    return done()
  }

  /** Who makes a request. */
  userOf(request: FastifyRequest): SessionUser {
    const known = this.#users.get(request)
    if (known) return known
    const session = this.#sessions.get(request)
    if (!session) return shownToken(request) === undefined ? stranger : unclear(new Error('asked too early'))
    const user = new LoggedIn(session, request)
    this.#users.set(request, user)
    return user
  }

  /**
   * The session of a request.
   * @throws {ApiError} as reading `identity` of a guest
   */
  sessionOf(request: FastifyRequest): OpenSession {
    const session = this.#sessions.get(request)
    if (session) return session
    void this.userOf(request).identity
    throw new Error('somebody has an identity and no session')
  }

  async #await(request: FastifyRequest, found: Promise<OpenSession | undefined>): Promise<void> {
    try {
      this.#note(request, await found)
    } catch (error) {
      request.log.error({ err: error }, 'the token of a request cannot be looked up')
      this.#users.set(request, unclear(error))
    }
  }

  #note(request: FastifyRequest, session: OpenSession | undefined): void {
    if (session) this.#sessions.set(request, session)
    else this.#users.set(request, unknown)
  }
}

/** What stands in the header `token`. An empty one counts as none: some clients always send it. */
export function shownToken({ headers: { token } }: FastifyRequest): string | undefined {
  return typeof token === 'string' && token !== '' ? token : undefined
}
