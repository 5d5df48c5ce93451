import type { FastifyRequest } from 'fastify'
import { service } from '../../core/index.ts'

/** Whoever makes a request, as far as is known. */
export interface Principal {
  /** User name of a listed user, identity of a person of `sessions`, or the `sub` of a token that others have issued. */
  readonly id: string
  /** `user`: listed in the settings. `session`: a person of `sessions`. `other`: of somebody else's token. */
  readonly kind: 'user' | 'session' | 'other'
  readonly scopes: readonly string[]
  /** Stands for the login: what it has brought ends together. */
  readonly sessionId?: string
}

/** A route that is guarded. */
export interface Endpoint {
  /** `<version>.<module>+<handler>`, such as `v1.order+get_by_id`. */
  readonly id: string
  readonly method: string
  /** The path with its parameters. */
  readonly url: string
  readonly auth: 'public' | 'optional' | 'required'
}

/** Tokens for one login. */
export interface IssuedTokens {
  /** For `Authorization: Bearer`. */
  readonly token: string
  readonly tokenType: 'Bearer'
  /** Seconds for which it is good. */
  readonly expiresIn: number
  readonly scopes: readonly string[]
  /** Gives another token, once. */
  readonly refreshToken?: string
}

/** How what was asked for ended since the start: `ok`, or the key of a failure. */
export interface TokenAuthStatus {
  /** Requests to routes that are guarded and do not answer everybody. */
  readonly requests: Readonly<Record<string, number>>
  readonly logins: Readonly<Record<string, number>>
  readonly refreshes: Readonly<Record<string, number>>
  readonly revocations: Readonly<Record<string, number>>
}

/** Bearer tokens, and what they permit. */
export interface TokenAuth {
  /** Who makes the request, on guarded routes: also `request.principal`. */
  principalOf(request: FastifyRequest): Principal | undefined
  /**
   * Whose token this is.
   * @throws {ApiError} `auth.token_expired`; `auth.token_invalid` for anything else that is wrong; `token.unavailable`
   */
  verify(token: string): Promise<Principal>
  /** Issues a token for somebody whom the caller has authenticated; its `kind` is `other`. */
  issue(id: string, scopes: readonly string[]): Promise<IssuedTokens>
  /**
   * Ends a token, and all that the same login has brought.
   * @throws {ApiError} as {@link TokenAuth.verify}
   */
  revokeToken(token: string): Promise<void>
  /**
   * Ends all tokens of somebody that were issued until now, for good.
   * @throws {Error} without a database
   */
  revokeAll(kind: Principal['kind'], id: string): Promise<void>
  /** Whether a route answers this principal, or a caller without one. Routes that are not guarded answer everybody. */
  mayCall(principal: Principal | undefined, method: string, url: string): boolean
  /** Whether one of the scopes permits an endpoint. */
  permits(scopes: readonly string[], endpoint: string): boolean
  /** The guarded routes. */
  endpoints(): readonly Endpoint[]
  status(): TokenAuthStatus
}

export const TokenAuth = service<TokenAuth>('tokenAuth')

declare module 'fastify' {
  interface FastifyRequest {
    /** Who makes the request, on routes that `token-auth` guards. */
    principal?: Principal | undefined
  }
  interface FastifyContextConfig {
    /**
     * Whom a route answers. `public`: everybody, and no token is looked at. `optional`: everybody, but no wrong token.
     * `required`: those whose scopes permit the endpoint, as under the prefixes of the settings.
     */
    auth?: Endpoint['auth']
    /** Id of the endpoint, `<version>.<module>+<handler>`. Default: made of the method and the path. */
    endpoint?: string
    /** Refuses a principal whom the scopes permit. */
    authorize?: (principal: Principal, request: FastifyRequest) => boolean | Promise<boolean>
  }
}
