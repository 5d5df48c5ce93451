import { randomUUID } from 'node:crypto'
import type { FastifyBaseLogger } from 'fastify'
import type { Clock } from '../../core/index.ts'
import { ApiError, Errors as CommonErrors } from '../api-error/service.ts'
import type { UserList } from '../sessions/service.ts'
import type { TokenSettings } from './config.ts'
import type { Denylist } from './denylist.ts'
import { Errors } from './errors.ts'
import type { IssuedTokens, Principal } from './service.ts'
import type { Claims, Tokens } from './tokens.ts'
import type { Versions } from './versions.ts'

export interface AuthorityParts {
  readonly settings: Pick<TokenSettings, 'ttlS' | 'refreshTtlS'>
  readonly tokens: Tokens
  readonly users: UserList<TokenSettings['users'][number]>
  readonly denylist: Denylist
  readonly versions: Versions
  readonly clock: Clock
  readonly log: FastifyBaseLogger
}

/** How much longer than a token its end is remembered: clocks differ. */
const marginMs = 60_000

/** Issues tokens, and knows which are good. */
export class Authority {
  readonly #parts: AuthorityParts

  constructor(parts: AuthorityParts) {
    this.#parts = parts
  }

  /** @throws {ApiError} as {@link TokenAuth.verify} */
  async verify(token: string): Promise<Principal> {
    const claims = await this.#parts.tokens.read(token, 'access')
    await this.#assertGood(claims)
    return claims.principal
  }

  /**
   * Issues tokens for a new login.
   * @param refreshable whether a refresh token comes with it
   */
  async issue(who: Omit<Principal, 'sessionId'>, refreshable: boolean): Promise<IssuedTokens> {
    return this.#pair({ ...who, sessionId: randomUUID() }, refreshable)
  }

  /**
   * Gives another pair for a refresh token, which is good once. Whoever shows one again has stolen it, or was stolen
   * from: then the whole login ends.
   * @throws {ApiError} as {@link TokenAuth.verify}
   */
  async refresh(token: string): Promise<IssuedTokens> {
    const { tokens, users, denylist, log } = this.#parts
    const claims = await tokens.read(token, 'refresh')
    await this.#assertGood(claims, [])
    const { principal, id } = claims
    const user = principal.kind === 'user' ? users.get(principal.id) : undefined
    if (!user) throw new ApiError(CommonErrors['auth.token_invalid'])
    if (!(await reachable(denylist.denyOnce(id, this.#leftMs(claims))))) {
      log.warn({ login: principal.sessionId }, 'a refresh token was shown twice: the login has ended')
      await reachable(this.#endLogin(principal))
      throw new ApiError(CommonErrors['auth.token_invalid'])
    }
    return this.#pair({ ...principal, scopes: user.scopes }, true)
  }

  /** @throws {ApiError} as {@link TokenAuth.verify} */
  async revoke(token: string): Promise<void> {
    const claims = await this.#parts.tokens.read(token, 'access')
    await this.#assertGood(claims)
    await reachable(this.#parts.denylist.deny(claims.id, this.#leftMs(claims)))
    await reachable(this.#endLogin(claims.principal))
  }

  /** @throws {Error} as {@link TokenAuth.revokeAll} */
  async revokeAll(kind: Principal['kind'], id: string): Promise<void> {
    await this.#parts.versions.raise(subjectOf({ kind, id }))
    this.#parts.log.info({ kind }, 'all tokens of somebody have ended')
  }

  async #pair(principal: Principal, refreshable: boolean): Promise<IssuedTokens> {
    const { settings, tokens } = this.#parts
    const { ttlS, refreshTtlS } = settings
    const { version } = await this.#versionOf(principal)
    const token = await tokens.make({ principal, version, ttlS, use: 'access' })
    const issued = { token, tokenType: 'Bearer', expiresIn: ttlS, scopes: principal.scopes } as const
    if (!refreshable || refreshTtlS === 0) return issued
    const refreshToken = await tokens.make({ principal, version, ttlS: refreshTtlS, use: 'refresh' })
    return { ...issued, refreshToken }
  }

  /** @param ids further names under which it may be denied. Default: its own */
  async #assertGood(claims: Claims, ids: readonly string[] = [claims.id]): Promise<void> {
    const { principal, version, issuedAt } = claims
    const { sessionId } = principal
    const names = [...ids, ...(sessionId === undefined ? [] : [sessionId])]
    const [now, ...denied] = await Promise.all([
      this.#versionOf(principal),
      ...names.map(name => reachable(this.#parts.denylist.isDenied(name)))
    ])
    const isLatest =
      version === undefined ? issuedAt > now.changedAt || now.changedAt === 0 : version === now.version
    if (!isLatest || denied.includes(true)) throw new ApiError(CommonErrors['auth.token_invalid'])
  }

  /** The version that tokens must have: it grows with the settings and with every revocation. */
  async #versionOf(principal: Principal): Promise<{ readonly version: number; readonly changedAt: number }> {
    const { users, versions } = this.#parts
    const user = principal.kind === 'user' ? users.get(principal.id) : undefined
    if (principal.kind === 'user' && !user) throw new ApiError(CommonErrors['auth.token_invalid'])
    const { version, changedAt } = await reachable(versions.of(subjectOf(principal)))
    return { version: version + (user?.version ?? 0), changedAt }
  }

  async #endLogin({ sessionId }: Principal): Promise<void> {
    const { settings, denylist } = this.#parts
    const ttlMs = Math.max(settings.ttlS, settings.refreshTtlS) * 1_000 + marginMs
    if (sessionId !== undefined) await denylist.deny(sessionId, ttlMs)
  }

  #leftMs({ expiresAt }: Claims): number {
    return Math.max(0, expiresAt - this.#parts.clock.now()) + marginMs
  }
}

function subjectOf({ kind, id }: Pick<Principal, 'kind' | 'id'>): string {
  return `${kind}:${id}`
}

/** A token that cannot be checked is not taken for a good one. */
async function reachable<T>(work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (error) {
    throw new ApiError(Errors['token.unavailable'], { retryAfter: 5, cause: error })
  }
}
