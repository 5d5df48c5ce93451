import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Http } from '../http-client/service.ts'
import type { SessionFigures } from './figures.ts'
import type { Logins } from './logins.ts'
import type { Lookup } from './lookup.ts'
import { derivations } from './passwords/derivation-queue.ts'
import type { PasswordRoutes } from './password-routes.ts'
import type { Providers } from './providers.ts'
import type { RequestUsers } from './request-users.ts'
import { adapterTokenOf, type ServerKeys } from './server-keys.ts'
import type { SessionMemory } from './session-memory.ts'
import type { IdentityProvider, LoginRequest, Sessions, SessionsStatus, SessionUser } from './service.ts'
import { tokenIn } from './token-keys.ts'

/** What the service is made of. */
export interface SessionsParts {
  readonly logins: Logins
  readonly lookup: Lookup
  readonly users: RequestUsers
  readonly providers: Providers
  readonly passwordRoutes: PasswordRoutes
  readonly keys: ServerKeys
  /** Who hears of lost data keys. */
  readonly listeners: ((identity: string) => void)[]
  readonly memory: SessionMemory
  readonly figures: SessionFigures
}

const platformForm = /^[a-z0-9-]{1,32}$/

/** The service, over its parts. */
export class CrossEncryptedSessions implements Sessions {
  readonly #parts: SessionsParts
  readonly #renewals = new WeakMap<FastifyRequest, WeakMap<Http, Promise<void>>>()

  constructor(parts: SessionsParts) {
    this.#parts = parts
  }

  userOf(request: FastifyRequest): SessionUser {
    return this.#parts.users.userOf(request)
  }

  provide(provider: IdentityProvider): void {
    this.#parts.providers.add(provider)
  }

  async useAuthCookie(request: FastifyRequest, http: Http): Promise<void> {
    const { users, logins } = this.#parts
    const session = users.sessionOf(request)
    const done = this.#renewals.get(request) ?? new WeakMap<Http, Promise<void>>()
    this.#renewals.set(request, done)
    const renewal = done.get(http) ?? logins.renew(session, http)
    done.set(http, renewal)
    await renewal
  }

  allowPassword(app: FastifyInstance): void {
    this.#parts.passwordRoutes.allow(app)
  }

  async login(request: LoginRequest): Promise<string> {
    const { username, password, platform, token } = request
    if (username.trim() === '' || password === '' || !platformForm.test(platform))
      throw new TypeError('A login needs a user, a password and a platform')
    if (token !== undefined && !tokenIn(token)) throw new TypeError('No adapter has made this token')
    return this.#parts.logins.login(request)
  }

  async logout(token: string): Promise<boolean> {
    const session = await this.#parts.lookup.find(token)
    if (session) await this.#parts.logins.logout(session)
    return session !== undefined
  }

  adapterToken(adapter: string, subject: string): string {
    if (`${adapter}${subject}`.includes('\0'))
      throw new TypeError('A NUL is in the name of an adapter or a subject')
    return adapterTokenOf(this.#parts.keys, adapter, subject).toString('hex')
  }

  onDataKeyLost(listener: (identity: string) => void): void {
    this.#parts.listeners.push(listener)
  }

  status(): SessionsStatus {
    const { memory, figures } = this.#parts
    const { logins, rotations, lookups, logouts, refusedByProvider, damagedRows, dataKeysLost } = figures
    return {
      logins: logins.snapshot(),
      rotations: rotations.snapshot(),
      lookups: { ...lookups },
      ended: { logout: logouts, refused: refusedByProvider },
      damagedRows,
      dataKeysLost,
      inMemory: memory.size,
      derivations: derivations.inside
    }
  }
}
