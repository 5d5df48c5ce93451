import { createHash } from 'node:crypto'
import { ApiError, Errors as CommonErrors, type Outcomes } from '../api-error/service.ts'
import { TooManyDerivations, type LoginLimits, type SessionUser, type UserList } from '../sessions/service.ts'
import type { Authority } from './authority.ts'
import type { TokenSettings } from './config.ts'
import { Errors } from './errors.ts'
import type { IssuedTokens } from './service.ts'

export interface LoginsParts {
  readonly authority: Authority
  readonly users: UserList<TokenSettings['users'][number]>
  readonly limits: LoginLimits
  /** Scopes of people of `sessions`. */
  readonly sessionScopes: readonly string[]
  readonly outcomes: Outcomes
}

/** Gives tokens to who shows a password, or a session. */
export class Logins {
  readonly #parts: LoginsParts

  constructor(parts: LoginsParts) {
    this.#parts = parts
  }

  /** @throws {ApiError} `auth.failed`, `rate.limited`, `token.busy` */
  login(username: string, password: string, ip: string): Promise<IssuedTokens> {
    return this.#parts.outcomes.of(this.#login(username, password, ip))
  }

  /**
   * A token for a person of `sessions`. It is not refreshed: the session gives another.
   * @throws {ApiError} 401 for guests
   */
  exchange(user: SessionUser): Promise<IssuedTokens> {
    return this.#parts.outcomes.of(this.#exchange(user))
  }

  async #login(username: string, password: string, ip: string): Promise<IssuedTokens> {
    const { authority, users, limits } = this.#parts
    const digest = createHash('sha256').update(username).digest('base64url').slice(0, 22)
    const retryAfter = await limits.take(ip, digest)
    if (retryAfter !== undefined) throw new ApiError(CommonErrors['rate.limited'], { retryAfter })
    const user = await users.verify(username, password).catch(busy)
    if (!user) throw new ApiError(CommonErrors['auth.failed'])
    return authority.issue({ id: username, kind: 'user', scopes: user.scopes }, true)
  }

  async #exchange(user: SessionUser): Promise<IssuedTokens> {
    const { authority, sessionScopes } = this.#parts
    return authority.issue({ id: user.identity, kind: 'session', scopes: sessionScopes }, false)
  }
}

function busy(error: unknown): never {
  if (!(error instanceof TooManyDerivations)) throw error
  throw new ApiError(Errors['token.busy'], { retryAfter: error.retryAfter })
}
