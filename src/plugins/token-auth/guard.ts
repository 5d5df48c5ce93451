import type { FastifyReply, FastifyRequest, HookHandlerDoneFunction } from 'fastify'
import { ApiError, Errors as CommonErrors, type Outcomes } from '../api-error/service.ts'
import type { Sessions } from '../sessions/service.ts'
import type { Authority } from './authority.ts'
import type { Endpoints, Guarded } from './endpoints.ts'
import type { Scopes } from './scopes.ts'
import type { Principal } from './service.ts'

export interface GuardParts {
  readonly endpoints: Endpoints
  readonly scopes: Scopes
  readonly authority: Authority
  readonly sessions: Sessions | undefined
  /** Scopes of people of `sessions`. */
  readonly sessionScopes: readonly string[]
  readonly outcomes: Outcomes
}

/** Lets requests through to guarded routes, or not. */
export class Guard {
  readonly #parts: GuardParts

  constructor(parts: GuardParts) {
    this.#parts = parts
  }

  /** Before anything else is read of a request. */
  readonly hook = (
    request: FastifyRequest,
    _: FastifyReply,
    done: HookHandlerDoneFunction
  ): void | Promise<void> => {
    const { url, config } = request.routeOptions
    const guarded = url === undefined ? undefined : this.#parts.endpoints.of(request.method, url, config)
    if (!guarded || guarded.auth === 'public') return done()
    return this.#parts.outcomes.of(this.#admit(request, guarded))
  }

  /** Whether a route answers somebody. What `authorize` of a route would say is not known. */
  mayCall(principal: Principal | undefined, method: string, url: string): boolean {
    const { endpoints, scopes } = this.#parts
    const guarded = endpoints.find(method, url)
    if (guarded?.auth !== 'required') return true
    return principal !== undefined && scopes.permit(principal.scopes, guarded.id)
  }

  async #admit(request: FastifyRequest, { id, auth, authorize }: Guarded): Promise<void> {
    const principal = await this.#principalOf(request, auth === 'required')
    request.principal = principal
    if (auth !== 'required') return
    if (!principal)
      throw new ApiError(CommonErrors['auth.required'], { headers: { 'www-authenticate': 'Bearer' } })
    const permitted =
      this.#parts.scopes.permit(principal.scopes, id) && (!authorize || (await authorize(principal, request)))
    if (permitted) return
    const headers = { 'www-authenticate': 'Bearer error="insufficient_scope"' }
    throw new ApiError(CommonErrors['auth.forbidden'], { headers })
  }

  async #principalOf(request: FastifyRequest, required: boolean): Promise<Principal | undefined> {
    const { authority, sessions, sessionScopes } = this.#parts
    const token = bearerIn(request)
    if (token !== undefined) return authority.verify(token)
    const user = sessions?.userOf(request)
    // Asking a guest for their identity says why they have none.
    if (!user || (!user.isLogin && !required)) return undefined
    return { id: user.identity, kind: 'session', scopes: sessionScopes, sessionId: user.token }
  }
}

/** The token of `Authorization: Bearer`; `undefined` where there is none, or another scheme. */
export function bearerIn({ headers: { authorization } }: FastifyRequest): string | undefined {
  const found = /^bearer(?: +(?<token>.*))?$/i.exec(authorization ?? '')
  return found ? (found.groups?.['token'] ?? '') : undefined
}
